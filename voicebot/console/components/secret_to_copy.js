// A secret to take away now: marked as a whole when it is reached, copied by a button.
export default {
  props: { secret: String, name: String, copy: String, copied: String },
  template: `
    <div class="vb-row">
      <input ref="secret" class="vb-secret vb-mono vb-grow" readonly :value="secret" :aria-label="name"
             @focus="$event.target.select()">
      <button type="button" class="vb-button" aria-live="polite" @click="take">{{ taken ? copied : copy }}</button>
    </div>`,
  data() {
    return { taken: false };
  },
  methods: {
    async take() {
      try {
        await navigator.clipboard.writeText(this.secret);
        this.taken = true;
      } catch {
        // Without encryption browsers give a page no clipboard, only this older way to it.
        this.$refs.secret.select();
        this.taken = document.execCommand("copy");
      }
    },
  },
};
