"""One call: its recording with what is marked in it, its transcript, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.auditing import SEEN
from voicebot.console.components.parts import Tone, badge, box, facts, link, panel, tag
from voicebot.console.names import MOOD_TONES, OUTCOME_TONES, Names, minutes
from voicebot.console.pages.call_parts import recording_panel, recording_peaks, transcript_panel
from voicebot.console.pages.follow_up_list import FollowUpList
from voicebot.console.pages.routing_panel import routing_panel
from voicebot.console.pages.scorecard_panel import scorecard_panel
from voicebot.console.pages.summary_panel import summary_panel
from voicebot.console.shell import framed
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit, not_found
from voicebot.privacy.audit import Audit
from voicebot.privacy.reveal import REVEALED
from voicebot.qa.material import CallMeasures
from voicebot.qa.measuring.kept import kept_measures
from voicebot.qa.summary_store import SummaryStore
from voicebot.store.floor import FloorStore
from voicebot.store.records import CallRecord, TurnRecord

WORTH_SHOWING = 0.01
"""A dialect less likely than this is not named."""


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
    floor = FloorStore(store, visit.sources.settings.events.node)
    offers, wrap_ups = await floor.offers(call.id), await floor.wrap_ups(call.id)
    summary = await SummaryStore(store).of(call.id)
    peaks = await recording_peaks(visit, call)
    measures = await kept_measures(store, call.id)
    with framed(visit.viewer, "calls", names.caller(call)[0]) as tools:
        with tools:
            if reveals and names is visit.names:
                link(visit.t("review.reveal"), f"/calls/{call.id}?reveal=1", "vb-button")
            _badges(visit, call, turns)
        with box("vb-stack"):
            if call.ended_at is not None:
                recording_panel(visit, call, turns, measures, peaks)
            with box("vb-columns vb-columns-wide-left"):
                transcript_panel(visit, names, call, turns, seekable=peaks is not None)
                with box("vb-stack"):
                    summary_panel(visit.t, names, summary, wrap_ups)
                    if call.ended_at is not None:
                        await scorecard_panel(visit, names, call, turns)
                    _about(visit.t, names, call, turns, measures)
                    await _promises(visit, names, call.id)
                    routing_panel(visit.t, names, offers)


def _badges(visit: Visit, call: CallRecord, turns: Sequence[TurnRecord]) -> None:
    t = visit.t
    for mood in ("angry", "annoyed"):
        if any(turn.emotion == mood for turn in turns):
            badge(t.named("mood", mood), MOOD_TONES[mood])
            break
    tone: Tone = OUTCOME_TONES.get(call.outcome or "", "")
    badge(t.named("outcome", call.outcome or "open"), tone)
    tag("span", visit.names.time(call.started_at), "vb-faint vb-figures")


def _about(
    t: Texts, names: Names, call: CallRecord, turns: Sequence[TurnRecord], measures: CallMeasures | None
) -> None:
    why = next((turn.dialect_reasons for turn in reversed(turns) if turn.dialect_reasons), ())
    likeliest = sorted(call.dialects.items(), key=lambda each: -each[1])[:3]
    dialects = [(tag, share) for tag, share in likeliest if share >= WORTH_SHOWING]
    length = (call.ended_at - call.answered_at).total_seconds() if call.ended_at and call.answered_at else None
    with panel(t("review.about")):
        facts(
            [
                (t("call.number"), names.said(call.caller_number)),
                (t("call.place"), names.place(call.region_province, call.region_city)),
                (t("call.dialect"), "　".join(f"{names.dialect(tag)} {share:.0%}" for tag, share in dialects)),
                (t("call.dialect_why"), names.reasons(why)),
                (t("call.human_why"), names.reasons(turn.handover_reason for turn in turns)),
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


async def _promises(visit: Visit, names: Names, call_id: str) -> None:
    with panel(visit.t("review.tasks")):
        read = partial(visit.sources.store.tasks, call_id=call_id)
        await FollowUpList(visit, names, read, empty=visit.t("review.no_tasks")).show()
