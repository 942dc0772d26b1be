"""Whoever may see one call finds it in the list, and nobody finds another."""

import pytest

from tests.voicebot.store.samples import a_call
from voicebot.accounts.call_access import looks_for_numbers, may_with_call, reached_calls
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


@pytest.mark.parametrize("words", ["13", "一三", "订单 幺三八", "1 3", "一一三", "３８", "两个8"])
def test_digits_in_a_row_are_looked_for_by_those_who_see_numbers(words: str) -> None:
    assert looks_for_numbers(number="", words=words)


@pytest.mark.parametrize("words", ["", "订单", "5G 套餐", "查一下", "一个包裹", "第2件"])
def test_other_words_are_everybodys_to_look_for(words: str) -> None:
    assert not looks_for_numbers(number="", words=words)
    assert looks_for_numbers(number="+", words=words)
