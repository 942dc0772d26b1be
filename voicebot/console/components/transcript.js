// Turns of a call as lines. Live: lines are put and partial ones replaced. In review: follows the audio's time.
// All content is text: nothing in it is read as HTML, and each text keeps its own direction of writing.
const NEAR_END_PX = 60;

export default {
  props: { lines: Array, empty: String, follow: Boolean, seekable: Boolean, name: String },
  template: `
    <div class="vb-transcript" ref="all" role="log" :aria-label="name" tabindex="0">
      <div v-if="!shown.length && !partials.length" class="vb-empty"><p>{{ empty }}</p></div>
      <div v-for="line in shown" :key="line.seq" :data-seq="line.seq"
           :class="['vb-line', 'vb-line-' + line.role, { 'vb-line-now': line.seq === now, 'vb-line-seek': seekable }]">
        <div class="vb-line-head">
          <span class="vb-line-who">{{ line.who }}</span>
          <button v-if="seekable && line.start_s !== null" type="button" class="vb-line-time" @click="seek(line)">
            {{ line.time }}</button>
          <time v-else class="vb-line-time">{{ line.time }}</time>
          <span v-for="badge in line.badges" :class="['vb-badge', badge.tone ? 'vb-tone-' + badge.tone : '']">
            {{ badge.text }}</span>
        </div>
        <div class="vb-line-text vb-text" dir="auto" @click="seek(line)">{{ line.text
          }}<span v-if="line.unheard" class="vb-line-unheard">{{ line.unheard }}</span></div>
        <div v-if="line.note" class="vb-line-note">{{ line.note }}</div>
      </div>
      <div v-for="partial in partials" :key="partial.role"
           :class="['vb-line', 'vb-line-' + partial.role, 'vb-line-partial']">
        <div class="vb-line-head"><span class="vb-line-who">{{ partial.who }}</span>
          <span class="vb-dots" aria-hidden="true"><i></i><i></i><i></i></span></div>
        <div class="vb-line-text vb-text" dir="auto">{{ partial.stable
          }}<span class="vb-faint">{{ partial.unstable }}</span></div>
      </div>
    </div>`,
  data() {
    return { shown: [], partials: [], now: null };
  },
  watch: {
    lines: {
      immediate: true,
      handler(lines) {
        this.shown = [...lines];
        this.partials = [];
        this.toEnd(true);
      },
    },
  },
  mounted() {
    this.onTime = (event) => this.followTime(event.detail);
    this.onShow = (event) => this.bring(event.detail);
    window.addEventListener("vb-time", this.onTime);
    window.addEventListener("vb-show-line", this.onShow);
    this.toEnd(true);
  },
  unmounted() {
    window.removeEventListener("vb-time", this.onTime);
    window.removeEventListener("vb-show-line", this.onShow);
  },
  methods: {
    put(line) {
      const place = this.shown.findIndex((each) => each.seq >= line.seq);
      if (place < 0) this.shown.push(line);
      else this.shown.splice(place, this.shown[place].seq === line.seq ? 1 : 0, line);
      this.speaking({ role: line.role, stable: "", unstable: "" });
      this.toEnd(false);
    },
    speaking(partial) {
      this.partials = this.partials.filter((each) => each.role !== partial.role);
      if (partial.stable || partial.unstable) this.partials.push(partial);
      this.toEnd(false);
    },
    toEnd(anyhow) {
      const all = this.$refs.all;
      if (!this.follow || !all) return;
      const reading = all.scrollHeight - all.scrollTop - all.clientHeight > NEAR_END_PX;
      if (anyhow || !reading) this.$nextTick(() => (all.scrollTop = all.scrollHeight));
    },
    seek(line) {
      if (this.seekable && line.start_s !== null && !String(window.getSelection()))
        window.dispatchEvent(new CustomEvent("vb-seek", { detail: line.start_s }));
    },
    followTime(seconds) {
      if (!this.seekable) return;
      let current = null;
      for (const line of this.shown) if (line.start_s !== null && line.start_s <= seconds) current = line.seq;
      if (current === this.now) return;
      this.now = current;
      this.bring(current);
    },
    bring(seq) {
      this.now = seq;
      const line = this.$refs.all.querySelector(`[data-seq="${Number(seq)}"]`);
      if (line) line.scrollIntoView({ block: "nearest" });
    },
  },
};
