"""What of a call may be stored and sent: card numbers and codes are taken out for good, the rest is marked.

A card that is dictated over several turns without a word about it is known only at its end: its earlier pieces are
then taken out of the turns that were stored before. Events that told of those turns are out by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from voicebot.letters import letters
from voicebot.masking import hidden, masked
from voicebot.privacy.call_listener import CallListener, personal_data
from voicebot.privacy.said_digits import runs
from voicebot.privacy.spans import NEVER_KEPT, Span, from_json, overlaps, to_json
from voicebot.privacy.words import personal_words
from voicebot.store.records import TurnRecord

PERSONAL: Final = "personal"
"""Key in a turn's detail: spans of its text, as in spans.py."""
TAKEN_OUT: Final = "taken_out"
"""Key in a turn's detail: [kind, start, end, syllables before it, of it, after it] of what was taken out. Start and end
are those of what stands in its place in the text; the syllables tell when it was said."""
_UNDERSTOOD: Final = frozenset({"classified", "dialect"})
"""Keys in a turn's detail: what its words were taken for."""
_REMEMBERED: Final = 16
"""Turns back to which a number may begin."""
_LONG_RUN: Final = 9
"""Digits from which a number that is still being said is hidden, whatever it may become. Order numbers are shorter."""


class CallRedaction:
    """Told every turn of a call before it is stored."""

    def __init__(self) -> None:
        self._listener = CallListener(personal_words())
        self._turns: dict[int, tuple[TurnRecord, list[Span]]] = {}
        """As they were said, with what was found in them."""

    def stored(self, turn: TurnRecord, *, private: bool = False) -> tuple[TurnRecord, Sequence[TurnRecord]]:
        """The turn as it may be stored, and earlier ones that have to be stored anew. private: none of it is kept."""
        if private:
            self._turns[turn.seq] = (_words_alone(turn), [Span("private", 0, len(turn.text))])
        else:
            self._turns[turn.seq] = (turn, [])
        found = self._listener.heard(turn.seq, turn.text, by_caller=turn.role == "caller")
        for seq, spans in found.items():
            if seq in self._turns:
                self._turns[seq][1].extend(spans)
        earlier = [seq for seq in found if seq != turn.seq and seq in self._turns and found[seq]]
        for seq in list(self._turns)[:-_REMEMBERED]:
            del self._turns[seq]
        return self._redacted(turn.seq), [self._redacted(seq) for seq in earlier]

    def _redacted(self, seq: int) -> TurnRecord:
        turn, spans = self._turns[seq]
        return redacted(turn, spans)

    def part(self, turn: TurnRecord, heard: str) -> str:
        """`heard`, which is the beginning of what the turn said, as it may be stored."""
        said, spans = self._turns.get(turn.seq, (turn, []))
        if not said.text.startswith(heard):
            spans = personal_data(heard, personal_words())
        inside = [replace(span, end=min(span.end, len(heard))) for span in spans if span.start < len(heard)]
        return _taken_out(heard, inside).text

    def partial(self, stable: str, unstable: str) -> tuple[str, str]:
        """What a caller has said so far, as it may be shown while they are speaking."""
        text = stable + unstable
        spans = list(self._listener.would_hear(text))
        long_runs = (run for run in runs(text) if sum(len(piece.digits) for piece in run) >= _LONG_RUN)
        spans += [Span("unclear", run[0].start, run[-1].end) for run in long_runs]
        return _clipped(stable, spans, 0), _clipped(unstable, spans, len(stable))


def _words_alone(turn: TurnRecord) -> TurnRecord:
    """Without what was made of the words: it would tell what they were. What we did stays."""
    detail = {key: value for key, value in turn.detail.items() if key not in _UNDERSTOOD}
    nothing: Mapping[str, Any] = {}
    return replace(turn, intent=None, intent_confidence=None, emotion=None, slots=nothing, detail=detail)


def is_kept(turn: TurnRecord) -> bool:
    """Whether anything of its words may be: not of what was said while the recording was paused."""
    return all(each[0] != "private" for each in turn.detail.get(TAKEN_OUT, ()))


def redacted(turn: TurnRecord, spans: Sequence[Span]) -> TurnRecord:
    """`turn` without what may never be kept, and with the places of what is hidden from most people."""
    cleaned = _taken_out(turn.text, spans)
    text, kept = cleaned.text, cleaned.kept
    secrets = _secrets(spans)
    detail = {**turn.detail, **({PERSONAL: to_json(kept)} if kept else {})}
    slots = {name: text if value == turn.text else without_secrets(value) for name, value in turn.slots.items()}
    if not secrets:
        return replace(turn, detail=detail, slots=slots)
    detail[TAKEN_OUT] = [
        *detail.get(TAKEN_OUT, ()),
        *(
            [span.kind, *place, *_syllables(span, turn.text)]
            for span, place in zip(secrets, cleaned.places, strict=True)
        ),
    ]
    return replace(turn, text=text, raw_text=None, slots=slots, detail=detail)


def _syllables(span: Span, text: str) -> Iterable[int]:
    """Before, of, and after `span`."""
    return (len(letters(part)) for part in (text[: span.start], text[span.start : span.end], text[span.end :]))


def without_secrets(value: Any) -> Any:
    """The strings in `value` without card numbers and codes; mappings and sequences of any depth."""
    return _with_each_text(value, lambda text: _taken_out(text, personal_data(text, personal_words())).text)


def shown(turn: TurnRecord) -> TurnRecord:
    """The turn as people see it by default."""
    marked = from_json(turn.detail.get(PERSONAL))
    return replace(
        turn,
        text=shown_values(turn.text) if marked is None else masked(turn.text, marked),
        raw_text=shown_values(turn.raw_text),
        heard_text=shown_values(turn.heard_text),
        slots=shown_values(turn.slots),
        detail={key: value for key, value in turn.detail.items() if key != PERSONAL},
    )


def shown_values(value: Any) -> Any:
    """The strings in `value` with all personal data masked; mappings and sequences of any depth."""
    return _with_each_text(value, lambda text: masked(text, personal_data(text, personal_words())))


def _with_each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _with_each_text(each, change) for key, each in value.items()}
    return [_with_each_text(each, change) for each in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class _Cleaned:
    text: str
    kept: list[Span]
    """What else was found, where it now is."""
    places: list[tuple[int, int]]
    """Of what stands for each of the secrets, in order."""


def _taken_out(text: str, spans: Iterable[Span]) -> _Cleaned:
    """`text` without its secrets."""
    secrets = _secrets(spans)
    others = [
        span for span in spans if span.kind not in NEVER_KEPT and not any(overlaps(span, each) for each in secrets)
    ]
    out, written = "", 0
    kept: list[Span] = []
    places: list[tuple[int, int]] = []
    for span in sorted([*secrets, *others], key=lambda span: span.start):
        if span.kind in NEVER_KEPT:
            out += text[written : span.start]
            stars = hidden(text[span.start : span.end], span.kind)
            places.append((len(out), len(out) + len(stars)))
            out, written = out + stars, span.end
        else:
            shift = len(out) - written
            kept.append(replace(span, start=span.start + shift, end=span.end + shift))
    return _Cleaned(out + text[written:], kept, places)


def _secrets(spans: Iterable[Span]) -> list[Span]:
    """Those that may never be kept, in order; what overlaps made one."""
    found: list[Span] = []
    for span in sorted((span for span in spans if span.kind in NEVER_KEPT), key=lambda span: span.start):
        if found and overlaps(found[-1], span):
            found[-1] = replace(found[-1], end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _clipped(text: str, spans: Iterable[Span], offset: int) -> str:
    """The part of the text at `offset`, with nothing readable of the `spans` that reach into it."""
    inside = [
        Span("unclear", max(0, span.start - offset), min(len(text), span.end - offset))
        for span in spans
        if span.start < offset + len(text) and span.end > offset
    ]
    return masked(text, inside)
