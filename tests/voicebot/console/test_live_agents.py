"""Who is in a call, as the guard is told it."""

from datetime import UTC, datetime

import pytest

from voicebot.agent_events import PresenceChanged, Unlisted
from voicebot.console.live_agents import LiveAgents

AT = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("presence", "calls", "busy"),
    [("busy", ("c-1",), True), ("wrap_up", (), True), ("available", (), False), ("ringing", (), False)],
)
def test_talking_and_writing_up_are_a_call(presence: str, calls: tuple[str, ...], busy: bool) -> None:
    in_call: set[str] = set()
    LiveAgents(in_call).apply(PresenceChanged("1001", AT, presence, "test", calls=calls))
    assert in_call == ({"1001"} if busy else set())


def test_it_ends_with_the_call_and_with_who_leaves_the_company() -> None:
    in_call: set[str] = set()
    agents = LiveAgents(in_call)
    for agent in ("1001", "1002", "1003"):
        agents.apply(PresenceChanged(agent, AT, "busy", "test", calls=("c-1",)))
    agents.apply(PresenceChanged("1001", AT, "available", "test"))
    agents.apply(Unlisted("1002"))
    assert in_call == {"1003"}
