"""Whoever may see one call finds it in the list, and nobody finds another."""

import pytest

from tests.voicebot.store.samples import a_call
from voicebot.accounts.call_access import may_with_call, reached_calls
from voicebot.accounts.permissions import Action, Actor
from voicebot.store.call_search import CallFilter, CallSearch
from voicebot.store.store import Store

CALLS = {"bots": (None, None), "order": ("8002", "订单组"), "sales": ("8003", "销售组")}
ACTORS = {
    "admin": (Actor("a", "a", "admin"), {"bots", "order", "sales"}),
    "supervisor": (Actor("s", "s", "supervisor", teams=frozenset({"订单组"})), {"bots", "order"}),
    "agent": (Actor("g", "g", "agent", "8003"), {"sales"}),
    "nobody": (Actor("n", "n", "agent"), set()),
    "key": (Actor("k", "k", "admin", actions=frozenset({Action.DIAL})), set()),
}


@pytest.mark.parametrize("name", ACTORS)
async def test_the_list_and_the_single_call_agree(store: Store, name: str) -> None:
    actor, expected = ACTORS[name]
    made = {call_id: a_call(call_id, agent_id=agent, team=team) for call_id, (agent, team) in CALLS.items()}
    for call in made.values():
        await store.open_call(call)
    search = CallSearch(store).within(reached_calls(actor, Action.VIEW_CALL))
    assert {found.call.id for found in await search.find(CallFilter())} == expected
    assert {id for id, call in made.items() if may_with_call(actor, Action.VIEW_CALL, call)} == expected
