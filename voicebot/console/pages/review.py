"""One call: its recording with what is marked in it, its transcript, and what is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.auditing import SEEN
from voicebot.console.components.parts import Tone, badge, box, empty, facts, link, panel, tag
from voicebot.console.components.transcript import Transcript
from voicebot.console.components.waveform import Mark, Waveform
from voicebot.console.names import MOOD_TONES, OUTCOME_TONES, Names, minutes
from voicebot.console.pages.lines import stored_line
from voicebot.console.pages.live_transcript import LiveTranscript
from voicebot.console.pages.scorecard_panel import scorecard_panel
from voicebot.console.peaks import NotARecording, Peaks, peaks_of
from voicebot.console.shell import framed
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit, not_found
from voicebot.privacy.audit import Audit
from voicebot.privacy.reveal import REVEALED
from voicebot.qa.material import CallMeasures, Span
from voicebot.qa.measuring.kept import kept_measures
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord


async def review(visit: Visit) -> None:
    store = visit.sources.store
    call = await store.call(visit.asked("call_id"))
    if call is None or not may_with_call(visit.viewer.actor, Action.VIEW_CALL, call):
        not_found(visit)  # whether there is such a call is not told either
        return
    reveals = may_with_call(visit.viewer.actor, Action.SEE_NUMBERS, call)
    names = visit.revealing_names if reveals and visit.asked("reveal") else visit.names
    action = SEEN if names is visit.names else REVEALED
    await Audit(store).record(visit.viewer.actor.id, action, f"call:{call.id}")
    turns = await store.turns(call.id)
    tasks = await store.tasks(call_id=call.id)
    peaks = await _peaks(visit, call)
    measures = await kept_measures(store, call.id)
    with framed(visit.viewer, "calls", names.caller(call)[0]) as tools:
        with tools:
            if reveals and names is visit.names:
                link(visit.t("review.reveal"), f"/calls/{call.id}?reveal=1", "vb-button")
            _badges(visit, call, turns)
        with box("vb-stack"):
            if call.ended_at is not None:
                _recording(visit, call, marks(visit.t, turns, measures), peaks)
            with box("vb-columns vb-columns-wide-left"):
                _transcript(visit, names, call, turns, seekable=peaks is not None)
                with box("vb-stack"):
                    if call.ended_at is not None:
                        await scorecard_panel(visit, names, call, turns)
                    _about(visit.t, names, call, measures)
                    _promises(visit.t, names, tasks)


async def _peaks(visit: Visit, call: CallRecord) -> Peaks | None:
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


def _badges(visit: Visit, call: CallRecord, turns: Sequence[TurnRecord]) -> None:
    t = visit.t
    for mood in ("angry", "annoyed"):
        if any(turn.emotion == mood for turn in turns):
            badge(t.named("mood", mood), MOOD_TONES[mood])
            break
    tone: Tone = OUTCOME_TONES.get(call.outcome or "", "")
    badge(t.named("outcome", call.outcome or "open"), tone)
    tag("span", visit.names.time(call.started_at), "vb-faint vb-figures")


def _recording(visit: Visit, call: CallRecord, found: Sequence[Mark], peaks: Peaks | None) -> None:
    t = visit.t
    with panel(t("review.recording")):
        if peaks is not None and peaks.seconds:
            Waveform(peaks, f"/calls/{call.id}/audio", found, t)
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
        if turn.role == "caller" or turn.role == "assistant":
            found.append(Mark(turn.role, start, end))
    return found


def _stretches(kind: Literal["silence", "overlap"], spans: Sequence[Span], t: Texts) -> list[Mark]:
    return [Mark(kind, span.started_ms / 1000, span.ended_ms / 1000, t(f"waveform.{kind}")) for span in spans]


def _transcript(visit: Visit, names: Names, call: CallRecord, turns: Sequence[TurnRecord], *, seekable: bool) -> None:
    t = visit.t
    with panel(t("review.transcript"), flush=True, classes="vb-review-transcript"):
        if call.ended_at is None:
            LiveTranscript(visit).follow(call.id)
        else:
            lines = [stored_line(t, names, turn) for turn in turns]
            Transcript(lines, empty=t("review.nothing_said"), seekable=seekable, name=t("review.transcript"))


def _about(t: Texts, names: Names, call: CallRecord, measures: CallMeasures | None) -> None:
    dialects = sorted(call.dialect_prior.items(), key=lambda each: -each[1])[:3]
    length = (call.ended_at - call.answered_at).total_seconds() if call.ended_at and call.answered_at else None
    with panel(t("review.about")):
        facts(
            [
                (t("call.number"), names.said(call.caller_number)),
                (t("call.place"), names.place(call.region_province, call.region_city)),
                (t("call.dialect"), "　".join(f"{names.dialect(tag)} {share:.0%}" for tag, share in dialects)),
                (t("call.language"), names.dialect(call.language or "")),
                (t("call.agent"), names.agent(call.agent_id)),
                (t("call.team"), call.team or ""),
                (t("call.length"), "" if length is None else minutes(length)),
                *_measured(t, measures),
                (t("call.end"), t.named("end_reason", call.end_reason)),
                (t("call.id"), call.id),
            ]
        )


def _measured(t: Texts, measures: CallMeasures | None) -> list[tuple[str, str]]:
    if measures is None:
        return []
    speed = measures.ours.characters_per_minute
    silent_s = sum(span.length_ms for span in measures.silences) / 1000
    over_s = sum(span.length_ms for span in measures.talk_over) / 1000
    spoken = [measures.caller.talk_ms / 1000, measures.ours.talk_ms / 1000]
    return [
        (t("measure.talk"), t("measure.talk_of_both", caller=minutes(spoken[0]), ours=minutes(spoken[1]))),
        (t("measure.silence"), t("measure.seconds", seconds=f"{silent_s:.1f}") if silent_s else ""),
        (t("measure.talk_over"), t("measure.seconds", seconds=f"{over_s:.1f}") if over_s else ""),
        (t("measure.interruptions"), str(len(measures.interruptions) or "")),
        (t("measure.speed"), "" if speed is None else t("measure.characters", count=f"{speed:.0f}")),
    ]


def _promises(t: Texts, names: Names, tasks: Sequence[TaskRecord]) -> None:
    with panel(t("review.tasks")):
        if not tasks:
            tag("p", t("review.no_tasks"), "vb-faint")
        for task in tasks:
            with box("vb-task"):
                with box("vb-row"):
                    badge(t.named("task", task.kind), "accent")
                    badge(t.named("task_status", task.status), "good" if task.status == "done" else "")
                    if task.due_at:
                        tag("span", t("task.due", at=names.time(task.due_at)), "vb-faint vb-small")
                tag("div", names.said(task.summary), "vb-text")
