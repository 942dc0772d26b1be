"""Invariant: an agent that cannot exist is refused where it is made, with its id and what is wrong."""

import pytest

from dialect_router.agents import Agent


def test_standard_mandarin_is_taken_for_granted_and_no_dialect_is() -> None:
    agent = Agent("8001", "罗雪梅", dialects={"cmn-sichuan": 5})
    assert agent.speaks("cmn") and agent.speaks("cmn-sichuan")
    assert not agent.speaks("yue")
    assert agent.fluency("yue") == 0


def test_a_few_words_of_a_dialect_are_not_speaking_it() -> None:
    assert not Agent("8001", "罗雪梅", dialects={"yue": 2}).speaks("yue")


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_out_of_range_names_the_agent_and_the_skill(level: int) -> None:
    with pytest.raises(ValueError, match=r"8001.*return"):
        Agent("8001", "罗雪梅", skills={"return": level})


def test_a_dialect_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="sichuan"):
        Agent("8001", "罗雪梅", dialects={"sichuan": 5})


def test_an_agent_takes_at_least_one_call() -> None:
    with pytest.raises(ValueError, match="capacity"):
        Agent("8001", "罗雪梅", capacity=0)
