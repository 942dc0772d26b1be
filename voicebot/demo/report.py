"""What the demo's calls came to: joined from what the callers measured and what the system stored."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from voicebot.company import Company
from voicebot.company.scripts import CallerScript
from voicebot.console.names import Names
from voicebot.console.texts import texts
from voicebot.demo.live import place_name
from voicebot.store.records import CallRecord, TurnRecord


@dataclass(frozen=True, slots=True)
class ReportedTurn:
    """One turn of a simulated caller and what the system made of it. Latency: from the caller's own recording."""

    reference: str
    recognised: str
    expected_intent: str | None
    intent: str | None
    reply: str
    reply_latency_ms: int | None

    @property
    def right(self) -> bool:
        return self.expected_intent is None or self.intent == self.expected_intent


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """One call of the demo."""

    caller: str
    number: str
    region: dict[str, str | None]
    dialect_prior: dict[str, float]
    turns: tuple[ReportedTurn, ...]
    recording: str | None
    caller_recording: str | None
    outcome: str | None
    agent: str | None = None
    """Id of the human who took the call; None: the assistant alone."""


def report_call(
    script: CallerScript, call: CallRecord, turns: Sequence[TurnRecord], latencies_ms: Sequence[int | None], heard: Path
) -> ReportedCall:
    """latencies_ms: of the replies to the script's turns, in order; `heard`: the caller's own recording."""
    exchanges = _exchanges(turns)
    reported = []
    for index, said in enumerate(script.turns):
        caller_turn, reply = exchanges[index] if index < len(exchanges) else (None, None)
        reported.append(
            ReportedTurn(
                reference=said.say or said.dtmf or "",
                recognised=caller_turn.text if caller_turn else "",
                expected_intent=said.expect_intent,
                intent=caller_turn.intent if caller_turn else None,
                reply=reply.text if reply else "",
                reply_latency_ms=_latency_ms(latencies_ms, index, reply),
            )
        )
    return ReportedCall(
        caller=script.name,
        number=call.caller_number,
        region={"province": call.region_province, "city": call.region_city},
        dialect_prior=dict(call.dialect_prior),
        turns=tuple(reported),
        recording=call.recording_path,
        caller_recording=str(heard),
        outcome=call.outcome,
        agent=call.agent_id,
    )


def _latency_ms(latencies_ms: Sequence[int | None], index: int, reply: TurnRecord | None) -> int | None:
    """Of the assistant's replies; how soon a human answers is theirs."""
    ours = reply is not None and reply.role == "assistant"
    return latencies_ms[index] if ours and index < len(latencies_ms) else None


def as_json(calls: Sequence[ReportedCall], folder: Path) -> dict[str, Any]:
    """The demo's summary for machines."""
    return {
        "calls": [asdict(call) for call in calls],
        "median_reply_latency_ms": median_latency_ms(calls),
        "answered_right": share_right(calls),
        "folder": str(folder),
    }


def median_latency_ms(calls: Sequence[ReportedCall]) -> float | None:
    """Over all replies of all calls; None when none was heard."""
    latencies = [t.reply_latency_ms for call in calls for t in call.turns if t.reply_latency_ms is not None]
    return statistics.median(latencies) if latencies else None


def share_right(calls: Sequence[ReportedCall]) -> float:
    """Share of turns that were understood with the intent that the script expects."""
    turns = [turn for call in calls for turn in call.turns]
    return sum(turn.right for turn in turns) / max(1, len(turns))


def as_table(calls: Sequence[ReportedCall], company: Company) -> Table:
    """The demo's summary for people: readable at 80 columns."""
    table = Table(title="通话汇总 Summary", title_justify="left", show_lines=False)
    table.add_column("来电 Caller", no_wrap=True)
    table.add_column("说 → 识别   Said → recognised", overflow="fold", ratio=1)
    table.add_column("意图 Intent", no_wrap=True)
    table.add_column("等待 Wait", justify="right", no_wrap=True)
    names = Names(texts("zh"), company, ZoneInfo(company.profile.timezone))
    for call in calls:
        outcome = f"{texts('zh').named('outcome', call.outcome) or '—'} {names.agent(call.agent)}".strip()
        about = [call.caller, place_name(call.region["province"], call.region["city"]), outcome]
        for index, turn in enumerate(call.turns):
            latency = "—" if turn.reply_latency_ms is None else f"{turn.reply_latency_ms} ms"
            same = _letters(turn.recognised) == _letters(turn.reference)
            table.add_row(
                "\n".join(about[index:] if index == len(call.turns) - 1 else about[index : index + 1]),
                turn.reference if same else f"{turn.reference}\n→ {turn.recognised}",
                f"{names.intent(turn.intent) if turn.intent else '—'}{'' if turn.right else ' ✗'}",
                latency,
                end_section=index == len(call.turns) - 1,
            )
    return table


def _letters(text: str) -> str:
    """Without punctuation, which no recogniser here writes."""
    return "".join(character for character in text if character.isalnum())


def _exchanges(turns: Sequence[TurnRecord]) -> list[tuple[TurnRecord, TurnRecord | None]]:
    """Each turn of the caller with the assistant's turn that follows it."""
    found: list[tuple[TurnRecord, TurnRecord | None]] = []
    for turn in turns:
        if turn.role == "caller":
            found.append((turn, None))
        elif found and found[-1][1] is None:
            found[-1] = (found[-1][0], turn)
    return found
