// The browser's end of a phone's line: one WebRTC connection to the media process, kept up until it is closed.
const AWAY_MS = 3000; // "disconnected" may pass by itself
const UP_MS = 10000; // browsers themselves try for half a minute
const G711 = ["audio/PCMA", "audio/PCMU"];

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class PhoneLine {
  // send(offer): takes the offer to the media process, whose answer comes to `accept`.
  // heard(stream): what the other side says. told(up): audio can flow, or the line is down for good.
  constructor(iceServers, { send, heard, told }) {
    this.id = newId();
    this.told = told;
    this.up = this.over = false;
    this.waiting = setTimeout(() => this.down(), UP_MS);
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.connection.ontrack = (event) => heard(new MediaStream([event.track]));
    this.connection.onconnectionstatechange = () => this.look();
    this.offering = this.offer(send);
  }

  async offer(send) {
    const { connection } = this;
    const audio = connection.addTransceiver("audio", { direction: "sendrecv" });
    const known = RTCRtpReceiver.getCapabilities("audio").codecs;
    audio.setCodecPreferences?.(known.filter((codec) => G711.includes(codec.mimeType)));
    this.sender = audio.sender;
    await connection.setLocalDescription();
    send({ line: this.id, sdp: connection.localDescription.sdp }); // the other side calls nobody: it needs no candidates
  }

  async accept(sdp) {
    if (this.over) return;
    await this.connection.setRemoteDescription({ type: "answer", sdp });
    const dtls = this.sender.transport;
    if (dtls) dtls.onstatechange = () => ["closed", "failed"].includes(dtls.state) && this.down();
  }

  // What the microphone says goes out from now on; null: nothing does.
  async speak(track) {
    await this.offering;
    if (!this.over) await this.sender.replaceTrack(track);
  }

  look() {
    const state = this.connection.connectionState;
    if (state === "connected") {
      clearTimeout(this.waiting);
      if (this.up) return;
      this.up = true;
      this.told(true);
    } else if (state === "disconnected") {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.down(), AWAY_MS);
    } else if (["failed", "closed"].includes(state)) {
      this.down();
    }
  }

  down() {
    if (this.over) return;
    this.close();
    this.told(false);
  }

  close() {
    this.over = true;
    clearTimeout(this.waiting);
    this.connection.close();
  }
}
