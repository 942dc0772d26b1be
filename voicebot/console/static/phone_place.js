// Which page of a browser has the phone. One that is closed, or dies, leaves it to another that is open or opened next.
const LOCK = "voicebot.phone.place";
const LINE = "voicebot.phone.line"; // of whichever page had it last
const SETTLED_MS = 2000; // a page that is loaded again, or follows another in its tab, has it back by then

export class PhonePlace {
  // This page has it now, and no other.
  take() {
    if (this.leave) return;
    const left = new Promise((leave) => (this.leave = leave));
    navigator.locks?.request(LOCK, { steal: true }, () => left).catch(() => {}); // taken from us in turn
  }

  has(line) {
    localStorage.setItem(LINE, line);
  }

  giveUp() {
    this.leave?.();
    this.leave = null;
  }

  // Waits until no page of this browser has it; the line that the last one had.
  async deserted() {
    let free = !navigator.locks;
    while (!free) {
      await navigator.locks.request(LOCK, () => {});
      await new Promise((passed) => setTimeout(passed, SETTLED_MS));
      free = await navigator.locks.request(LOCK, { ifAvailable: true }, Boolean);
    }
    return localStorage.getItem(LINE);
  }
}
