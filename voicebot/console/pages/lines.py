"""Turns, from the store or from an event, as lines of a transcript."""

from __future__ import annotations

from voicebot.console.components.transcript import Badge, Line
from voicebot.console.names import MOOD_TONES, NO_INTENT, Names, minutes
from voicebot.console.texts import Texts
from voicebot.events import TurnFinished
from voicebot.privacy.redaction import is_kept
from voicebot.store.records import TurnRecord


def stored_line(t: Texts, names: Names, turn: TurnRecord) -> Line:
    turn = names.turn(turn)
    heard = turn.text if turn.heard_text is None else turn.heard_text
    cut = turn.role == "assistant" and heard != turn.text and turn.text.startswith(heard)
    badges = _badges(t, names, turn.role, turn.intent, turn.emotion)
    if turn.reply_latency_ms is not None:
        badges = (Badge(t("call.after", ms=turn.reply_latency_ms)), *badges)
    return Line(
        turn.seq,
        turn.role,
        t.named("who", turn.role),
        _words(t, heard if cut else turn.text, kept=is_kept(turn)),
        time=minutes(turn.started_ms / 1000),
        start_s=turn.started_ms / 1000,
        end_s=turn.ended_ms / 1000,
        unheard=turn.text[len(heard) :] if cut else "",
        badges=badges,
        note=names.slots(turn.slots) if turn.role == "caller" else "",
    )


def told_line(t: Texts, names: Names, turn: TurnFinished) -> Line:
    """A turn that has just been finished."""
    return Line(
        turn.seq,
        turn.role,
        t.named("who", turn.role),
        _words(t, names.said(turn.text), kept=turn.kept),
        time=minutes(turn.started_ms / 1000) if turn.started_ms is not None else names.time(turn.at, "clock"),
        badges=_badges(t, names, turn.role, turn.intent, turn.emotion),
        note=names.said(names.slots(turn.slots)) if turn.role == "caller" else "",
    )


def _words(t: Texts, text: str, *, kept: bool) -> str:
    return text if kept else t("review.not_kept")


def _badges(t: Texts, names: Names, role: str, intent: str | None, emotion: str | None) -> tuple[Badge, ...]:
    if role != "caller":
        return ()
    found = [Badge(names.intent(intent), "accent")] if intent and intent != NO_INTENT else []
    if emotion and emotion != "calm":
        found.append(Badge(t.named("mood", emotion), MOOD_TONES.get(emotion, "")))
    return tuple(found)
