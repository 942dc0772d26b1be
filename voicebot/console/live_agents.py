"""Who is at work, as the board and the desks show it: the latest presence of every agent."""

from __future__ import annotations

from voicebot.agent_events import AgentEvent, PresenceChanged
from voicebot.console.feed import LiveFeed


class LiveAgents:
    """Keeps itself up to date from a feed's events; the broker tells the present state at the beginning."""

    def __init__(self) -> None:
        self._agents: dict[str, PresenceChanged] = {}

    def all(self) -> list[PresenceChanged]:
        """By team and name."""
        return sorted(self._agents.values(), key=lambda agent: (agent.team, agent.name, agent.agent_id))

    def get(self, agent_id: str) -> PresenceChanged | None:
        return self._agents.get(agent_id)

    async def run(self, feed: LiveFeed[AgentEvent]) -> None:
        """Until cancelled."""
        with feed.subscribed() as events:
            async for event in events:
                self.apply(event)

    def apply(self, event: AgentEvent) -> None:
        if isinstance(event, PresenceChanged):
            self._agents[event.agent_id] = event
