"""When a caller starts and stops speaking: a cheap gate rules out certain silence, a neural judge decides the rest.

frame 20 ms -> Gate (webrtcvad, 2 us) -> SileroStream (32 ms windows) -> Edges (hysteresis) -> VadEvent
            -> Alarm (a sudden sound) ------------------------------------^
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from models.noise_floor import FloorConfig, NoiseFloor
from models.silero import MODEL_HZ, WINDOW, SileroStream, SileroVad

FRAME_S: Final = 0.020
WINDOW_S: Final = WINDOW / MODEL_HZ


@dataclass(frozen=True, slots=True)
class VadConfig:
    """Thresholds, chosen with `voicebot bench vad` (125 clips: synthetic at 5 to 20 dB, human, noise; November 2026).

    All times in seconds. A higher `on` misses soft words of people, a lower `off` hears 50 ms of noise at every end.
    """

    on: float = 0.4
    """Probability from which a window counts as speech."""
    off: float = 0.4
    """Probability below which a window counts as silence; between the two, what was goes on."""
    min_speech_s: float = 0.06
    """Speech shorter than this (a click, a cough) starts nothing."""
    min_pause_s: float = 0.12
    """Silence shorter than this is no pause: closures of plosives, gaps between syllables."""
    onset_s: float = -0.03
    """Added to the start that the model sees, which is that much late in the median; its ends need no correction."""
    gate_mode: int = 0
    """webrtcvad's aggressiveness, 0 to 3; 0 lets the most through."""
    gate_close_s: float = 0.5
    """Certain silence of this length lets the judge rest."""
    gate_lead_s: float = 0.2
    """Audio from before the gate opened that the judge hears first, to have an ear for the line."""
    alarm_db: float = 8.0
    """A sound that stands out by this much may be speech before the judge has heard enough of it."""
    alarm_frames: int = 1
    """Frames in a row that are so loud."""
    alarm_s: float = 0.10
    """Time that the judge has to agree."""
    longest_alarm_s: float = 0.25
    """The same while the sound goes on: consonants of 200 ms before a vowel are no speech to the judge."""
    floor: FloorConfig = field(default_factory=FloorConfig)
    """What counts as background, whatever it sounds like."""


@dataclass(frozen=True, slots=True)
class VadEvent:
    """An edge between speech and silence.

    A start is suspected with the first window that sounds like speech, then either confirmed (`speech_started`) or
    dismissed: who must fall silent at once need not wait for certainty. Speech that began faint may clear up later.
    """

    kind: Literal["speech_suspected", "speech_dismissed", "speech_started", "speech_cleared", "speech_paused"]
    at_s: float
    """When the edge was, not when it became known."""
    probability: float
    """Of speech, in the window that settled it."""
    faint: bool = False
    """Whether it barely stands out from the line's background."""

    @property
    def settled(self) -> bool:
        """Whether this is an edge for certain: starts and pauses come in turn, suspicions in between."""
        return self.kind in ("speech_started", "speech_paused")


class Edges:
    """Turns probabilities into edges. Pure: times come with the probabilities."""

    def __init__(self, config: VadConfig) -> None:
        self._config = config
        self._turned_at_s: float | None = None  # since when the windows say the opposite of `speaking`
        self.speaking = False

    def push(self, start_s: float, end_s: float, probability: float) -> VadEvent | None:
        """One window, in order of time."""
        config = self._config
        turned = probability < config.off if self.speaking else probability >= config.on
        kept = probability >= config.on if self.speaking else probability < config.off
        suspected = turned and self._turned_at_s is None
        if suspected:
            self._turned_at_s = start_s
        elif kept and self._turned_at_s is not None:
            self._turned_at_s = None
            return None if self.speaking else VadEvent("speech_dismissed", start_s, probability)
        needed_s = config.min_pause_s if self.speaking else config.min_speech_s
        if self._turned_at_s is None or not turned or end_s - self._turned_at_s < needed_s:
            doubtful = suspected and not self.speaking
            return VadEvent("speech_suspected", start_s + config.onset_s, probability) if doubtful else None
        at_s, self._turned_at_s, self.speaking = self._turned_at_s, None, not self.speaking
        if self.speaking:
            return VadEvent("speech_started", at_s + config.onset_s, probability)
        return VadEvent("speech_paused", at_s, probability)


class Alarm:
    """Suspects speech some 50 ms before the judge can, at a sudden sound; the judge confirms it or it is taken back."""

    def __init__(self, config: VadConfig) -> None:
        self._config = config
        self._loud_frames = 0
        self._since_s: float | None = None  # set while its own suspicion stands
        self._suspected = False

    def push(self, at_s: float, *, loud: bool, speaking: bool, events: Sequence[VadEvent]) -> list[VadEvent]:
        """events: what the judge found with this frame. Returns them with the alarm's own suspicions among them."""
        told = [told for event in events if (told := self._unless_told(event))]
        self._loud_frames = self._loud_frames + 1 if loud else 0
        if speaking or told:
            return told
        if not self._suspected and self._loud_frames == self._config.alarm_frames:
            self._suspected, self._since_s = True, at_s
            return [VadEvent("speech_suspected", at_s - FRAME_S * (self._config.alarm_frames - 1), 0.5)]
        enough_s = self._config.longest_alarm_s if loud else self._config.alarm_s
        if self._since_s is not None and at_s >= self._since_s + enough_s:
            self._suspected, self._since_s = False, None
            return [VadEvent("speech_dismissed", at_s, 0.0)]
        return []

    def _unless_told(self, event: VadEvent) -> VadEvent | None:
        """The judge's event, unless the alarm has said the same before."""
        if event.kind == "speech_cleared":
            return event
        known, self._since_s = self._suspected, None
        self._suspected = event.kind == "speech_suspected"
        return None if known and self._suspected else event


class Gate:
    """Tells certain silence from what must be looked at."""

    def __init__(self, config: VadConfig, rate_hz: int) -> None:
        self._vad = webrtcvad.Vad(config.gate_mode)
        self._rate_hz = rate_hz
        self._close_s = config.gate_close_s
        self._silent_s = config.gate_close_s
        self.heard = False
        """Whether it took the last frame for speech."""

    def hears(self, frame: NDArray[np.int16]) -> bool:
        """Whether webrtcvad takes this frame for speech."""
        self.heard = bool(self._vad.is_speech(frame.tobytes(), self._rate_hz))
        return self.heard

    def open_for(self, frame: NDArray[np.int16]) -> bool:
        """Whether the judge is to look at this frame."""
        if self.hears(frame):
            self._silent_s = 0.0
        else:
            self._silent_s += frame.size / self._rate_hz
        return self._silent_s < self._close_s


class StreamingVad:
    """One call's voice activity detector. Cheap enough to be called synchronously for every frame."""

    def __init__(self, judge: SileroVad | None, config: VadConfig | None = None, *, rate_hz: int = 8_000) -> None:
        """judge: None falls back to webrtcvad alone, which misses much."""
        self._config = config or VadConfig()
        self._rate_hz = rate_hz
        self._gate = Gate(self._config, rate_hz)
        self._edges = Edges(self._config)
        self._alarm = Alarm(self._config)
        self._faint = False  # what is being said began so and is so still
        self._floor = NoiseFloor(self._config.floor, rate_hz)
        self._stream = judge.stream(rate_hz) if judge else None
        self._resting = True
        self._lead: deque[NDArray[np.int16]] = deque(maxlen=round(self._config.gate_lead_s / FRAME_S))

    @property
    def speaking(self) -> bool:
        """Whether the last event was a start."""
        return self._edges.speaking

    def push(self, frame: NDArray[np.int16], at_s: float) -> list[VadEvent]:
        """frame: 20 ms; at_s: when its first sample was heard. Returns the edges that became known with it."""
        end_s = at_s + frame.size / self._rate_hz
        prominence_db = self._floor.prominence_db(frame)
        if self._stream is None:
            windows = [(at_s, end_s, float(self._gate.hears(frame)))]
        elif self._gate.open_for(frame) or self._edges.speaking:
            windows = self._judge(self._stream, frame, end_s)
        else:
            self._resting = True
            self._lead.append(frame)
            return []
        near = prominence_db >= self._config.floor.margin_db
        faint = prominence_db < self._config.floor.clear_db
        heard = ((start_s, end_s, probability if near else 0.0) for start_s, end_s, probability in windows)
        events = [replace(event, faint=faint) for window in heard if (event := self._edges.push(*window))]
        events += self._cleared(events, at_s, faint=faint)
        loud = self._gate.heard and self._floor.sudden_db >= self._config.alarm_db
        return self._alarm.push(at_s, loud=loud, speaking=self._edges.speaking, events=events)

    def _cleared(self, events: Sequence[VadEvent], at_s: float, *, faint: bool) -> list[VadEvent]:
        """Whether speech that began faint has become clear with this frame."""
        for event in events:
            self._faint = event.kind == "speech_started" and event.faint
        if not self._faint or faint:
            return []
        self._faint = False
        return [VadEvent("speech_cleared", at_s, 1.0)]

    def _judge(self, stream: SileroStream, frame: NDArray[np.int16], end_s: float) -> list[tuple[float, float, float]]:
        """Start, end and probability of the windows that this frame completed."""
        if self._resting:
            self._resting = False
            stream.reset()
            frame = np.concatenate([*self._lead, frame])
            self._lead.clear()
        probabilities = stream.push(frame)
        last_end_s = end_s - stream.pending_s
        ends_s = [last_end_s - WINDOW_S * back for back in range(len(probabilities) - 1, -1, -1)]
        return [(end - WINDOW_S, end, p) for end, p in zip(ends_s, probabilities, strict=True)]
