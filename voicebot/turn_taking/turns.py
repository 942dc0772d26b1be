"""Whose turn it is: a state machine without I/O that joins endpointing, barge-in and silence.

Fed with events that carry the time of the call's audio (seconds since the answer, from the sample count), it returns
the actions that the session carries out. It never reads a clock, so a long conversation is tested exactly.

    caller     ████████      ███████
    pause              └ 0.3 ┘      └ wait ┘
    actions            Recognise    Recognise (whole utterance again)
                             Drop          └ EndTurn -> the reply may be spoken

How long the wait is: endpointing.py. What a sound does to the assistant's voice: barge_in.py.
"""

from dataclasses import dataclass
from math import inf

from voicebot.turn_taking.barge_in import BargeIn, BargeInConfig, FloorAction, Words
from voicebot.turn_taking.endpointing import Completeness, Endpointing, Judgement


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """When the assistant takes its turn by itself, and when it looks at what is being said. All times in seconds."""

    no_input: float = 7.0
    """Silence after the assistant's last word until it asks whether the caller is still there."""
    longest_utterance: float = 25.0
    """Speech that never pauses is taken as a turn after this long (radio, hold music of another system)."""
    pre_roll: float = 0.20
    """Audio before the detected start that goes to the recogniser: soft first consonants."""
    suspicion: float = 0.15
    """A turn that is due is held for so long while something sounds like speech: the ear takes up to 130 ms to know."""
    behind: float = 0.30
    """A faint sound after words that stood out is background if it is shorter: the turn that is due is held for it."""
    first_partial: float = 0.40
    """Speech of this length is recognised while it goes on, for the eyes of agents and for barge-in."""
    partial_every: float = 0.50
    """Least time between two such recognitions; the next waits for the one before."""


@dataclass(frozen=True, slots=True)
class Recognise:
    """Send the caller's audio between two times to the recogniser; report back with `on_recognised`."""

    utterance: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class RecognisePartial:
    """The same for an utterance that goes on; report back with `on_partial`."""

    utterance: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The result of this utterance is no longer wanted: the caller went on talking, or only acknowledged."""

    utterance: int


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn is over: answer this utterance. `speech_end_s` is when the caller's last word ended."""

    utterance: int
    speech_end_s: float


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller said nothing for a while, for the `count`-th time in a row."""

    count: int


Action = Recognise | RecognisePartial | Drop | EndTurn | NoInput | FloorAction


class TurnTaking:
    """One call's turn-taking. Events come in order of time; each returns the actions to carry out."""

    def __init__(
        self,
        config: TurnConfig | None = None,
        *,
        endpointing: Endpointing | None = None,
        barge_in: BargeInConfig | None = None,
    ) -> None:
        self._config = config or TurnConfig()
        self._endpointing = endpointing or Endpointing()
        self._floor = BargeIn(barge_in)
        self._utterance = 0
        self._speech_start: float | None = None  # set while an utterance is open (speaking or in a pause)
        self._speech_end: float | None = None  # set while in a pause
        self._talking = False
        self._suspected = False
        self._over_prompt = False  # the open utterance began where a short word only acknowledges
        self._judgement: Judgement | None = None  # of the open utterance, once recognised
        self._partial_at = 0.0
        self._partial_wanted = False  # one is under way
        self._unmeant = False  # the last one found nothing that wants to be answered
        self._faint = False  # the open utterance never stood out from the background
        self._behind: float | None = None  # since when something faint sounds after words that stood out
        self._answering = False
        self._turn_ended: float | None = None  # end of the speech of the last turn
        self._silent_since: float | None = None
        self._no_inputs = 0

    @property
    def interruptible(self) -> bool:
        """Whether what is being played (or was last) may be interrupted."""
        return self._floor.interruptible

    # What the ear says

    def on_speech_suspected(self, at: float, *, left_s: float = inf, faint: bool = False) -> list[Action]:
        """Something sounds like speech; `on_speech_started` or `on_speech_dismissed` follows.

        left_s: how much of what the assistant is saying is still to be played; infinite while it is being made.
        faint: it barely stands out from the background of the line.
        """
        self._suspected = True
        if self._speech_start is None:
            self._over_prompt = self._answering or not self._floor.is_answer(left_s=left_s)
        return [*self._floor.on_sound(at, left_s=left_s, faint=faint)]

    def on_speech_dismissed(self) -> list[Action]:
        """It was no speech."""
        self._suspected = False
        return [*self._floor.on_silence()] if self._speech_start is None else []

    def on_speech_started(self, at: float, *, left_s: float = inf, faint: bool = False) -> list[Action]:
        """`at`: when the speech began (true edge)."""
        actions: list[Action] = []
        if not self._suspected or not faint:  # a faint beginning may have grown clear
            actions = self.on_speech_suspected(at, left_s=left_s, faint=faint)
        self._suspected = False
        self._silent_since = None
        if self._speech_end is not None and faint and not self._faint:
            self._behind = at  # the background, unless it clears up: the caller's voice stood out before
            return actions
        if self._speech_end is not None and self._faint and not faint:  # what came before was the background
            actions.append(Drop(self._utterance))
            self._close()
            self._over_prompt = self._answering or not self._floor.is_answer(left_s=left_s)
        return [*actions, *self._talk(at, faint=faint)]

    def on_speech_cleared(self, at: float, *, left_s: float = inf) -> list[Action]:
        """What began faint stands out from the background by now."""
        self._faint = False
        actions: list[Action] = [*self._floor.on_sound(at, left_s=left_s)]
        return actions if self._behind is None else [*actions, *self._talk(self._behind, faint=False)]

    def on_speech_paused(self, at: float, *, now: float) -> list[Action]:
        """`at`: when the speech ended (true edge); `now`: the time of the audio when the detector was sure of it."""
        self._talking = False
        if self._speech_start is None or self._behind is not None:
            self._behind = None
            return []
        self._speech_end = at
        self._judgement = None
        return [Recognise(self._utterance, self._audio_start(), now)]

    # What the recogniser says

    def on_partial(self, utterance: int, words: Words | None, *, at: float) -> list[Action]:
        """What was made of the utterance so far; None when there was no time for it, or it is too early to tell."""
        if utterance != self._utterance or not self._talking:
            return []
        self._partial_wanted = False
        self._unmeant = words in (Words.NONE, Words.BACKCHANNEL)
        if (
            words is Words.MEANT and not self._floor.paused
        ):  # in the silence of a pause the whole utterance is waited for
            return [*self._floor.on_words(words, answer=not self._over_prompt)]
        return []

    def on_recognised(self, utterance: int, judgement: Judgement, *, at: float) -> list[Action]:
        """The recogniser's result for an utterance; results that were dropped meanwhile are ignored."""
        if utterance != self._utterance or self._speech_end is None:
            return []
        words = _words(judgement)
        answers = not self._over_prompt and not (judgement.unclear and self._faint)
        actions: list[Action] = [*self._floor.on_words(words, answer=answers)]
        if words is Words.NONE or (words is Words.BACKCHANNEL and not answers):
            self._close()
            if not self._talking:
                self._silent_since = at
            return [*actions, Drop(utterance)]
        self._judgement = judgement
        return [*actions, *self.on_time(at)]

    def on_time(self, at: float) -> list[Action]:
        """Called with every frame: fires what is due."""
        if self._behind is not None and at - self._behind >= self._config.behind:
            return self._talk(self._behind, faint=True)
        if self._talking and self._speech_start is not None:
            return self._while_talking(at, at - self._speech_start)
        if self._speech_end is not None:
            return self._while_paused(at - self._speech_end)
        if self._silent_since is not None and not self._floor.playing and not self._answering:
            return self._while_silent(at)
        return []

    # What the assistant does

    def on_reply_pending(self) -> None:
        """The assistant is working on something to say: silence is not the caller's fault."""
        self._answering = True

    def on_playback_started(self, at: float, *, interruptible: bool, answerable: bool = False) -> list[Action]:
        """answerable: it ends in a question to which yes or no is an answer.

        What the caller is saying, or has said since their turn was ended, comes before it.
        """
        self._answering = False
        self._floor.on_playback_started(interruptible=interruptible, answerable=answerable)
        if self._speech_start is None:
            return []
        actions: list[Action] = [*self._floor.on_sound(at, left_s=inf, faint=self._faint or self._unmeant)]
        if self._judgement is not None:
            actions += self._floor.on_words(_words(self._judgement), answer=not self._over_prompt)
        return actions

    def on_playback_finished(self, at: float) -> None:
        self._floor.on_playback_finished()
        self._answering = False
        if not self._talking:
            self._silent_since = at

    def on_activity(self, at: float) -> None:
        """The caller did something other than speak (a key): they are there."""
        self._no_inputs = 0
        if self._silent_since is not None:
            self._silent_since = at

    def on_floor_given(self) -> None:
        """Somebody else talks to the caller from now on: what was open is nobody's turn any more."""
        self._behind = None
        self._close()
        self._talking = self._suspected = self._answering = False
        self._silent_since = None
        self._floor.on_playback_finished()

    def on_leg_ended(self) -> list[Action]:
        """The caller has hung up: an utterance that was already recognised was their last word."""
        return self._end_turn() if self._speech_end is not None and self._judgement is not None else []

    def _talk(self, at: float, *, faint: bool) -> list[Action]:
        """The caller begins, or goes on after a pause."""
        dropped: list[Action] = []
        if self._speech_start is None:
            self._open(at)
            self._faint = faint
        elif self._speech_end is not None:
            self._endpointing.on_resumed(at - self._speech_end, self._judgement)
            dropped = [Drop(self._utterance)]
            self._utterance += 1
        self._talking = True
        self._behind = self._speech_end = self._judgement = None
        self._partial_wanted = False
        self._partial_at = max(self._partial_at, at + self._config.first_partial - self._config.partial_every)
        return dropped

    def _while_talking(self, at: float, lasted: float) -> list[Action]:
        actions: list[Action] = [*self._floor.on_time(at, spoken_s=lasted, unmeant=self._unmeant)]
        if lasted >= self._config.longest_utterance:
            self._talking = False
            self._speech_end = at
            return [*actions, Recognise(self._utterance, self._audio_start(), at), *self._end_turn()]
        if not self._partial_wanted and at >= self._partial_at + self._config.partial_every:
            self._partial_wanted, self._partial_at = True, at
            actions.append(RecognisePartial(self._utterance, self._audio_start(), at))
        return actions

    def _while_paused(self, pause: float) -> list[Action]:
        if self._floor.playing or self._answering or self._behind is not None:
            return []  # what was said over a prompt that goes on is answered when the prompt is done
        if self._judgement is None:
            return []  # not recognised yet; the reply could not start anyhow
        wait = self._endpointing.wait_s(self._judgement)
        if self._suspected:  # they may have gone on: the ear will know in a moment
            wait += self._config.suspicion
        return self._end_turn() if pause >= wait else []

    def _while_silent(self, at: float) -> list[Action]:
        assert self._silent_since is not None
        if at - self._silent_since < self._config.no_input:
            return []
        self._no_inputs += 1
        self._silent_since = None
        self._answering = True
        return [NoInput(self._no_inputs)]

    def _audio_start(self) -> float:
        assert self._speech_start is not None
        return max(0.0, self._speech_start - self._config.pre_roll)

    def _end_turn(self) -> list[Action]:
        assert self._speech_end is not None
        ended = EndTurn(self._utterance, self._speech_end)
        self._endpointing.on_turn_ended()
        self._turn_ended = self._speech_end
        self._no_inputs = 0
        self._answering = True
        self._close()
        return [ended]

    def _open(self, at: float) -> None:
        if self._answering and self._turn_ended is not None:  # they were not done: the turn was ended too early
            self._endpointing.on_resumed(at - self._turn_ended)
        self._utterance += 1
        self._speech_start = at
        self._unmeant = False

    def _close(self) -> None:
        self._speech_start = self._speech_end = self._judgement = None
        if self._behind is not None:  # whatever it is, it belongs to nothing before it
            self._talk(self._behind, faint=True)


def _words(judgement: Judgement) -> Words:
    if judgement.completeness is Completeness.EMPTY:
        return Words.NONE
    return Words.BACKCHANNEL if judgement.backchannel else Words.MEANT
