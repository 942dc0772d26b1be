"""Personal numbers in what one party says, also where a number is dictated piece by piece over several turns.

Without a word about it a number is known by its check digit, once it is whole. When it was named (卡号是) or asked for,
each piece of it counts at once, and so does a number that the recogniser got wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

from voicebot.letters import letters
from voicebot.privacy.number_search import MOST_PIECES, FoundNumber, find_numbers
from voicebot.privacy.numbers import LONGEST, kind_of
from voicebot.privacy.said_digits import Piece, runs
from voicebot.privacy.spans import PersonalKind
from voicebot.privacy.words import NumberWords, PersonalWords

_BEFORE: Final = 12
"""Characters before a number in which a word says what it is."""
_REST: Final = 6
"""Characters besides the digits up to which a turn is the next piece of a number (然后是1234)."""
_ACKNOWLEDGED: Final = 8
"""Characters up to which 好的，请继续 does not end what the other party dictates."""
_SHORTEST_OVER_TURNS: Final = 15
"""Digits from which pieces of several turns, of which nobody said what they are, may be a card's number."""
_WHOLE_IDENTITY: Final = 18
_IN_PIECES: Final = frozenset({"bank_card", "identity_card"})
"""Dictated a few digits at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """`start:end` of the text of the turn `seq`."""

    seq: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    kind: PersonalKind
    number: str
    parts: tuple[Part, ...]
    """One for each turn that it was said in; the last one is the turn just heard."""


@dataclass(frozen=True, slots=True)
class _Said:
    piece: Piece
    seq: int


class PartyNumbers:
    """Listens to one party of a call, turn by turn."""

    def __init__(self, words: PersonalWords) -> None:
        self._words = words
        self._begun: list[_Said] = []
        """At the end of the turns so far: may go on in the next one."""
        self._expected: NumberWords | None = None
        self._digits_heard = 0
        """Of what is expected."""

    def other_said(self, text: str) -> NumberWords | None:
        """What the other party has just asked this one for, if anything."""
        asked = self._words.asked_for(text)
        if asked or (len(letters(text)) > _ACKNOWLEDGED and not any(runs(text))):
            self._expect(asked)
        return asked

    def _expect(self, number: NumberWords | None) -> None:
        self._expected = number
        self._digits_heard = 0

    def heard(self, seq: int, text: str) -> list[PersonalNumber]:
        """The numbers in one turn, or completed by it. `seq` names the turn in what is returned."""
        in_text = list(runs(text))
        if sum(map(len, in_text)) > MOST_PIECES:
            return [PersonalNumber("unclear", "", (Part(seq, in_text[0][0].start, in_text[-1][-1].end),))]
        if not in_text and len(letters(text)) > _REST:
            self._begun = []
            self._expect(None)
        found: list[PersonalNumber] = []
        for place, run in enumerate(in_text):
            found += self._in_run(text, [_Said(piece, seq) for piece in run], is_first=place == 0)
            if len(text) - run[-1].end > _REST:
                self._begun = []
        self._hear_announcement(text)
        return found

    def in_begun(self, text: str) -> list[PersonalNumber]:
        """The numbers in a turn that is still being said."""
        return copy(self).heard(-1, text)

    def _in_run(self, text: str, run: list[_Said], *, is_first: bool) -> list[PersonalNumber]:
        start = run[0].piece.start
        said = [*self._begun, *run] if is_first and start <= _REST else run
        begun = len(said) - len(run)
        before = text[max(0, start - _BEFORE) : start]
        naming = self._words.naming(before)
        expected = naming.of or (self._expected if is_first and not naming.other else None)
        plain = not naming.other and not re.search("[A-Za-z]$", before, re.ASCII)
        found = find_numbers(
            [each.piece for each in said],
            lambda number, first: _checked(number, plain=plain, over_turns=first < begun),
            lambda number, first: _named(number, expected) if first == begun else None,
        )
        self._begun = [] if naming.other else _unfinished(said, found)
        self._count(found, expected)
        return [_placed(number, said) for number in found if number.end > begun]

    def _count(self, found: Sequence[FoundNumber], expected: NumberWords | None) -> None:
        """What was expected goes on being so until it is whole."""
        if not found or expected is None or found[-1].kind != expected.kind:
            return
        heard = self._digits_heard + len(found[-1].number)
        self._expected, self._digits_heard = expected, heard
        if expected.kind not in _IN_PIECES or heard >= _SHORTEST_OVER_TURNS:
            self._expect(None)

    def _hear_announcement(self, text: str) -> None:
        """我的卡号是, and the number in the next turn."""
        said = text.rstrip("，,。. ")
        if said.endswith(self._words.announcing) and (naming := self._words.naming(said[-_BEFORE:])).of:
            self._expect(naming.of)


def _checked(number: str, *, plain: bool, over_turns: bool) -> PersonalKind | None:
    """plain: nothing said before it makes it another number than it looks like."""
    kind = kind_of(number)
    certain = kind == "phone" or (kind == "identity_card" and len(number) == _WHOLE_IDENTITY)
    if certain or (plain and not (over_turns and len(number) < _SHORTEST_OVER_TURNS)):
        return kind
    return None


def _named(number: str, expected: NumberWords | None) -> PersonalKind | None:
    if expected is None or not expected.digits[0] <= len(number) <= expected.digits[1]:
        return None
    return expected.kind


def _unfinished(said: Sequence[_Said], found: Sequence[FoundNumber]) -> list[_Said]:
    """The pieces behind the last number, as far back as a number can reach. What looks like a phone's may be part of
    a card's."""
    rest = list(said[max((number.end for number in found if number.kind != "phone"), default=0) :])
    while sum(len(each.piece.digits) for each in rest) >= LONGEST:
        rest.pop(0)
    return rest


def _placed(found: FoundNumber, said: Sequence[_Said]) -> PersonalNumber:
    by_turn: dict[int, list[Piece]] = {}
    for each in said[found.first : found.end]:
        by_turn.setdefault(each.seq, []).append(each.piece)
    parts = tuple(Part(seq, pieces[0].start, pieces[-1].end) for seq, pieces in by_turn.items())
    return PersonalNumber(found.kind, found.number, parts)
