// Microphone and loudspeaker of the phone in the browser: which ones, how loud one is, a tone to hear, and the ring.
const QUIETEST_DB = -60;
const KEPT = "voicebot.phone";
const CLEAN = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const RING_HZ = 450, RING_S = 1, RING_EVERY_S = 5;

export function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) || {};
  } catch {
    return {};
  }
}

export class PhoneSound {
  constructor(lost) {
    this.lost = lost; // the microphone was pulled out
    this.player = new Audio(); // the other side
    this.bell = new Audio(); // our own tones: Firefox sends elements to a chosen loudspeaker, but no AudioContext
    this.choice = kept();
  }

  get track() {
    return this.stream?.getAudioTracks()[0] || null;
  }

  // Where nobody was asked yet, the browser asks. Throws what getUserMedia throws.
  async open() {
    if (this.track?.readyState === "live") return;
    if (!navigator.mediaDevices) throw new DOMException("no microphone without HTTPS", "InsecureContext");
    const deviceId = this.choice.microphone ? { ideal: this.choice.microphone } : undefined;
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { ...CLEAN, deviceId } });
    this.track.onended = () => this.lost();
    if (!this.context) {
      this.context = new AudioContext();
      this.tones = this.context.createMediaStreamDestination();
      this.bell.srcObject = this.tones.stream;
    }
    this.meter = this.context.createAnalyser();
    this.context.createMediaStreamSource(this.stream).connect(this.meter);
    await this.useSpeaker();
  }

  close() {
    this.ring(false);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.meter = null;
  }

  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind) => all.filter((each) => each.kind === kind && each.deviceId);
    return { microphone: of("audioinput"), speaker: this.player.setSinkId ? of("audiooutput") : [] };
  }

  // A microphone is used from the next `open` on.
  choose(kind, deviceId) {
    this.choice = { ...this.choice, [kind]: deviceId };
    localStorage.setItem(KEPT, JSON.stringify(this.choice));
    if (kind === "microphone") this.close();
    else this.useSpeaker();
  }

  async useSpeaker() {
    const sink = this.choice.speaker || "";
    try {
      await Promise.all([this.player, this.bell].map((each) => each.setSinkId?.(sink)));
    } catch {
      // that loudspeaker is gone: the usual one does
    }
  }

  // 0..1, from -60 dB to full scale.
  level() {
    if (!this.meter) return 0;
    const samples = new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
    return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power + 1e-12)) / QUIETEST_DB));
  }

  async play(stream) {
    this.player.srcObject = stream;
    try {
      await this.player.play();
    } catch {
      // a page that was never touched may not make a sound: its first click will
      document.addEventListener("pointerdown", () => this.player.play(), { once: true });
    }
  }

  tone(seconds = 1, hz = 880) {
    this.context.resume();
    this.bell.play().catch(() => {}); // a page that was never touched may not make a sound
    const source = this.context.createOscillator(), volume = this.context.createGain();
    source.frequency.value = hz;
    const now = this.context.currentTime;
    volume.gain.setValueAtTime(0, now);
    volume.gain.linearRampToValueAtTime(0.2, now + 0.02);
    volume.gain.setValueAtTime(0.2, now + seconds - 0.05);
    volume.gain.linearRampToValueAtTime(0, now + seconds);
    source.connect(volume).connect(this.tones);
    source.start(now);
    source.stop(now + seconds);
  }

  ring(on) {
    clearInterval(this.ringing);
    if (!on || !this.context) return;
    this.tone(RING_S, RING_HZ);
    this.ringing = setInterval(() => this.tone(RING_S, RING_HZ), RING_EVERY_S * 1000);
  }
}
