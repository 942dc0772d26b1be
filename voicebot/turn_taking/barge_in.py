"""Who keeps the floor when the caller makes a sound while the assistant speaks. No I/O, no clock.

    prompt    ██████▌    ▐███████     ██████▌    ▐██████      ██████▌
    caller          嗯                       (cough)                 我想退货
    actions        Pause  Resume             Pause  Resume         Pause  Stop

The first window that sounds like speech makes the assistant fall silent, for nobody likes to be talked over; what the
sound was decides then whether it goes on where it was or has lost the floor.
"""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class BargeInConfig:
    """All times in seconds."""

    tail: float = 0.30
    """Speech that begins with less than this left of the prompt is an answer: the prompt is let to its end."""
    question_tail: float = 1.20
    """The same for a short answer to a question that can be answered with yes or no."""
    surely_speech: float = 0.90
    """Speech of this length takes the floor, whether or not its words are known."""
    longest_doubt: float = 0.95
    """After so long without a word that is meant, what was heard is taken for noise and the assistant goes on."""


@dataclass(frozen=True, slots=True)
class PausePlayback:
    """Fall silent now, and be ready to go on where it was."""


@dataclass(frozen=True, slots=True)
class ResumePlayback:
    """It was nothing: go on where it was."""


@dataclass(frozen=True, slots=True)
class StopPlayback:
    """The caller has taken the floor: drop the rest; what was heard of it is now certain."""


FloorAction = PausePlayback | ResumePlayback | StopPlayback


class Words(Enum):
    """What the caller's sound turned out to be."""

    NONE = auto()
    """No words: noise, a cough, a breath."""
    BACKCHANNEL = auto()
    """An acknowledgement such as 嗯 or 好的: go on, I am listening."""
    MEANT = auto()
    """Words that want to be answered."""


class BargeIn:
    """The assistant's side of the floor during one call."""

    def __init__(self, config: BargeInConfig | None = None) -> None:
        self._config = config or BargeInConfig()
        self._playing = False
        self._interruptible = True
        self._answerable = False
        self._paused_at: float | None = None
        self._ignored = False  # the sound that goes on was taken for noise or acknowledgement

    @property
    def playing(self) -> bool:
        """Whether something is being said, or would be if the caller made no sound."""
        return self._playing

    @property
    def interruptible(self) -> bool:
        """Whether what is being played (or was last) may be interrupted."""
        return self._interruptible

    @property
    def paused(self) -> bool:
        return self._paused_at is not None

    def on_playback_started(self, *, interruptible: bool, answerable: bool) -> None:
        """answerable: what is being said ends in a question to which yes or no is an answer."""
        self._playing, self._interruptible, self._answerable = True, interruptible, answerable

    def on_playback_finished(self) -> None:
        self._playing = False
        self._paused_at = None

    def on_sound(self, at: float, *, left_s: float, faint: bool = False) -> list[FloorAction]:
        """The caller makes a sound (suspected speech). left_s: how much of the prompt is still to be played.

        faint: it barely stands out from the background, and is taken for that until words are found in it.
        """
        if not self._playing or not self._interruptible or self.paused or left_s <= self._config.tail:
            return []
        self._ignored = faint
        if faint:
            return []
        self._paused_at = at
        return [PausePlayback()]

    def is_answer(self, *, left_s: float) -> bool:
        """Whether a short word that begins now answers the prompt, instead of only acknowledging it."""
        return not self._playing or left_s <= (self._config.question_tail if self._answerable else self._config.tail)

    def on_words(self, words: Words, *, answer: bool) -> list[FloorAction]:
        """What the sound was. answer: it began where a short word is an answer."""
        if not self._playing or not self._interruptible:
            return []
        if words is Words.MEANT or (words is Words.BACKCHANNEL and answer):
            return self._stop() if self.paused or self._ignored else []
        return self._resume()

    def on_silence(self) -> list[FloorAction]:
        """The sound was no speech after all."""
        return self._resume()

    def on_time(self, at: float, *, spoken_s: float | None, unmeant: bool) -> list[FloorAction]:
        """spoken_s: length of the speech going on, None in silence.

        unmeant: a recogniser has found no words in it yet, or acknowledgements alone (对对对).
        """
        if self._paused_at is None or spoken_s is None:
            return []
        if unmeant:
            if at - self._paused_at < self._config.longest_doubt:
                return []
            self._ignored = True
            return self._resume()
        return self._stop() if spoken_s >= self._config.surely_speech else []

    def _resume(self) -> list[FloorAction]:
        if self._paused_at is None:
            return []
        self._paused_at = None
        return [ResumePlayback()]

    def _stop(self) -> list[FloorAction]:
        self._playing, self._paused_at = False, None
        return [StopPlayback()]
