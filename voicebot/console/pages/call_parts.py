"""A call's recording with what is marked in it, and its transcript: shown wherever people listen to a call again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action, Subject, may
from voicebot.console.components.parts import empty, panel
from voicebot.console.components.transcript import Transcript
from voicebot.console.components.waveform import Mark, Waveform
from voicebot.console.names import Names
from voicebot.console.pages.lines import stored_line
from voicebot.console.pages.live_transcript import LiveTranscript
from voicebot.console.peaks import NotARecording, Peaks, peaks_of
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.qa.material import CallMeasures, Span
from voicebot.store.records import CallRecord, TurnRecord


async def recording_peaks(visit: Visit, call: CallRecord) -> Peaks | None:
    """None where there is no recording, or the visitor may not listen to it."""
    if (
        not call.recording_path
        or call.ended_at is None
        or not may_with_call(visit.viewer.actor, Action.LISTEN_TO_CALL, call)
    ):
        return None
    cache = visit.sources.settings.data_dir / "peaks" / f"{call.id}.peaks"
    try:
        return await asyncio.to_thread(peaks_of, Path(call.recording_path), cache)
    except NotARecording:
        return None


def recording_panel(
    visit: Visit, call: CallRecord, turns: Sequence[TurnRecord], measures: CallMeasures | None, peaks: Peaks | None
) -> None:
    t = visit.t
    with panel(t("review.recording")):
        if peaks is not None and peaks.seconds:
            Waveform(peaks, f"/calls/{call.id}/audio", marks(t, turns, measures), t)
        else:
            why = "review.no_recording" if not call.recording_path else "review.recording_gone"
            with empty("mic_off", t(f"{why}.title"), t(f"{why}.what_to_do")):
                pass


def marks(t: Texts, turns: Sequence[TurnRecord], measures: CallMeasures | None) -> list[Mark]:
    """Who spoke when, where the caller was upset, where nobody spoke and where both did."""
    found: list[Mark] = []
    if measures is not None:
        found += _stretches("silence", measures.silences, t) + _stretches("overlap", measures.talk_over, t)
    for turn in turns:
        start, end = turn.started_ms / 1000, turn.ended_ms / 1000
        if turn.role == "caller" and turn.emotion == "angry":
            found.append(Mark("angry", start, end, t.named("mood", "angry")))
        elif turn.role == "caller" and turn.emotion == "annoyed":
            found.append(Mark("annoyed", start, end, t.named("mood", "annoyed")))
        if turn.role != "system":
            found.append(Mark(turn.role, start, end))
    return found


def _stretches(kind: Literal["silence", "overlap"], spans: Sequence[Span], t: Texts) -> list[Mark]:
    return [Mark(kind, span.started_ms / 1000, span.ended_ms / 1000, t(f"waveform.{kind}")) for span in spans]


def transcript_panel(
    visit: Visit, names: Names, call: CallRecord, turns: Sequence[TurnRecord], *, seekable: bool
) -> None:
    t = visit.t
    with panel(t("review.transcript"), flush=True, classes="vb-review-transcript"):
        if call.ended_at is None:
            LiveTranscript(visit, may_go_on=partial(_still_reached, visit, call)).follow(call.id)
        else:
            lines = [stored_line(t, names, turn) for turn in turns]
            Transcript(lines, empty=t("review.nothing_said"), seekable=seekable, name=t("review.transcript"))


def _still_reached(visit: Visit, call: CallRecord) -> bool:
    """Whether a call that goes on is still the visitor's to look at: it may have been passed on."""
    live = visit.sources.live_calls.get(call.id)
    if live is None or live.with_whom != "agent" or live.agent_id == call.agent_id:
        return True
    teams = frozenset(agent.team for agent in visit.sources.company.current.agents if agent.id == live.agent_id)
    return may(visit.viewer.actor, Action.VIEW_CALL, Subject(frozenset({live.agent_id}), teams))
