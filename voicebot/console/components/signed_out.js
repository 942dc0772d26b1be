// Leads to the sign-in when the page's session has ended: what stood there is not for whoever sits down next.
const SIGNED_OUT = 4401; // with which the guard closes a WebSocket
const FOR_THE_SIGNED_IN = "/favicon.ico"; // and small
const RETRY_MS = 100;

export default {
  template: "<span hidden></span>",
  mounted() {
    this.listen();
  },
  unmounted() {
    clearTimeout(this.waiting);
    window.socket?.off("disconnect", this.look);
    window.socket?.off("connect_error", this.ask);
  },
  methods: {
    leave() {
      const here = window.location.pathname + window.location.search;
      window.location.replace(`/sign-in?next=${encodeURIComponent(here)}&over`); // where it is said why
    },
    listen() {
      if (!window.socket) {
        this.waiting = setTimeout(() => this.listen(), RETRY_MS); // NiceGUI makes it after the page's parts
        return;
      }
      window.socket.on("disconnect", this.look);
      window.socket.on("connect_error", this.ask);
    },
    look(_reason, details) {
      if (details?.context?.code === SIGNED_OUT) this.leave();
    },
    // A computer that slept past its session's end is refused without being told why.
    async ask() {
      try {
        const answer = await fetch(FOR_THE_SIGNED_IN, { cache: "no-store" });
        if (answer.status === 401) this.leave();
      } catch {
        // the console is away: the socket goes on trying
      }
    },
  },
};
