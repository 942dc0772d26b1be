// Words that the console has not yet kept outlive a page that is loaded again, as it is when the console was away.
const KEY = "voicebot.unsaved.";

export default {
  props: { field: String, name: String },
  template: "<span hidden></span>",
  mounted() {
    document.addEventListener("input", this.typed, true); // before the field's own: nothing comes in between
    this.look();
  },
  unmounted() {
    document.removeEventListener("input", this.typed, true);
  },
  watch: {
    name() {
      this.look();
    },
  },
  methods: {
    typed({ target }) {
      if (this.name && target.closest(`#${this.field}`)) sessionStorage.setItem(KEY + this.name, target.value);
    },
    look() {
      const words = this.name ? sessionStorage.getItem(KEY + this.name) : null;
      if (words !== null) this.$emit("found", { name: this.name, words });
    },
    // Called by the page: these are safe; what was typed since is not.
    kept(name, words) {
      if (sessionStorage.getItem(KEY + name) === words) this.forget(name);
    },
    forget(name) {
      sessionStorage.removeItem(KEY + name);
    },
  },
};
