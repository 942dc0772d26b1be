"""What an agent promises, and by when: found in the agent's words, so that it becomes a task and is kept.

A promise is an action on the list (回电话, 退款) that somebody of ours (我, 同事) will do. What is refused, offered in
a question, done already or left to the caller is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache, cached_property
from typing import Literal

from pydantic import Field

from voicebot.assist.due_times import Due, due_times
from voicebot.company.model import Model
from voicebot.company.packaged import packaged

LONGEST_TEXT = 400
"""Characters of one turn that are looked at: a minute and a half of speech."""
_REACH = 16
"""Characters before the action in which a refusal or a question word still belongs to it: recognised speech often
comes without punctuation."""
_CONDITION_REACH = 4
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_CLAUSE_MARKS = "，,、 "


class PromiseKind(Model):
    """One [[kind]] of promises.toml."""

    task: str
    title: str
    says: tuple[str, ...] = Field(min_length=1)
    timed: bool = False


class PromiseWords(Model):
    """data/promises.toml"""

    commits: tuple[str, ...]
    refuses: tuple[str, ...]
    asks: tuple[str, ...]
    past: tuple[str, ...]
    callers: tuple[str, ...]
    done: tuple[str, ...]
    conditions: tuple[str, ...]
    perfect: str
    kind: tuple[PromiseKind, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any action; the longest first."""
        return re.compile(_any(phrase for kind in self.kind for phrase in kind.says))

    @cached_property
    def kinds(self) -> dict[str, PromiseKind]:
        """Phrase -> kind."""
        return {phrase: kind for kind in self.kind for phrase in kind.says}

    @cached_property
    def committing(self) -> re.Pattern[str]:
        return re.compile(_any(self.commits))

    @cached_property
    def barring(self) -> re.Pattern[str]:
        return re.compile(_any((*self.refuses, *self.asks, *self.callers)))

    @cached_property
    def passed(self) -> re.Pattern[str]:
        return re.compile(_any(self.past))


@cache
def promise_words() -> PromiseWords:
    """The words that ship with the package."""
    return packaged(PromiseWords, "voicebot.assist", "promises")


@dataclass(frozen=True, slots=True)
class Promise:
    """`text` stands at `start:end` of what the agent said."""

    text: str
    kind: str
    """Kind of the task: callback, refund, ..."""
    title: str
    due_at: datetime | None
    """In the time zone of the `now` it was found with; None when no time was named."""
    start: int
    end: int


def find_promises(text: str, now: datetime, *, words: PromiseWords, day_ends: time) -> list[Promise]:
    """The promises in one turn of an agent. day_ends: when one for a day (明天) is overdue."""
    found: list[Promise] = []
    for sentence in _SENTENCE.finditer(text[:LONGEST_TEXT]):
        found += _in_sentence(sentence[0], sentence.start(), now, words, day_ends)
    return found


def _in_sentence(sentence: str, offset: int, now: datetime, words: PromiseWords, day_ends: time) -> Iterator[Promise]:
    actions = list(words.pattern.finditer(sentence))
    if not actions:
        return
    dues = [due for due in due_times(sentence, now, day_ends) if not _is_condition(sentence, due, words)]
    told: set[str] = set()
    for action, begin in zip(actions, _begins(actions), strict=True):
        kind = words.kinds[action[0]]
        due = _due_of(action, dues, begin, last=action is actions[-1])
        if kind.task in told or (kind.timed and due is None) or not _is_promised(sentence, action, begin, due, words):
            continue
        told.add(kind.task)
        start, stop = _span(sentence, action, begin, due, words)
        yield Promise(
            sentence[start:stop], kind.task, kind.title, due.at if due else None, offset + start, offset + stop
        )


def _is_condition(sentence: str, due: Due, words: PromiseWords) -> bool:
    """Whether the time is part of 如果明天还没到."""
    before = sentence[max(0, due.start - _CONDITION_REACH) : due.start]
    return any(word in before for word in words.conditions)


def _begins(actions: Sequence[re.Match[str]]) -> list[int]:
    return [0, *(action.end() for action in actions[:-1])]


def _due_of(action: re.Match[str], dues: Sequence[Due], begin: int, *, last: bool) -> Due | None:
    """The time nearest before the action; behind the last action of a sentence also the first one that follows."""
    before = [due for due in dues if begin <= due.start and due.end <= action.start()]
    behind = [due for due in dues if last and action.end() <= due.start]
    return before[-1] if before else behind[0] if behind else None


def _is_promised(sentence: str, action: re.Match[str], begin: int, due: Due | None, words: PromiseWords) -> bool:
    before = sentence[begin : action.start()]
    near = before[-_REACH:]
    after = sentence[action.end() :]
    since_due = sentence[due.end if due and due.end <= action.start() else begin : action.start()]
    if words.barring.search(_last_clause(near)) or words.passed.search(since_due[-_REACH:]):
        return False
    if after.startswith(words.done) or (after.startswith(words.perfect) and due is None):
        return False
    return words.committing.search(before + action[0]) is not None


def _last_clause(near: str) -> str:
    """The clause that the action stands in, and the one before where that is no more than a time (明天下午，)."""
    clauses = re.split(f"[{_CLAUSE_MARKS}]", near)
    return "".join(clauses[-2:]) if len(clauses[-1]) < 3 else clauses[-1]


def _span(sentence: str, action: re.Match[str], begin: int, due: Due | None, words: PromiseWords) -> tuple[int, int]:
    """From who commits, or the time, to the action, or the time."""
    commits = words.committing.search(sentence, begin, action.start())
    starts = [action.start(), *([due.start] if due else []), *([commits.start()] if commits else [])]
    return min(starts), max(action.end(), due.end if due else 0)


Standing = Literal["open", "kept", "broken"]


def standing(due_at: datetime | None, done_at: datetime | None, now: datetime) -> Standing:
    """How a promise stands: one that was carried out late is broken all the same."""
    if done_at is not None:
        return "kept" if due_at is None or done_at <= due_at else "broken"
    return "broken" if due_at is not None and now > due_at else "open"


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
