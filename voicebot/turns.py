"""Whose turn it is: endpointing, barge-in and no-input as a state machine without I/O.

Fed with events that carry the time of the call's audio (seconds since the answer, from the sample count), it returns
the actions that the session carries out. It never reads a clock, so a long conversation is tested exactly.

    caller     ████████      ███████
    pause              └ 0.3 ┘      └ wait ┘
    actions            Recognise    Recognise (whole utterance again)
                             Drop          └ EndTurn -> the reply may be spoken
"""

from dataclasses import dataclass
from enum import Enum, auto


class Completeness(Enum):
    """How finished an utterance sounds, judged from its words (see completeness.py)."""

    COMPLETE = auto()
    UNSURE = auto()
    UNFINISHED = auto()
    EMPTY = auto()
    """Nothing was said: noise, a cough, a breath."""


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """When a pause ends the caller's turn, and when speech stops the assistant. All times in seconds."""

    settled: float = 0.40
    """Pause after which an utterance that sounds complete is the end of the turn."""
    unsure: float = 0.70
    """Pause after which an utterance of unclear completeness ends the turn."""
    patient: float = 1.20
    """Pause after which any turn ends, however unfinished it sounds."""
    barge_in: float = 0.30
    """Speech of this length over an interruptible prompt stops the prompt."""
    no_input: float = 7.0
    """Silence after the assistant's last word until it asks whether the caller is still there."""
    longest_utterance: float = 25.0
    """Speech that never pauses is taken as a turn after this long (radio, hold music of another system)."""
    pre_roll: float = 0.20
    """Audio before the detected start that goes to the recogniser: soft first consonants."""


@dataclass(frozen=True, slots=True)
class Recognise:
    """Send the caller's audio between two times to the recogniser; report back with `on_recognised`."""

    utterance: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The caller went on talking: the result of this utterance is no longer wanted."""

    utterance: int


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn is over: answer this utterance. `speech_end_s` is when the caller's last word ended."""

    utterance: int
    speech_end_s: float


@dataclass(frozen=True, slots=True)
class StopPlayback:
    """The caller talks over the assistant: be quiet."""


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller said nothing for a while, for the `count`-th time in a row."""

    count: int


Action = Recognise | Drop | EndTurn | StopPlayback | NoInput

_WAITS = {
    Completeness.COMPLETE: "settled",
    Completeness.UNSURE: "unsure",
    Completeness.UNFINISHED: "patient",
}


class TurnTaking:
    """One call's turn-taking. Events come in order of time; each returns the actions to carry out."""

    def __init__(self, config: TurnConfig | None = None) -> None:
        self._config = config or TurnConfig()
        self._utterance = 0
        self._speech_start: float | None = None  # set while an utterance is open (speaking or in a pause)
        self._speech_end: float | None = None  # set while in a pause
        self._talking = False
        self._completeness: Completeness | None = None  # of the open utterance, once recognised
        self._playing = False
        self._interruptible = True
        self._answering = False
        self._silent_since: float | None = None
        self._no_inputs = 0

    @property
    def interruptible(self) -> bool:
        """Whether what is being played (or was last) may be interrupted."""
        return self._interruptible

    def on_speech_started(self, at: float) -> list[Action]:
        """`at`: when the speech began (true edge)."""
        self._talking = True
        self._silent_since = None
        if self._speech_start is None:
            self._open(at)
            return []
        resumed: list[Action] = []
        if self._speech_end is not None:
            resumed.append(Drop(self._utterance))
            self._utterance += 1
        self._speech_end = None
        self._completeness = None
        return resumed

    def on_speech_paused(self, at: float, *, now: float) -> list[Action]:
        """`at`: when the speech ended (true edge); `now`: the time of the audio when the detector was sure of it."""
        self._talking = False
        if self._speech_start is None:
            return []
        self._speech_end = at
        self._completeness = None
        return [self._recognise(now)]

    def on_recognised(self, utterance: int, completeness: Completeness, *, at: float) -> list[Action]:
        """The recogniser's result for an utterance; results that were dropped meanwhile are ignored."""
        if utterance != self._utterance or self._speech_end is None:
            return []
        if completeness is Completeness.EMPTY:
            self._close()
            self._silent_since = at
            return []
        self._completeness = completeness
        return self.on_time(at)

    def on_time(self, at: float) -> list[Action]:
        """Called with every frame: fires what is due."""
        if self._talking and self._speech_start is not None:
            return self._while_talking(at, at - self._speech_start)
        if self._speech_end is not None:
            return self._while_paused(at - self._speech_end)
        if self._silent_since is not None and not self._playing and not self._answering:
            return self._while_silent(at)
        return []

    def on_reply_pending(self) -> None:
        """The assistant is working on something to say: silence is not the caller's fault."""
        self._answering = True

    def on_playback_started(self, *, interruptible: bool) -> None:
        self._playing = True
        self._answering = False
        self._interruptible = interruptible

    def on_playback_finished(self, at: float) -> None:
        self._playing = False
        self._answering = False
        if not self._talking:
            self._silent_since = at

    def on_activity(self, at: float) -> None:
        """The caller did something other than speak (a key): they are there."""
        self._no_inputs = 0
        if self._silent_since is not None:
            self._silent_since = at

    def on_leg_ended(self) -> list[Action]:
        """The caller has hung up: an utterance that was already recognised was their last word."""
        return self._end_turn() if self._speech_end is not None and self._completeness is not None else []

    def _while_talking(self, at: float, lasted: float) -> list[Action]:
        if self._playing and self._interruptible and lasted >= self._config.barge_in:
            self._playing = False
            return [StopPlayback()]
        if lasted >= self._config.longest_utterance:
            self._talking = False
            self._speech_end = at
            self._completeness = Completeness.COMPLETE
            return [self._recognise(at), *self._end_turn()]
        return []

    def _while_paused(self, pause: float) -> list[Action]:
        if self._playing or self._answering:
            return []  # what was said over a prompt that goes on is answered when the prompt is done
        if self._completeness is None:
            return []  # not recognised yet; the reply could not start anyhow
        return self._end_turn() if pause >= getattr(self._config, _WAITS[self._completeness]) else []

    def _while_silent(self, at: float) -> list[Action]:
        assert self._silent_since is not None
        if at - self._silent_since < self._config.no_input:
            return []
        self._no_inputs += 1
        self._silent_since = None
        self._answering = True
        return [NoInput(self._no_inputs)]

    def _recognise(self, now: float) -> Recognise:
        assert self._speech_start is not None
        return Recognise(self._utterance, max(0.0, self._speech_start - self._config.pre_roll), now)

    def _end_turn(self) -> list[Action]:
        assert self._speech_end is not None
        ended = EndTurn(self._utterance, self._speech_end)
        self._no_inputs = 0
        self._answering = True
        self._close()
        return [ended]

    def _open(self, at: float) -> None:
        self._utterance += 1
        self._speech_start = at
        self._speech_end = None
        self._completeness = None

    def _close(self) -> None:
        self._speech_start = None
        self._speech_end = None
        self._completeness = None
