// Leads to the sign-in when the page's session has ended: what stood there is not for whoever sits down next.
const SIGNED_OUT = 4401; // with which the guard closes a WebSocket
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
    look(_reason, details) {
      if (details?.context?.code === SIGNED_OUT) window.location.reload();
    },
  },
};
