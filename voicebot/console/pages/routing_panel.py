"""Who was rung for a call and why, with those who might have had it instead."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.console.components.parts import badge, box, panel, tag
from voicebot.console.names import Names
from voicebot.console.texts import Texts
from voicebot.store.floor_records import OfferRecord


def routing_panel(t: Texts, names: Names, offers: Sequence[OfferRecord]) -> None:
    """Nothing for a call that went to no agent."""
    if not offers:
        return
    with panel(t("decided.title")):
        for offer in offers:
            with box("vb-task"):
                with box("vb-row vb-wrap"):
                    badge(names.agent(offer.agent_id), "accent")
                    badge(t.named("decided_fate", offer.fate or "open"), "good" if offer.joined_at else "")
                    waited = t("decided.waited", seconds=f"{offer.waited_s:.0f}")
                    tag("span", f"{names.time(offer.offered_at, 'exact')}　{waited}", "vb-faint vb-small")
                tag("div", names.reasons(offer.reasons), "vb-text")
                if others := [_other(t, names, offer, one["agent_id"], one["price"]) for one in offer.alternatives]:
                    tag("div", t("decided.instead", agents=t.listed(others)), "vb-faint vb-small")


def _other(t: Texts, names: Names, offer: OfferRecord, agent_id: str, price: float) -> str:
    dearer = price - sum(offer.price.values())
    return t("decided.other", agent=names.agent(agent_id), seconds=f"{max(0.0, dearer):.0f}")
