"""Personal data in a whole call: both parties, turn by turn, each hearing what the other asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from voicebot.privacy.addresses import addresses_in
from voicebot.privacy.names import names_in
from voicebot.privacy.party_numbers import PartyNumbers
from voicebot.privacy.spans import Span, overlaps
from voicebot.privacy.words import PersonalWords


class CallListener:
    """Told every turn of a call, in order."""

    def __init__(self, words: PersonalWords) -> None:
        self._caller = PartyNumbers(words)
        self._company = PartyNumbers(words)

    def heard(self, seq: int, text: str, *, by_caller: bool) -> Mapping[int, list[Span]]:
        """What was found, by turn: in this one, and in earlier ones where it completes a number begun there."""
        speaker, other = (self._caller, self._company) if by_caller else (self._company, self._caller)
        found: defaultdict[int, list[Span]] = defaultdict(list)
        for number in speaker.heard(seq, text):
            for part in number.parts:
                found[part.seq].append(Span(number.kind, part.start, part.end))
        found[seq] += _apart_from(found[seq], [*names_in(text), *addresses_in(text)])
        other.other_said(text)
        return found

    def would_hear(self, text: str) -> Sequence[Span]:
        """What the caller's turn so far would hold if it ended here; it is not over, and nothing is remembered."""
        numbers = [
            Span(number.kind, number.parts[-1].start, number.parts[-1].end) for number in self._caller.in_begun(text)
        ]
        return [*numbers, *_apart_from(numbers, [*names_in(text), *addresses_in(text)])]


def personal_data(text: str, words: PersonalWords) -> list[Span]:
    """What is found in a text that stands by itself."""
    return CallListener(words).heard(0, text, by_caller=True)[0]


def _apart_from(numbers: list[Span], others: list[Span]) -> list[Span]:
    """The number of a card outranks a house number that it contains."""
    return [one for one in others if not any(overlaps(one, each) for each in numbers)]
