// Both channels of a recording as bars, the caller above and the company's side below, with an audio element of its own.
const HEIGHT = 132, MARK_ROW = 8, SKIP_S = 5;
const LAYERS = { silence: "--silence", overlap: "--warn-soft", angry: "--bad-soft", annoyed: "--warn-soft", evidence: "--mark" };

function decoded(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function clock(seconds) {
  const two = (part) => String(Math.floor(part)).padStart(2, "0");
  const hours = Math.floor(seconds / 3600), minutes = (seconds % 3600) / 60;
  return (hours ? hours + ":" + two(minutes) : Math.floor(minutes)) + ":" + two(seconds % 60);
}

export default {
  props: { channels: Array, seconds: Number, perSecond: Number, source: String, marks: Array, words: Object },
  template: `
    <div class="vb-waveform" ref="all" tabindex="0" @keydown="key">
      <audio ref="audio" :src="source" preload="none" @timeupdate="tell" @play="run" @pause="playing = false"
             @ended="playing = false"></audio>
      <canvas ref="canvas" @click="click" @mousemove="hover" @mouseleave="hovered = ''" :title="hovered"></canvas>
      <div class="vb-waveform-tools">
        <button type="button" class="vb-round" :aria-label="playing ? words.pause : words.play" @click="toggle">
          <i class="q-icon material-icons" aria-hidden="true">{{ playing ? "pause" : "play_arrow" }}</i></button>
        <input type="range" min="0" :max="seconds" step="0.1" :value="at" :aria-label="words.position"
               :aria-valuetext="clock(at)" @input="go(Number($event.target.value))" class="vb-grow">
        <span class="vb-figures">{{ clock(at) }} / {{ clock(seconds) }}</span>
        <div class="vb-speeds" role="group" :aria-label="words.speed">
          <button v-for="speed in [1, 1.25, 1.5, 2]" type="button" :aria-pressed="speed === rate"
                  @click="setRate(speed)">{{ speed }}×</button>
        </div>
        <span class="vb-legend"><i style="background: var(--caller)"></i>{{ words.caller }}</span>
        <span class="vb-legend"><i style="background: var(--assistant)"></i>{{ words.assistant }}</span>
        <span v-if="has('silence')" class="vb-legend"><i style="background: var(--silence-sign)"></i>{{ words.silence }}</span>
        <span v-if="has('overlap')" class="vb-legend"><i style="background: var(--warn)"></i>{{ words.overlap }}</span>
      </div>
    </div>`,
  data() {
    return { at: 0, playing: false, rate: 1, hovered: "" };
  },
  mounted() {
    this.peaks = this.channels.map(decoded);
    this.onSeek = (event) => this.playFrom(event.detail);
    window.addEventListener("vb-seek", this.onSeek);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.$refs.all);
    this.dark = new MutationObserver(() => this.draw());
    this.dark.observe(document.body, { attributeFilter: ["class"] });
    this.draw();
  },
  unmounted() {
    window.removeEventListener("vb-seek", this.onSeek);
    this.observer.disconnect();
    this.dark.disconnect();
    cancelAnimationFrame(this.frame);
  },
  watch: {
    marks() {
      this.draw();
    },
  },
  methods: {
    clock,
    has(kind) {
      return this.marks.some((mark) => mark.kind === kind);
    },
    draw() {
      const canvas = this.$refs.canvas;
      const width = this.$refs.all.clientWidth, scale = window.devicePixelRatio || 1;
      canvas.width = width * scale;
      canvas.height = HEIGHT * scale;
      canvas.style.height = HEIGHT + "px";
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      const style = getComputedStyle(document.body);
      const colour = (name) => style.getPropertyValue(name).trim();
      const x = (seconds) => (seconds / Math.max(0.1, this.seconds)) * width;
      for (const mark of this.marks) {
        const layer = LAYERS[mark.kind];
        if (!layer) continue;
        pen.fillStyle = colour(layer);
        pen.fillRect(x(mark.start_s), 0, Math.max(2, x(mark.end_s) - x(mark.start_s)), HEIGHT - MARK_ROW);
        if (mark.kind === "overlap" || mark.kind === "angry") {
          pen.fillStyle = colour(mark.kind === "angry" ? "--bad" : "--warn");
          pen.fillRect(x(mark.start_s), 0, Math.max(2, x(mark.end_s) - x(mark.start_s)), 3);
        }
      }
      this.channel(pen, this.peaks[0], width, (HEIGHT - MARK_ROW) * 0.25, colour("--caller"));
      this.channel(pen, this.peaks[1], width, (HEIGHT - MARK_ROW) * 0.75, colour("--assistant"));
      for (const mark of this.marks) {
        if (!["caller", "assistant", "agent"].includes(mark.kind)) continue;
        pen.fillStyle = colour(mark.kind === "agent" ? "--human" : "--" + mark.kind);
        pen.fillRect(x(mark.start_s), HEIGHT - MARK_ROW + 3, Math.max(1, x(mark.end_s) - x(mark.start_s) - 1), 4);
      }
      pen.fillStyle = colour("--accent");
      pen.fillRect(Math.max(0, x(this.at) - 1), 0, 2, HEIGHT);
    },
    channel(pen, peaks, width, middle, colour) {
      const half = (HEIGHT - MARK_ROW) * 0.23;
      const bars = Math.max(1, Math.floor(width / 3));
      pen.fillStyle = colour;
      for (let bar = 0; bar < bars; bar++) {
        const from = Math.floor((bar / bars) * this.seconds * this.perSecond);
        const until = Math.max(from + 1, Math.floor(((bar + 1) / bars) * this.seconds * this.perSecond));
        let loudest = 0;
        for (let place = from; place < until && place < peaks.length; place++) loudest = Math.max(loudest, peaks[place]);
        const size = Math.max(0.75, Math.sqrt(loudest / 255) * half);
        pen.fillRect(bar * 3, middle - size, 2, 2 * size);
      }
    },
    secondsAt(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      return ((event.clientX - box.left) / box.width) * this.seconds;
    },
    click(event) {
      this.go(this.secondsAt(event));
    },
    hover(event) {
      const at = this.secondsAt(event);
      const mark = this.marks.find((each) => each.label && each.start_s <= at && at <= each.end_s);
      this.hovered = clock(at) + (mark ? " " + mark.label : "");
    },
    go(seconds) {
      this.$refs.audio.currentTime = Math.min(Math.max(0, seconds), this.seconds);
      this.at = seconds;
      this.told();
    },
    playFrom(seconds) {
      this.go(seconds);
      this.$refs.audio.play();
    },
    toggle() {
      if (this.$refs.audio.paused) this.$refs.audio.play();
      else this.$refs.audio.pause();
    },
    setRate(rate) {
      this.rate = rate;
      this.$refs.audio.playbackRate = rate;
    },
    run() {
      this.playing = true;
      this.$refs.audio.playbackRate = this.rate;
      const step = () => {
        this.tell();
        if (this.playing) this.frame = requestAnimationFrame(step);
      };
      step();
    },
    tell() {
      this.at = this.$refs.audio.currentTime;
      this.told();
    },
    told() {
      this.draw();
      window.dispatchEvent(new CustomEvent("vb-time", { detail: this.at }));
    },
    key(event) {
      if (event.target !== this.$refs.all) return;
      if (event.key === " ") this.toggle();
      else if (event.key === "ArrowLeft") this.go(this.at - SKIP_S);
      else if (event.key === "ArrowRight") this.go(this.at + SKIP_S);
      else return;
      event.preventDefault();
    },
  },
};
