"""Every caller has as many sentences as asked for, a script's answers among them, and none that ends the call."""

import pytest

from models.training.voices import HELD_OUT
from voicebot.bench.latency.scenario import ENDS_THE_CALL, NothingToSay, parts
from voicebot.company import Company


def test_every_caller_says_what_was_asked_for_and_stays_on_the_line(shop: Company) -> None:
    cast = parts(shop, calls=len(shop.callers) + 3, turns=7)
    assert len(cast) == len(shop.callers) + 3
    for part in cast:
        assert len(part.turns) == 7
        assert all(turn.audio is not None and turn.audio.size > 2000 and turn.said for turn in part.turns)
        intents = [line.intent for line in part.lines if line.intent]
        assert intents and all(shop.intents[intent].role not in ENDS_THE_CALL for intent in intents)


def test_a_question_that_a_script_leads_to_is_answered_before_the_next_matter(shop: Company) -> None:
    zhang = shop.callers["zhang_li_beijing"]
    part = next(part for part in parts(shop, calls=len(shop.callers), turns=3) if part.number == zhang.number)
    assert [line.turn.said for line in part.lines] == [turn.say for turn in zhang.turns[:3]]
    assert [line.intent for line in part.lines] == ["delivery_delay", None, None]


def test_who_shares_a_script_has_another_voice(shop: Company) -> None:
    cast = parts(shop, calls=2 * len(shop.callers), turns=1)
    spoken = [line.turn.audio.tobytes() for part in cast for line in part.lines if line.turn.audio is not None]
    assert len(set(spoken)) == len(spoken)
    assert len({part.number for part in cast}) < len(cast)
    assert len(HELD_OUT) > 1


def test_nobody_is_answered_in_two_languages(shop: Company) -> None:
    cantonese = {turn.say for script in shop.callers.values() if script.language == "yue" for turn in script.turns}
    for part in parts(shop, calls=len(shop.callers), turns=6):
        assert len({turn.said in cantonese for turn in part.turns}) == 1


def test_a_company_without_scored_sentences_is_told_what_to_add(shop: Company) -> None:
    with pytest.raises(NothingToSay, match="expect_intent"):
        parts(shop.model_copy(update={"callers": {}}), calls=1, turns=1)
