// The phone in the browser: connected or not, the microphone's level, devices and a test; calls ring and are heard here.
import { PhoneLine } from "/console/static/phone_line.js";
import { PhonePlace } from "/console/static/phone_place.js";
import { PhoneSound } from "/console/static/phone_sound.js";

const WANTED = "voicebot.phone.wanted"; // of this tab: a page that is loaded again connects by itself
const AGAIN_MS = [1000, 1000, 2000, 4000, 8000];
const FIRST_TRIES = 2; // without having been connected before
const LEVEL_MS = 100;
const REFUSALS = { NotAllowedError: "not_allowed", InsecureContext: "insecure" };
const TONES = { off: "none", connecting: "warn", on: "good", elsewhere: "warn", failed: "bad" };

export default {
  props: { words: Object, iceServers: Array, line: String, ringing: Boolean, talking: Boolean, desk: String },
  template: `
    <div class="vb-phone" @keydown.esc="testing = false">
      <a v-if="ringing && desk && state === 'on'" class="vb-button vb-ringing" :href="desk">{{ words.rings }}</a>
      <div class="vb-badge" :class="'vb-tone-' + tone" role="status"><span>{{ words[state] }}</span></div>
      <div v-if="open" class="vb-level" role="meter" aria-valuemin="0" aria-valuemax="100" :aria-valuenow="level"
           :aria-label="words.level"><i :style="{ width: level + '%' }"></i></div>
      <button type="button" class="vb-button" :aria-expanded="testing ? 'true' : 'false'" @click="test">
        {{ words.test }}</button>
      <button type="button" class="vb-button" @click="connected ? disconnect() : connect(false)">
        {{ connected ? words.disconnect : words.connect }}</button>
      <div v-if="testing || problem" class="vb-phone-below">
        <p v-if="problem" class="vb-phone-problem" role="alert">{{ problem }}</p>
        <template v-if="testing">
          <label v-for="[kind, all] in choices">{{ words[kind] }}
            <select class="vb-phone-choice" @change="choose(kind, $event.target.value)">
              <option v-for="each in all" :value="each.deviceId" :selected="each.deviceId === chosen[kind]">
                {{ each.label }}</option></select></label>
          <button type="button" class="vb-button" @click="sound.tone()">{{ words.tone }}</button>
          <p class="vb-faint">{{ words.how }}</p>
        </template>
      </div>
    </div>`,
  data() {
    return { state: "off", problem: "", testing: false, open: false, level: 0, devices: {}, chosen: {} };
  },
  computed: {
    tone() {
      return TONES[this.state];
    },
    connected() {
      return ["connecting", "on"].includes(this.state);
    },
    choices() {
      return Object.entries(this.devices).filter(([, all]) => all.length);
    },
  },
  created() {
    this.sound = new PhoneSound(() => this.lostMicrophone());
    this.place = new PhonePlace();
    this.tries = 0;
    this.unplugged = false; // the headset, while the phone was connected
  },
  mounted() {
    this.onDevices = () => {
      if (this.open) this.list();
      else if (this.unplugged) this.connect(true);
    };
    navigator.mediaDevices?.addEventListener("devicechange", this.onDevices);
    // The page is loaded again by itself after the console was away. A call outlives that: nobody needs to be asked.
    this.onNavigating = (event) => (this.reloading = event.navigationType === "reload");
    window.navigation?.addEventListener("navigate", this.onNavigating);
    this.onLeaving = (event) => this.state === "on" && this.talking && !this.reloading && event.preventDefault();
    window.addEventListener("beforeunload", this.onLeaving);
    if (sessionStorage.getItem(WANTED)) this.connect(true);
    else this.inherit();
  },
  unmounted() {
    window.removeEventListener("beforeunload", this.onLeaving);
    window.navigation?.removeEventListener("navigate", this.onNavigating);
    navigator.mediaDevices?.removeEventListener("devicechange", this.onDevices);
    this.hangUp();
    this.shut();
    this.place.giveUp();
  },
  watch: {
    line(now) {
      if (now && !this.connected) this.inherit();
      if (this.state !== "on" || now === this.own?.id) return;
      if (now) this.giveWay();
      else this.again();
    },
    ringing() {
      this.testing = false;
      this.follow();
    },
    talking() {
      this.follow();
    },
    state() {
      this.follow();
    },
  },
  methods: {
    // stood: it was connected before, and is tried until it is again.
    async connect(stood) {
      this.state = "connecting";
      this.place.take();
      if (!(await this.listen())) return;
      sessionStorage.setItem(WANTED, "1");
      this.tries = 0;
      this.stood = stood;
      this.begin();
    },
    // The page that had the phone is closed, or its browser died: a call that goes on there goes on here.
    async inherit() {
      if (this.inheriting) return;
      this.inheriting = true;
      const line = await this.place.deserted();
      this.inheriting = false;
      if (line && line === this.line && !this.connected) this.connect(true);
    },
    begin() {
      this.hangUp();
      this.state = "connecting";
      const own = (this.own = new PhoneLine(this.iceServers, {
        send: (offer) => this.$emit("offer", offer),
        heard: (stream) => this.sound.play(stream),
        told: (up) => own === this.own && (up ? this.arrived() : this.again()),
      }));
    },
    arrived() {
      this.tries = 0;
      this.stood = true;
      this.problem = "";
      this.state = "on";
      this.place.has(this.own.id);
    },
    // Called by the page: the media process's answer to an offer, or why there is none.
    answered(line, sdp) {
      if (line === this.own?.id) this.own.accept(sdp).catch(() => this.own.down());
    },
    refused(line, reason) {
      if (line !== this.own?.id) return;
      this.problem = reason;
      this.again();
    },
    // Down: once more, unless another browser has taken over meanwhile.
    again() {
      const before = this.own?.id, wasUp = this.state === "on";
      this.hangUp();
      this.state = "connecting";
      if (this.tries + 1 >= FIRST_TRIES && !this.stood) {
        this.fail(this.problem || this.words.no_way);
        return;
      }
      this.waiting = setTimeout(() => {
        if (wasUp && this.line && this.line !== before) this.giveWay();
        else this.begin();
      }, AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)]);
      this.tries += 1;
    },
    giveWay() {
      this.hangUp();
      this.shut();
      this.putAway();
      this.state = "elsewhere";
      this.inherit();
    },
    disconnect() {
      this.unplugged = false;
      if (this.own) this.$emit("leave", { line: this.own.id });
      this.putAway();
      this.hangUp();
      this.state = "off";
      if (!this.testing) this.shut();
    },
    fail(problem) {
      this.hangUp();
      this.problem = problem;
      this.state = "failed";
      this.putAway();
    },
    putAway() {
      sessionStorage.removeItem(WANTED);
      this.place.giveUp();
    },
    hangUp() {
      clearTimeout(this.waiting);
      this.own?.close();
      this.own = null;
    },
    follow() {
      const on = this.state === "on";
      this.sound.ring(on && this.ringing);
      if (on) this.own.speak(this.talking ? this.sound.track : null);
    },
    // The microphone, and what is shown of it
    async listen() {
      this.problem = "";
      try {
        await this.sound.open();
      } catch (error) {
        this.shut();
        this.fail(this.words[REFUSALS[error.name]] || this.words.no_microphone);
        return false;
      }
      this.open = true;
      this.unplugged = false;
      clearInterval(this.measuring);
      this.measuring = setInterval(() => (this.level = Math.round(this.sound.level() * 100)), LEVEL_MS);
      this.list(); // not waited for: Firefox tells of devices only while the page is in front
      return true;
    },
    shut() {
      clearInterval(this.measuring);
      this.sound.close();
      this.open = this.testing = false;
    },
    async list() {
      this.devices = await this.sound.devices();
      this.chosen = { microphone: this.sound.track?.getSettings().deviceId, speaker: this.sound.choice.speaker || "default" };
    },
    async test() {
      if (this.testing) {
        this.testing = false;
        if (!this.connected) this.shut();
      } else {
        this.testing = await this.listen();
      }
    },
    async choose(kind, deviceId) {
      this.sound.choose(kind, deviceId);
      if (await this.listen()) this.follow();
    },
    async lostMicrophone() {
      const before = this.connected;
      if (await this.listen()) this.follow();
      else this.unplugged = before;
    },
  },
};
