"""Puts labelled calls together. An item's label is what was put into the call for it, never what a rule says of it.

Each call takes, for each item, a line or an event that keeps it, violates it, or does one of both by a hair. A third of
the calls are written down with errors of a recogniser. What is ambiguous by construction has no label.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from voicebot.qa.accuracy.lines import Half, State, half_of, lines, questions
from voicebot.qa.accuracy.misheard import misheard
from voicebot.qa.accuracy.timeline import Timeline
from voicebot.qa.material import Answer
from voicebot.qa.measuring.recording import Heard
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord, TurnRole

CALLS: Final = 160
_STARTED: Final = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
_STATES: Final = (State.KEPT, State.VIOLATED, State.NEARLY, State.HARDLY)
_WEIGHTS: Final = (50, 20, 18, 12)
_SCENARIOS: Final = ("order_status", "question", "complaint", "return_refund")
_HUMAN: Final = 0.75
_CURT: Final = 0.12
_MISHEARD: Final = (1 / 3, 0.08)
"""Share of the calls, and of the characters in them."""
_MIDDLE: Final = ("forbidden_phrases", "abuse", "no_guessing", "sensitive_data", "private_deal", "identity_verified")
_CURTLY: Final = frozenset({"forbidden_phrases", "abuse", "private_deal"})
"""What curt agents may add: there is no polite word in it."""
_PACES: Final = {State.KEPT: (200, 260), State.NEARLY: (285, 305), State.HARDLY: (345, 355), State.VIOLATED: (365, 420)}
_SILENCES_S: Final = {State.KEPT: 0.6, State.NEARLY: 7.2, State.HARDLY: 8.8, State.VIOLATED: 13.0}
_LATE: Final = {State.KEPT: (0, 0.0), State.NEARLY: (1, 5.0), State.HARDLY: (3, 4.3), State.VIOLATED: (4, 5.5)}
"""How many replies come late, and after how many seconds."""
_INTERRUPTED: Final = {State.KEPT: 0, State.NEARLY: 2, State.HARDLY: 3, State.VIOLATED: 4}
_TALKED_OVER: Final = {State.KEPT: 0, State.NEARLY: 2, State.HARDLY: 7, State.VIOLATED: 9}
"""Times, at 1.6 to 3.3 s each by the pace; ten seconds are too much."""
_LONG_STORY_MS: Final = 9_000


@dataclass(frozen=True, slots=True)
class LabelledCall:
    call: CallRecord
    turns: tuple[TurnRecord, ...]
    tasks: tuple[TaskRecord, ...]
    heard: Heard
    labels: dict[str, Answer]
    """By item; an item without a label is not measured on this call."""
    half: Half
    misheard: bool


def labelled_calls(count: int = CALLS) -> Iterator[LabelledCall]:
    """Always the same ones."""
    for number in range(count):
        yield _Builder(f"qa-{number:03}", number).built()


def _answer(state: State) -> Answer:
    return "pass" if state.passes else "fail"


@dataclass(slots=True)
class _Builder:
    """One call."""

    id: str
    number: int
    labels: dict[str, Answer] = field(default_factory=dict)
    half: Half = Half.TUNING
    line: Timeline = field(init=False)
    chance: random.Random = field(init=False)
    human: bool = False
    curt: bool = False
    errs: bool = False
    said: list[str] = field(default_factory=list)
    late: int = 0
    late_s: float = 0.0

    def __post_init__(self) -> None:
        self.chance = random.Random(f"labelled call {self.number}")
        self.half = half_of(f"pair {self.number // 2}", second=bool(self.number % 2))
        self.human = self.chance.random() < _HUMAN
        self.curt = self.human and self.chance.random() < _CURT
        self.errs = self.chance.random() < _MISHEARD[0]
        pace = self.state("speech_rate") if self.human else State.KEPT
        self.line = Timeline(self.id, pace=self.chance.uniform(*_PACES[pace]))
        self.late, self.late_s = _LATE[self.state("reply_latency")]

    def built(self) -> LabelledCall:
        scenario = _SCENARIOS[self.number // 2 % len(_SCENARIOS)]
        self.open()
        self.caller(self.pick("said", scenario), intent=None if scenario == "question" else scenario)
        self.matter(scenario)
        steps: list[Callable[[], None]] = [self.hold, self.silence, self.overlaps, self.ask_again]
        steps += [lambda item=item: self.remark(item) for item in _MIDDLE]  # type: ignore[misc]
        self.chance.shuffle(steps)
        for step in steps:
            step()
        while self.late > 0:
            self.exchange()
        tasks = self.promise()
        self.end(scenario)
        if self.labels["abuse"] == "fail":
            del self.labels["forbidden_phrases"]  # abuse is a forbidden phrase, or is not: companies differ
        return self.finished(tasks)

    # Parts of a call

    def open(self) -> None:
        recording = self.said_of("recording_notice")
        if self.human:
            self.labels["ai_notice"] = "not_applicable"
            self.say("assistant", f"您好，这里是云杉优选，我是智能助手小云。{recording}这就为您转接。")
            self.ours(self.said_of("opening"))
        else:
            self.labels["opening"] = "pass"
            self.labels["satisfaction_asked"] = "not_applicable"
            self.ours(f"您好，这里是云杉优选。{self.said_of('ai_notice')}{recording}")

    def matter(self, scenario: str) -> None:
        self.labels |= {"empathy": "not_applicable", "correct_answer": "not_applicable", "procedure": "not_applicable"}
        if scenario == "complaint":
            self.ours(self.said_of("empathy"))
            self.ours(self.said_of("procedure_complaint", item="procedure"))
            self.caller(self.pick("said", "long_story"))
        elif scenario == "return_refund":
            self.ours(self.said_of("procedure"))
            self.caller("不想要了。")
        elif scenario == "question":
            question, state = self.chance.choice(questions(self.half)), self.state("correct_answer")
            self.caller(question.ask)
            self.ours(question.answers[state])
        self.exchange()

    def remark(self, item: str) -> None:
        """A line of ours that belongs to one item, with the caller's reaction between its parts."""
        state = self.state(item) if self.human and (not self.curt or item in _CURTLY) else State.KEPT
        if item == "identity_verified" and (not self.human or self.curt or self.chance.random() < 0.5):
            self.labels[item] = "pass"  # nothing about the account is told
            return
        self.labels[item] = _answer(state)
        if self.curt and state.passes:
            return
        for part in filter(None, self.pick(item, state.value).split("|")):
            self.ours(part)
            self.caller("尾号零五三八。" if item == "identity_verified" else self.pick("said", "filler"))

    def ask_again(self) -> None:
        for part in self.said_of("repeated_question").split("|"):
            self.ours(part)
            self.caller(self.pick("said", "name"))

    def hold(self) -> None:
        self.labels["hold_etiquette"] = "not_applicable"
        if not self.human or self.curt or self.chance.random() < 0.5:
            return
        before, after = self.said_of("hold_etiquette").split("|")
        self.ours(before)
        self.line.play_music(self.chance.randrange(15_000, 40_000))
        self.ours(after, after_ms=300)

    def silence(self) -> None:
        self.caller(self.pick("said", "filler"))
        self.ours(self.filler(), after_ms=round(1000 * _SILENCES_S[self.state("silence")]))

    def overlaps(self) -> None:
        """Ours breaks in and the caller gives way, or both go on."""
        for _ in range(_INTERRUPTED[self.state("interruptions")]):
            self.caller(self.pick("said", "long_story"))
            self.say(self.role, self.filler(), after_ms=-600)
        for _ in range(_TALKED_OVER[self.state("talk_over")]):
            self.line.say("caller", self.written(self.pick("said", "long_story"), "caller"), spoken_ms=_LONG_STORY_MS)
            self.say(self.role, self.pick("reply", "listening"), after_ms=-6_000)

    def promise(self) -> tuple[TaskRecord, ...]:
        self.labels |= {"promise_with_time": "not_applicable", "promise_kept": "not_applicable"}
        if not self.human or self.chance.random() < 0.4:
            return ()
        self.ours(self.said_of("promise_with_time"))
        self.caller(self.pick("said", "filler"))
        fate = self.chance.choice(("done", "broken", "open", "none"))
        if fate == "none":
            return ()
        due = _STARTED + timedelta(days=3 if fate == "open" else 1)
        if fate != "open":
            self.labels["promise_kept"] = "pass" if fate == "done" else "fail"
        task = TaskRecord(
            f"{self.id}-1", self.id, "callback", "+8613800138000", "回电", _STARTED, due_at=due,
            status="done" if fate == "done" else "open",
        )  # fmt: skip
        return (task,)

    def end(self, scenario: str) -> None:
        self.labels["politeness"] = "fail" if self.curt else "pass"
        if not self.curt:
            self.ours(self.pick("politeness", self.chance.choice(("kept", "nearly"))))
        self.ours(self.said_of("anything_else"))
        ending = self.chance.choice(("kept", "kept", "nearly", "violated", "hardly", "angry"))
        self.caller(self.pick("ending", ending))
        settled = ending in ("kept", "nearly")
        self.labels["resolved"] = "pass" if settled else "fail"
        if settled or ending == "angry":  # who is not settled may be calm or not
            self.labels["emotion_course"] = "pass" if settled else "fail"
        if not settled and scenario != "complaint":
            del self.labels["empathy"]  # it is too late to console
        if self.human:
            self.ours(self.said_of("satisfaction_asked"))
        self.ours(self.said_of("closing"))

    def finished(self, tasks: tuple[TaskRecord, ...]) -> LabelledCall:
        ended = _STARTED + timedelta(milliseconds=self.line.length_ms)
        call = CallRecord(
            self.id, self.id, "inbound", "+8613800138000", "4008008820", _STARTED,
            language="cmn", answered_at=_STARTED, ended_at=ended, outcome="resolved", end_reason="caller",
        )  # fmt: skip
        turns = tuple(self.line.turns)
        return LabelledCall(call, turns, tasks, self.line.heard(), self.labels, self.half, self.errs)

    # What is drawn and said

    def state(self, item: str) -> State:
        """Drawn for the item, and labelled."""
        curt = self.curt and item in (
            "opening",
            "closing",
            "anything_else",
            "satisfaction_asked",
            "politeness",
            "empathy",
        )
        state = State.VIOLATED if curt else self.chance.choices(_STATES, _WEIGHTS)[0]
        self.labels[item] = _answer(state)
        return state

    def said_of(self, group: str, *, item: str = "") -> str:
        return self.pick(group, self.state(item or group).value)

    def pick(self, group: str, kind: str) -> str:
        return self.chance.choice(lines(group, kind, self.half))

    @property
    def role(self) -> TurnRole:
        return "agent" if self.human else "assistant"

    def filler(self) -> str:
        """Not the same one twice, as long as there are others."""
        found = lines("reply", "curt" if self.curt else "filler", self.half)
        self.said.append(min(found, key=lambda line: (self.said.count(line), self.chance.random())))
        return self.said[-1]

    def exchange(self) -> None:
        """A few words of both; the reply is late as long as late ones are due."""
        self.caller(self.pick("said", "filler"))
        self.ours(self.filler(), after_ms=round(1000 * self.late_s) if self.late > 0 else 600)
        self.late -= 1

    def ours(self, text: str, *, after_ms: int = 600) -> None:
        if text:
            self.say(self.role, text, after_ms=after_ms)

    def caller(self, text: str, *, intent: str | None = None) -> None:
        self.say("caller", text, intent=intent)

    def say(self, role: TurnRole, text: str, *, after_ms: int = 600, intent: str | None = None) -> None:
        confidence = 0.82 if self.errs else 0.95
        self.line.say(role, self.written(text, role), after_ms=after_ms, intent=intent, confidence=confidence)

    def written(self, text: str, role: TurnRole) -> str:
        """As it stands in the transcript. What the assistant says is known, not recognised."""
        return misheard(text, _MISHEARD[1], self.chance) if self.errs and role != "assistant" else text
