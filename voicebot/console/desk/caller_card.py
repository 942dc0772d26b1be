"""Who is on the line: from where, in which dialect and why, what for, in what mood."""

from __future__ import annotations

from voicebot.assist.packet import DialectFinding, HandoverPacket
from voicebot.console.components.parts import badge, box, empty, tag
from voicebot.console.names import MOOD_TONES, Names
from voicebot.console.visit import Visit
from voicebot.events import TurnFinished


class CallerCard:
    """Empty until a call rings."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._place = box()
        self._packet: HandoverPacket | None = None
        with self._place:
            self._nobody()

    def show(self, packet: HandoverPacket | None, *, whisper: str, reasons: tuple[str, ...]) -> None:
        self._packet = packet
        self._place.clear()
        with self._place, box("vb-caller"):
            if packet is None:
                tag("div", self._visit.t("desk.unknown_caller"), "vb-caller-name")
                return
            self._head(packet)
            for name, text in (("desk.whisper", whisper), ("desk.why_you", self._visit.names.reasons(reasons))):
                if text:
                    with box("vb-caller-told"):
                        tag("span", self._visit.t(name), "vb-faint")
                        tag("span", text, "vb-text")

    def gone(self, fate: str) -> None:
        """Without having talked."""
        self._packet = None
        self._place.clear()
        with self._place:
            self._nobody(self._visit.t.named("fate", fate))

    def _nobody(self, title: str = "") -> None:
        t = self._visit.t
        with empty("headset_mic", title or t("desk.waiting.title"), t("desk.waiting.what_to_do")):
            pass

    def _head(self, packet: HandoverPacket) -> None:
        t, names, caller = self._visit.t, self._visit.names, packet.caller
        with box("vb-row vb-wrap"):
            tag("div", caller.called or caller.label or names.said(caller.number), "vb-caller-name")
            self._mood = box()
            if caller.level != "normal":
                badge(t.named("level", caller.level), "accent")
            for label in caller.tags:
                badge(label)
        with box("vb-row vb-wrap vb-soft"):
            tag("span", names.place(caller.province, caller.city))
            self._dialect = box()
            tag("span", names.said(caller.number), "vb-figures")
        with box("vb-row vb-wrap"):
            for wish in packet.wishes:
                badge(names.intent(wish.intent), "accent")
        if packet.own_words:
            tag("div", f"“{names.said(packet.own_words)}”", "vb-text")
        self._reasons = box()
        self._show_mood(packet.mood)
        self._show_dialect(packet.dialect)

    def heard(self, turn: TurnFinished) -> None:
        """What the caller has said since tells mood and dialect better."""
        if self._packet is None:
            return
        if turn.emotion:
            self._show_mood(turn.emotion)
        self._show_dialect(_heard_dialect(turn, self._packet.dialect, self._visit.names))

    def _show_mood(self, mood: str) -> None:
        self._mood.clear()
        with self._mood:
            badge(self._visit.t.named("mood", mood), MOOD_TONES.get(mood, ""))

    def _show_dialect(self, found: DialectFinding | None) -> None:
        self._dialect.clear()
        self._reasons.clear()
        if found is None:
            return
        sure = self._visit.t("desk.asked_for") if found.requested else f"{found.probability:.0%}"
        with self._dialect:
            badge(f"{found.name} {sure}", "caller")
        with self._reasons:
            for reason in found.reasons:
                tag("div", self._visit.names.reason(reason), "vb-faint vb-small")


def _heard_dialect(turn: TurnFinished, before: DialectFinding | None, names: Names) -> DialectFinding | None:
    """By the turn; the same dialect keeps the name that people of the caller's region have for it."""
    if not turn.dialects:
        return before
    tag = turn.requested_dialect or max(turn.dialects, key=turn.dialects.__getitem__)
    name = before.name if before and before.tag == tag else names.dialect(tag)
    asked_for = turn.requested_dialect is not None
    return DialectFinding(tag, name, turn.dialects.get(tag, 0.0), turn.dialect_reasons, requested=asked_for)
