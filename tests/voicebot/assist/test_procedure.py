"""The procedure follows agent and caller in whatever order and words they talk, and knows what is still to be asked."""

from datetime import date

import pytest

from tests.voicebot.assist.calls import TODAY, run_of, wang
from voicebot.assist.procedure import Procedure
from voicebot.company import Company
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.slots import Surroundings
from voicebot.dialogue.types import IntentGuess, KnownCaller

RETURN = IntentGuess("return_refund", 0.9)
NOTHING = IntentGuess()


def procedure(
    shop: Company, run: FlowRun | None = None, caller: KnownCaller | None = None, today: date = TODAY
) -> Procedure:
    caller = caller or wang(shop)
    products = {product.name: product.aliases for product in shop.products}
    return Procedure(shop, caller, Surroundings(today, caller.orders, products), run)


def next_slot(steps: Procedure) -> str | None:
    step = steps.next_step()
    return step.source if step else None


def test_no_procedure_without_a_matter(shop: Company) -> None:
    steps = procedure(shop)
    steps.caller_said("喂你好", IntentGuess("greeting", 0.9))
    assert steps.next_step() is None


def test_a_wish_begins_it_with_what_the_sentence_says(shop: Company) -> None:
    steps = procedure(shop)
    steps.caller_said("我要退那双运动鞋", RETURN)
    assert steps.runs[-1].values == {"order": "20240538"}
    assert next_slot(steps) == "flows/return_refund/reason"


def test_it_goes_on_where_the_assistant_stopped(shop: Company) -> None:
    run = run_of(shop, "return_refund", order="20240538")
    steps = procedure(shop, run)
    assert next_slot(steps) == "flows/return_refund/reason"
    steps.caller_said("质量问题", NOTHING)
    assert next_slot(steps) == "flows/return_refund/action"
    assert "reason" not in run.values  # the assistant's own run stays as it was


def test_what_the_agent_has_just_asked_is_not_the_next_step(shop: Company) -> None:
    steps = procedure(shop, run_of(shop, "return_refund", order="20240538"))
    steps.agent_said("好的，那请问是质量问题、发错货还是不想要了呢")
    assert steps.next_step() is None
    steps.caller_said("等一下啊", NOTHING)
    assert next_slot(steps) == "flows/return_refund/reason"


def test_free_text_is_taken_only_as_the_answer_to_its_question(shop: Company) -> None:
    steps = procedure(shop, run_of(shop, "complaint"))
    steps.caller_said("你们听我说", NOTHING)
    assert steps.runs[-1].values == {}
    steps.agent_said("非常抱歉给您添麻烦了，您说说是怎么回事")
    steps.caller_said("鞋子穿两天就开胶了", NOTHING)
    assert steps.runs[-1].values == {"details": "鞋子穿两天就开胶了"}


def test_a_correction_replaces_the_value(shop: Company) -> None:
    steps = procedure(shop, run_of(shop, "return_refund", order="20240538"))
    steps.caller_said("不对，是20241105", NOTHING)
    assert steps.runs[-1].values["order"] == "20241105"


def test_an_unsure_wish_begins_nothing(shop: Company) -> None:
    steps = procedure(shop)
    steps.caller_said("我要退那双运动鞋", IntentGuess("return_refund", 0.4))
    assert steps.next_step() is None


def test_a_matter_left_half_done_is_taken_up_again(shop: Company) -> None:
    steps = procedure(shop)
    steps.caller_said("我要退那双运动鞋", RETURN)
    steps.caller_said("我的耳机到哪里了", IntentGuess("order_status", 0.9))
    steps.caller_said("还是说退货", RETURN)
    assert [run.flow.name for run in steps.runs] == ["order_status", "return_refund"]
    assert next_slot(steps) == "flows/return_refund/reason"


@pytest.mark.parametrize("intent", ["product_question"])
def test_a_question_has_no_next_step(shop: Company, intent: str) -> None:
    steps = procedure(shop)
    steps.caller_said("保温杯能装多少水", IntentGuess(intent, 0.9))
    assert steps.next_step() is None


def test_a_long_call_does_not_pile_up_procedures(shop: Company) -> None:
    steps = procedure(shop)
    for number in range(300):
        steps.caller_said("我想问一下", IntentGuess(list(shop.intents)[number % len(shop.intents)], 0.9))
    assert len(steps.runs) <= len(shop.flows)
