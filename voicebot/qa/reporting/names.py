"""Titles for what a report counts by: agents, matters and items, as the company calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.company import Company
from voicebot.qa.reporting.figures import Grouping
from voicebot.qa.scorecard.model import Scorecard


@dataclass(frozen=True, slots=True)
class Names:
    agents: Mapping[str, str]
    intents: Mapping[str, str]
    items: Mapping[str, str]

    def of(self, grouping: Grouping, name: str) -> str:
        """The title; the name itself where there is none."""
        known = {"agent": self.agents, "intent": self.intents}.get(grouping, {})
        return known.get(name, name)

    def item(self, name: str) -> str:
        return self.items.get(name, name)


def names_of(company: Company, card: Scorecard | None) -> Names:
    """card: the latest one that the scores were made with, where the company still has it."""
    return Names(
        agents={agent.id: agent.name for agent in company.agents},
        intents={name: intent.title for name, intent in company.intents.items()},
        items={item.name: item.title for item in card.items} if card else {},
    )
