// Leads to the sign-in when the page's session has ended: what stood there is not for whoever sits down next.
const RETRY_MS = 100;

export default {
  template: "<span hidden></span>",
  mounted() {
    this.listen();
  },
  unmounted() {
    clearTimeout(this.waiting);
    window.socket?.off("disconnect", this.look);
  },
  methods: {
    listen() {
      if (window.socket) window.socket.on("disconnect", this.look);
      else this.waiting = setTimeout(() => this.listen(), RETRY_MS); // NiceGUI makes it after the page's parts
    },
    async look() {
      try {
        const answer = await fetch("/account", { redirect: "manual", headers: { Accept: "text/html" } });
        if (answer.type === "opaqueredirect") window.location.reload();
      } catch {
        // nobody is there to be asked; NiceGUI goes on trying
      }
    },
  },
};
