"""What a condition of a scorecard may look for, and where: one model for each `find`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias, cast

import re2
from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator
from pydantic_core import PydanticCustomError

from voicebot.company.model import Model, Name

Speaker = Literal["caller", "ours", "company", "assistant", "agent", "anyone"]
"""ours: who the call is scored for, the agent in a human call and the assistant otherwise; company: both of them."""
EntityKind = Literal[
    "phone",
    "identity_card",
    "bank_card",
    "cvv",
    "one_time_code",
    "password",
    "name",
    "address",
    "order_number",
    "amount",
    "time",
]
Phrase = Annotated[str, Field(min_length=1, max_length=60)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=36_000)]
Count = Annotated[int, Field(ge=1, le=1000)]

_WINDOW: Final = re.compile(r"(first|last) ([1-9][0-9]{0,3}) (turns?|sentences?|s)")


@dataclass(frozen=True, slots=True)
class Window:
    """The first or last turns, sentences or seconds of a speaker."""

    end: Literal["first", "last"]
    count: int
    unit: Literal["turns", "sentences", "s"]


def _window(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _WINDOW.fullmatch(value.strip())
    if found is None:
        remedy = "Write it as first 2 turns, last 3 sentences or first 20 s"
        raise PydanticCustomError("voicebot", "{value} is no part of a call", {"value": repr(value), "remedy": remedy})
    unit = found[3] if found[3] == "s" else found[3].removesuffix("s") + "s"
    return Window(cast(Any, found[1]), int(found[2]), cast(Any, unit))


WindowText = Annotated[Window | None, BeforeValidator(_window), PlainSerializer(str)]


class Condition(Model):
    """What all conditions share. `title` names it to people, in reasons of verdicts."""

    title: str = Field(default="", max_length=60)


class Spoken(Condition):
    """A condition on what was said: by whom, and in which part of the call."""

    by: Speaker = "ours"
    where: WindowText = None
    """None: anywhere."""
    times: Count = 1
    """It holds when found so often."""


class InPlainSpeech(Spoken):
    """A condition on words that may be denied or quoted."""

    count_negated: bool = False
    """我不会骂你 counts, too."""
    count_quoted: bool = False
    """您刚才说我是骗子 counts, too."""


class Words(InPlainSpeech):
    """Words or phrases; hundreds of them cost no more than one."""

    find: Literal["words"]
    phrases: tuple[Phrase, ...] = ()
    lists: tuple[Name, ...] = ()
    """Names of [phrases.NAME] in the same file, or `forbidden`, the list that ships with the package."""
    unless: tuple[Phrase, ...] = ()
    """Longer phrases within which a phrase is harmless."""
    need: Literal["any", "all"] | Count = "any"
    """How many different phrases have to be there."""
    sounds_alike: bool = False
    """Also what sounds the same or nearly so, as recognisers write it; with a lower confidence."""

    @model_validator(mode="after")
    def _has_words(self) -> Words:
        if not self.phrases and not self.lists:
            raise PydanticCustomError("voicebot", "looks for no words", {"remedy": "Give it phrases or lists"})
        return self


class Pattern(InPlainSpeech):
    """A regular expression of RE2: linear in the length of the text, hence without backreferences and lookaround."""

    find: Literal["pattern"]
    pattern: str = Field(min_length=1, max_length=500)
    unless: str = Field(default="", max_length=500)
    """A match that overlaps with one of this is none."""

    @field_validator("pattern", "unless")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            compiled(value)
        except re2.error as error:
            reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
            remedy = "Correct the expression; RE2 knows no backreferences and no lookaround"
            raise PydanticCustomError("voicebot", "{reason}", {"reason": reason, "remedy": remedy}) from error
        return value


class Similar(Spoken):
    """Sentences that say about the same as the samples; a sentence with an opposite sense does not."""

    find: Literal["similar"]
    samples: tuple[Annotated[str, Field(min_length=4, max_length=60)], ...] = Field(min_length=1)
    likeness: Share = 0.6
    """Least share of a sample's pairs of characters that the sentence holds."""


class Repeated(Spoken):
    """The same thing said several times, in more or less the same words."""

    find: Literal["repeated"]
    times: Count = 3
    questions_only: bool = True
    likeness: Share = 0.7


class Entity(Spoken):
    find: Literal["entity"]
    entities: tuple[EntityKind, ...] = Field(min_length=1)


class Emotion(Spoken):
    """Turns in that mood, as heard in the call."""

    find: Literal["emotion"]
    by: Speaker = "caller"
    emotions: tuple[Literal["calm", "annoyed", "angry"], ...] = Field(min_length=1)


class EmotionCourse(Condition):
    """The caller's mood in the last third of the call against the first."""

    find: Literal["emotion_course"]
    course: Literal["better", "worse"]


class Promised(Spoken):
    """A promise to the caller (回电, 退款, 补发)."""

    find: Literal["promise"]
    timed: bool | None = None
    """true: with a time; false: without one; None: either."""


class PromiseStanding(Condition):
    """A promise that became a task, as the task stands."""

    find: Literal["promise_standing"]
    standing: Literal["kept", "broken", "open"]


class Procedure(Condition):
    """The steps of the flow for the caller's matter: found out, and in their order."""

    find: Literal["procedure"]
    share: Share = 1.0
    """Least share of the steps that have to be asked or known."""
    in_order: bool = True


class Silence(Condition):
    """Nobody speaks, outside holds."""

    find: Literal["silence"]
    longer_than_s: Seconds
    times: Count = 1


class Hold(Condition):
    find: Literal["hold"]
    longer_than_s: Seconds = 0
    times: Count = 1


class TalkOver(Condition):
    """Both speak at once."""

    find: Literal["talk_over"]
    longer_than_s: Seconds = 0.5
    """Each time."""
    total_s: Seconds = 0
    """All of them together."""


class Interruptions(Condition):
    """A side begins while the other speaks, and the other gives way."""

    find: Literal["interruption"]
    by: Literal["caller", "ours"] = "ours"
    times: Count = 1


class Speed(Condition):
    """Characters a minute of speech."""

    find: Literal["speed"]
    by: Literal["caller", "ours"] = "ours"
    above: float | None = Field(default=None, gt=0)
    below: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _has_a_bound(self) -> Speed:
        if self.above is None and self.below is None:
            raise PydanticCustomError("voicebot", "has no bound", {"remedy": "Give it above or below, or both"})
        return self


class Latency(Condition):
    """Replies of ours that were long in coming."""

    find: Literal["latency"]
    longer_than_s: Seconds
    times: Count = 1


class Sound(Condition):
    """A side that is badly heard, or not at all."""

    find: Literal["sound"]
    by: Literal["caller", "ours"] = "ours"
    problems: tuple[Literal["too_quiet", "too_loud", "clipped", "silent"], ...] = Field(min_length=1)


class Facts(Condition):
    """What is known about the call as a whole; everything that is given has to hold."""

    find: Literal["call"]
    kinds: tuple[Literal["bot", "human"], ...] = ()
    intents: tuple[Name, ...] = ()
    outcomes: tuple[Name, ...] = ()
    known_caller: bool | None = None
    """Whether the caller's number is a customer's."""
    has_procedure: bool | None = None
    """Whether the caller's matter has a flow in which something has to be asked."""
    longer_than_s: Seconds | None = None


AnyCondition: TypeAlias = (
    Words
    | Pattern
    | Similar
    | Repeated
    | Entity
    | Emotion
    | EmotionCourse
    | Promised
    | PromiseStanding
    | Procedure
    | Silence
    | Hold
    | TalkOver
    | Interruptions
    | Speed
    | Latency
    | Sound
    | Facts
)
KINDS: Final[Mapping[str, type[AnyCondition]]] = {
    "words": Words,
    "pattern": Pattern,
    "similar": Similar,
    "repeated": Repeated,
    "entity": Entity,
    "emotion": Emotion,
    "emotion_course": EmotionCourse,
    "promise": Promised,
    "promise_standing": PromiseStanding,
    "procedure": Procedure,
    "silence": Silence,
    "hold": Hold,
    "talk_over": TalkOver,
    "interruption": Interruptions,
    "speed": Speed,
    "latency": Latency,
    "sound": Sound,
    "call": Facts,
}
"""By what a condition's `find` says."""


def compiled(pattern: str) -> Any:
    """The pattern for texts in which lines are turns: no match reaches from one into the next."""
    return re2.compile(in_turns(pattern), re2_options())


def in_turns(pattern: str) -> str:
    """The expression with ^ and $ at the ends of turns and without regard to capitals: calls are read without them."""
    return f"(?mi:{pattern})"


def re2_options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True
    options.max_mem = 8 << 20
    return options
