"""A call's words, prepared once for all conditions: one text, its sentences, and who said what in which part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from voicebot.privacy.call_listener import CallListener
from voicebot.privacy.words import personal_words
from voicebot.qa.material import CallMaterial, ScoredTurn, SpeakerRole, evidence_in
from voicebot.qa.rules.hits import Hit
from voicebot.qa.rules.language import language
from voicebot.qa.scorecard.conditions import Speaker, Window

_PLAIN = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {ord("\n"): " ", ord("\r"): " "}
_PLAIN |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_PLAIN |= {code: code - 0xFEE0 + 32 for code in range(ord("Ａ"), ord("Ｚ") + 1)}
_PLAIN |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_PLAIN |= {0xFF1F: "？", 0xFF1A: "：", 0xFF1B: "；"}
"""Full-width letters, capitals, line breaks, halves of characters; every character stays one: places stay right."""
_DOUBTFUL = 0.5
"""Worth of words that were recognised without any confidence: as likely right as wrong."""


@dataclass(frozen=True, slots=True)
class Sentence:
    turn: int
    start: int
    end: int
    text: str


class Scope:
    """Part of a call: for each turn in it, from which character to which."""

    def __init__(self, parts: Mapping[int, tuple[int, int]]) -> None:
        self.parts = parts

    def holds(self, turn: int, start: int, end: int) -> bool:
        part = self.parts.get(turn)
        return part is not None and part[0] <= start and end <= part[1]


class Talk:
    """The words of one call. A turn is named by its index here, not by its number in the store."""

    def __init__(self, material: CallMaterial) -> None:
        self.material = material
        self.turns = material.turns
        self.texts = tuple(plain(turn.text) for turn in material.turns)
        self._scopes: dict[tuple[Speaker, Window | None], Scope] = {}

    @cached_property
    def text(self) -> str:
        """All turns, one a line."""
        return "\n".join(self.texts)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(text) + 1 for text in self.texts)][:-1]

    def place(self, position: int) -> tuple[int, int]:
        """Turn and character of a position in `text`."""
        turn = bisect_right(self._starts, position) - 1
        return turn, position - self._starts[turn]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        pattern = language().sentence
        return tuple(
            Sentence(turn, found.start(), found.end(), found[0])
            for turn, text in enumerate(self.texts)
            for found in pattern.finditer(text)
        )

    @cached_property
    def _sentence_starts(self) -> list[tuple[int, int]]:
        return [(sentence.turn, sentence.start) for sentence in self.sentences]

    def sentence_at(self, turn: int, start: int) -> int:
        """The number of the sentence, counted through the call."""
        return max(0, bisect_right(self._sentence_starts, (turn, start)) - 1)

    @cached_property
    def personal(self) -> tuple[tuple[tuple[str, int, int], ...], ...]:
        """Personal data by turn, as kind, start and end: what stands in the text, and what was taken out of it."""
        listener = CallListener(personal_words())
        found: list[list[tuple[str, int, int]]] = [[] for _ in self.turns]
        for turn, said in enumerate(self.turns):
            found[turn] += [(taken.kind, taken.start, taken.end) for taken in said.taken_out]
            for place, spans in listener.heard(turn, self.texts[turn], by_caller=said.role == "caller").items():
                found[place] += [(span.kind, span.start, span.end) for span in spans]
        return tuple(map(tuple, found))

    def turn_at(self, at_ms: int) -> int:
        """The turn that was going on, or the last one before; 0 before the first."""
        return max((turn for turn, each in enumerate(self.turns) if each.started_ms <= at_ms), default=0)

    def hit(self, turn: int, start: int, end: int, likeness: float = 1.0) -> Hit:
        """A find in a turn; it is as sure as the recognition of its words and their likeness to what was looked for."""
        said = self.turns[turn]
        evidence = evidence_in(said, start, end)
        return Hit(turn, start, end, evidence.started_ms, evidence.ended_ms, likeness * _worth(said))

    def scope(self, by: Speaker, where: Window | None) -> Scope:
        key = (by, where)
        if key not in self._scopes:
            self._scopes[key] = Scope(self._parts(by, where))
        return self._scopes[key]

    def absence(self, scope: Scope) -> float:
        """Degree to which something may be in `scope` although it was not found: the more, the worse it was heard."""
        known = [(len(self.texts[turn]), _worth(self.turns[turn])) for turn in scope.parts]
        characters = sum(length for length, _ in known)
        return 1 - sum(length * worth for length, worth in known) / characters if characters else 0.0

    def _roles(self, by: Speaker) -> frozenset[SpeakerRole]:
        match by:
            case "ours":
                return frozenset({"agent" if self.material.kind == "human" else "assistant"})
            case "company":
                return frozenset({"agent", "assistant"})
            case "anyone":
                return frozenset({"agent", "assistant", "caller"})
            case _:
                return frozenset({by})

    def _parts(self, by: Speaker, where: Window | None) -> dict[int, tuple[int, int]]:
        roles = self._roles(by)
        spoken = [turn for turn, each in enumerate(self.turns) if each.role in roles]
        if where is None or not spoken:
            return {turn: (0, len(self.texts[turn])) for turn in spoken}
        if where.unit == "s":
            return dict(self._timed(spoken, where))
        if where.unit == "turns":
            chosen = spoken[: where.count] if where.end == "first" else spoken[-where.count :]
            return {turn: (0, len(self.texts[turn])) for turn in chosen}
        said = [sentence for sentence in self.sentences if self.turns[sentence.turn].role in roles]
        return _joined(said[: where.count] if where.end == "first" else said[-where.count :])

    def _timed(self, spoken: list[int], where: Window) -> Iterator[tuple[int, tuple[int, int]]]:
        """The first seconds since the speaker began, or the last ones of the whole conversation."""
        begin_ms = min(self.turns[turn].started_ms for turn in spoken)
        end_ms = max(turn.ended_ms for turn in self.turns)
        if where.end == "first":
            end_ms = begin_ms + 1000 * where.count
        else:
            begin_ms = end_ms - 1000 * where.count
        for turn in spoken:
            said, length = self.turns[turn], len(self.texts[turn])
            start, end = _character(said, length, begin_ms), _character(said, length, end_ms)
            if start < end:
                yield turn, (start, end)


def plain(text: str) -> str:
    """Letters and digits in their plain form, on one line; as long as before."""
    return text.translate(_PLAIN)


def _worth(turn: ScoredTurn) -> float:
    """How far the words of a turn are to be believed, 0.5..1; what our own voice said is known."""
    if turn.role == "assistant" or turn.asr_confidence is None:
        return 1.0
    return _DOUBTFUL + (1 - _DOUBTFUL) * min(1.0, max(0.0, turn.asr_confidence))


def _character(turn: ScoredTurn, length: int, at_ms: int) -> int:
    """How many characters of the turn were spoken by then."""
    if at_ms >= turn.ended_ms:
        return length
    if at_ms <= turn.started_ms:
        return 0
    return round(length * (at_ms - turn.started_ms) / (turn.ended_ms - turn.started_ms))


def _joined(sentences: Iterable[Sentence]) -> dict[int, tuple[int, int]]:
    parts: dict[int, tuple[int, int]] = {}
    for sentence in sentences:
        start, _ = parts.get(sentence.turn, (sentence.start, 0))
        parts[sentence.turn] = (start, sentence.end)
    return parts
