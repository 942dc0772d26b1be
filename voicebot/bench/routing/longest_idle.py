"""What is compared with: the routing of an ordinary call centre. First come, first served, by the agent who has the
skill and has been idle longest; dialects, customers' value and levels of proficiency count for nothing."""

from collections.abc import Sequence

from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall


def longest_idle(waiting: Sequence[WaitingCall], states: Sequence[AgentState], at: float) -> Sequence[tuple[str, str]]:
    """Pairs of call id and agent id."""
    idle = sorted((state for state in states if state.free), key=lambda state: state.since)
    pairs: list[tuple[str, str]] = []
    for call in sorted(waiting, key=lambda call: call.entered_at):
        taker = next((state for state in idle if call.may_go_to(state.agent)), None)
        if taker is not None:
            idle.remove(taker)
            pairs.append((call.call_id, taker.agent_id))
    return pairs
