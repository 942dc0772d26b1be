"""Who is at work, as the board and the desks show it: every agent's latest presence, and who supervises which call."""

from __future__ import annotations

from voicebot.agent_events import (
    AgentEvent,
    Left,
    LineStood,
    PhoneLine,
    PresenceChanged,
    ProcedureStood,
    Supervising,
    Unlisted,
)
from voicebot.console.feed import LiveFeed


class LiveAgents:
    """Keeps itself up to date from a feed's events; the broker tells the present state at the beginning.

    in_call: holds, whenever that is so, who talks or writes up what was talked about.
    """

    def __init__(self, in_call: set[str] | None = None) -> None:
        self._in_call: set[str] = set() if in_call is None else in_call
        self._agents: dict[str, PresenceChanged] = {}
        self._supervisors: dict[str, Supervising] = {}
        """By call."""
        self._lines: dict[str, str] = {}
        self._procedures: dict[str, ProcedureStood] = {}
        self._stood: dict[str, LineStood] = {}

    def all(self) -> list[PresenceChanged]:
        """By team and name."""
        return sorted(self._agents.values(), key=lambda agent: (agent.team, agent.name, agent.agent_id))

    def get(self, agent_id: str) -> PresenceChanged | None:
        return self._agents.get(agent_id)

    def supervisor_of(self, call_id: str) -> Supervising | None:
        """Who listens to a call, or is being rung for it."""
        return self._supervisors.get(call_id)

    def line_of(self, agent_id: str) -> str:
        """Connection of their phone in a browser; empty where there is none."""
        return self._lines.get(agent_id, "")

    def procedure_of(self, agent_id: str, call_id: str) -> ProcedureStood | None:
        """Where it stands in the call that the agent is in."""
        stood = self._procedures.get(agent_id)
        return stood if stood is not None and stood.call_id == call_id else None

    def stood(self, agent_id: str, call_id: str) -> LineStood | None:
        """How the line stands of the agent who is in the call: what is held, muted, consulted."""
        stood = self._stood.get(agent_id)
        return stood if stood is not None and stood.call_id == call_id else None

    def supervises(self, agent_id: str) -> bool:
        """Whether they are in somebody else's call."""
        return any(each.agent_id == agent_id and each.state != "ringing" for each in self._supervisors.values())

    async def run(self, feed: LiveFeed[AgentEvent]) -> None:
        """Until cancelled."""
        with feed.subscribed() as events:
            async for event in events:
                self.apply(event)

    def apply(self, event: AgentEvent) -> None:
        match event:
            case PresenceChanged():
                self._agents[event.agent_id] = event
                busy = bool(event.calls) or event.presence == "wrap_up"
                (self._in_call.add if busy else self._in_call.discard)(event.agent_id)
            case PhoneLine():
                self._lines[event.agent_id] = event.line
            case ProcedureStood():
                self._procedures[event.agent_id] = event
            case LineStood():
                self._stood[event.agent_id] = event
            case Left():
                self._procedures.pop(event.agent_id, None)
                self._stood.pop(event.agent_id, None)
            case Unlisted():
                self._agents.pop(event.agent_id, None)
                self._in_call.discard(event.agent_id)
                self._procedures.pop(event.agent_id, None)
                self._lines.pop(event.agent_id, None)
                self._stood.pop(event.agent_id, None)
            case Supervising(state="over"):
                self._supervisors.pop(event.call_id, None)
            case Supervising():
                self._supervisors[event.call_id] = event
            case _:
                pass
