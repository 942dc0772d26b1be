"""What is counted, from what an outsider would note of a call: sound in, sound out, and when the dialogue was asked.

false cut-off   the dialogue was asked before the caller's turn was over as scripted
missed end      it was not asked within 2.0 s after the end
wait            from the end of the caller's last word to the moment at which the session asks the dialogue
lost answer     a short answer for which the dialogue was not asked within 3.0 s
false barge-in  an acknowledgement, cough or noise over a prompt that then fell silent for more than 1.0 s at a
                stretch, or was never heard to its end
missed barge-in a real wish to talk over a prompt that was to be heard 1.0 s after the first sound of it, or later
stop            from the first sound of such a wish to the first silent frame sent; none where noise had silenced it
resume          the longest silence that an acknowledgement, cough or noise made in a prompt; 0 where there was none
"""

from dataclasses import dataclass
from typing import Final

from telephony.audio import FRAME_S
from voicebot.bench.turns.prompts import Asked
from voicebot.bench.turns.scenarios import Kind

MISSED_END_S: Final = 2.0
LOST_ANSWER_S: Final = 3.0
BARGE_IN_S: Final = 1.0
RESUMED_S: Final = 1.0
_FADE_FRAMES: Final = 2
"""Frames that fading out and in may take off a prompt that was heard whole."""

TURNS: Final = frozenset({Kind.REQUEST, Kind.HESITATION, Kind.DICTATION, Kind.ADDRESS, Kind.DESCRIPTION, Kind.BARGE_IN})
"""Where a turn can be cut off or its end missed."""
SHORT_ANSWERS: Final = frozenset({Kind.SHORT_ANSWER, Kind.EARLY_ANSWER})
LISTENING: Final = frozenset({Kind.ACKNOWLEDGEMENT, Kind.COUGH, Kind.NOISE})
"""Where the assistant is to go on talking."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One turn of a call. Times in seconds of the call's audio."""

    prompt_start_s: float
    prompt_s: float
    """Length of the prompt."""
    onset_s: float
    """First sound of the caller's speech; the prompt's start where the assistant is to go on talking."""
    end_s: float
    """End of the caller's last word."""
    audible: tuple[bool, ...]
    """Whether each frame sent from the prompt's start on was to be heard."""
    asked: tuple[Asked, ...]
    """When the dialogue was asked, from the onset on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one turn went; None where a question does not arise."""

    false_cutoff: bool | None = None
    missed_end: bool | None = None
    wait_ms: float | None = None
    lost_answer: bool | None = None
    false_barge_in: bool | None = None
    resume_ms: float | None = None
    missed_barge_in: bool | None = None
    stop_ms: float | None = None

    @property
    def bad(self) -> tuple[str, ...]:
        """Names of what went wrong."""
        names = ("false_cutoff", "missed_end", "lost_answer", "false_barge_in", "missed_barge_in")
        return tuple(name for name in names if getattr(self, name))


def judge(kind: Kind, seen: Observed) -> Outcome:
    """The outcome of one turn of that kind."""
    if kind in LISTENING:
        return _listening(seen)
    cut_off = any(asked.at_s < seen.end_s for asked in seen.asked)
    wait_s = next((asked.at_s - seen.end_s for asked in seen.asked), None)
    wait_ms = None if wait_s is None or cut_off else 1000 * wait_s
    if kind in SHORT_ANSWERS:
        return Outcome(wait_ms=wait_ms, lost_answer=wait_s is None or wait_s > LOST_ANSWER_S)
    missed = None if cut_off else wait_s is None or wait_s > MISSED_END_S
    if kind is not Kind.BARGE_IN:
        return Outcome(false_cutoff=cut_off, missed_end=missed, wait_ms=wait_ms)
    return Outcome(
        false_cutoff=cut_off,
        missed_end=missed,
        wait_ms=wait_ms,
        missed_barge_in=_talked_on(seen),
        stop_ms=_stop_ms(seen),
    )


def _listening(seen: Observed) -> Outcome:
    """The prompt until it was heard whole, or until the dialogue was asked instead."""
    until_s = seen.asked[0].at_s if seen.asked else float("inf")
    missing = round(seen.prompt_s / FRAME_S) - _FADE_FRAMES
    silent = longest = 0
    for number, audible in enumerate(seen.audible):
        if missing <= 0 or _time(seen, number) > until_s:
            break
        missing -= audible
        silent = 0 if audible else silent + 1
        longest = max(longest, silent)
    went_on = missing <= 0 and longest * FRAME_S <= RESUMED_S
    return Outcome(false_barge_in=not went_on, resume_ms=1000 * longest * FRAME_S if went_on else None)


def _talked_on(seen: Observed) -> bool:
    """Whether the prompt, not yet a reply, was heard after the time allowed."""
    until_s = seen.asked[0].at_s if seen.asked else float("inf")
    times = [_time(seen, number) for number, audible in enumerate(seen.audible) if audible]
    return any(seen.onset_s + BARGE_IN_S <= at_s <= until_s for at_s in times)


def _stop_ms(seen: Observed) -> float | None:
    """None also where the prompt was silent already, for a noise."""
    before = [audible for number, audible in enumerate(seen.audible) if _time(seen, number) < seen.onset_s]
    if before and not before[-1]:
        return None
    silent = [_time(seen, number) for number, audible in enumerate(seen.audible) if not audible]
    return next((1000 * (at_s - seen.onset_s) for at_s in silent if at_s >= seen.onset_s), None)


def _time(seen: Observed, frame: int) -> float:
    return seen.prompt_start_s + frame * FRAME_S
