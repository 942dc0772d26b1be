// Alt and a letter or digit press what names them in aria-keyshortcuts. Access keys are other keys in each browser:
// Firefox wants Shift as well, and opens its own menus on Alt alone.
export default {
  template: "<span hidden></span>",
  mounted() {
    document.addEventListener("keydown", this.press);
  },
  unmounted() {
    document.removeEventListener("keydown", this.press);
  },
  methods: {
    press(event) {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      // Where it is on the keyboard counts while an input method composes, and on a Mac, where Alt makes other letters.
      const key = /^[a-z0-9]$/i.test(event.key) ? event.key : event.code.replace(/^(Key|Digit)/, "");
      const named = document.querySelectorAll(`[aria-keyshortcuts="Alt+${key.toUpperCase()}"]`);
      const wanted = [...named].find((each) => each.checkVisibility());
      if (!wanted) return;
      event.preventDefault();
      if (event.repeat) return;
      wanted.focus();
      wanted.click();
    },
  },
};
