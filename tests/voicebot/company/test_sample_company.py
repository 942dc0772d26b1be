"""Guards that the sample company is complete, consistent and big enough, and that its callers are an honest test."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from phone import Phone

from voicebot.company import Company, check_company, load_company
from voicebot.company.places import bare
from voicebot.company.tools import ORDER_STATUSES, TOOLS
from voicebot.company.vocabulary import read_vocabulary
from voicebot.demo import SAMPLE_COMPANY

TODAY = date(2026, 11, 20)
HELD_OUT_VOICES = {"m7", "f5", "klatt4", "linda", "steph", "michel"}
TOKENIZERS = [
    Path(__file__).parents[3] / "models/bundled/asr-zh-yue-tiny/tokenizer.json",
    Path(__file__).parents[4] / "shared/data/asr_start/tokenizer.json",
]


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY, today=TODAY)


def test_the_sample_company_has_no_problem() -> None:
    assert check_company(SAMPLE_COMPANY, today=TODAY) == []


def test_the_bundled_recogniser_can_write_down_what_callers_say() -> None:
    tokenizer = next((path for path in TOKENIZERS if path.exists()), None)
    if tokenizer is None:
        pytest.skip("neither the bundled recogniser nor its start checkpoint is here")
    assert check_company(SAMPLE_COMPANY, today=TODAY, vocabulary=read_vocabulary(tokenizer)) == []


def test_every_intent_has_enough_examples_in_three_ways_of_speaking(company: Company) -> None:
    assert len(company.intents) >= 14
    for name, intent in company.intents.items():
        assert len(intent.examples) >= 35, name
        said = "".join(intent.examples)
        assert re.search("[唔嘅咗冇哋咩啱啲睇]|几多", said), f"{name} has no Cantonese example"
        assert re.search("啥|咋个|要得|莫|没得|嘛|哈|好多|不对头|哪个|晓得|好久|哪点|对头", said), (
            f"{name}: no Sichuan words"
        )


def test_every_tool_has_a_flow_but_the_callback_and_the_message_that_the_dialogue_takes_itself(
    company: Company,
) -> None:
    assert {flow.action.tool for flow in company.flows.values()} == TOOLS.keys() - {"callback_task", "voicemail_task"}


def test_every_flow_is_reached_by_an_intent(company: Company) -> None:
    assert {intent.flow for intent in company.intents.values()} >= company.flows.keys()


def test_flows_speak_cantonese_throughout(company: Company) -> None:
    for name, flow in company.flows.items():
        assert all(slot.ask_yue for slot in flow.slots), name
        assert all(outcome.yue for outcome in flow.outcomes.values()), name
    assert all(prompt.yue for prompt in company.prompts.values())


def test_what_the_assistant_says_is_short(company: Company) -> None:
    for flow in company.flows.values():
        assert all(len(outcome.say) <= 75 for outcome in flow.outcomes.values())
    assert all(len(text) <= 45 for prompt in company.prompts.values() for text in prompt.wordings("cmn"))
    assert all(len(entry.answer) <= 45 for entry in company.knowledge)


def test_the_greeting_names_the_ai_and_the_recording_and_cannot_be_interrupted(company: Company) -> None:
    greeting, notice = company.prompts["greeting"], company.prompts["recording_notice"]
    assert "智能" in greeting.text and "录音" in notice.text
    assert not greeting.interruptible and not notice.interruptible


def test_knowledge_is_large_and_asked_in_many_ways(company: Company) -> None:
    assert len(company.knowledge) >= 60
    assert all(len(entry.variants) >= 3 for entry in company.knowledge)


def test_there_are_customers_from_many_provinces_and_orders_in_every_status(company: Company) -> None:
    mobile = [customer.number[3:] for customer in company.customers if customer.number.startswith("+86")]
    assert len(company.customers) >= 12 and len({_province(number) for number in mobile}) >= 10
    assert len(company.orders) >= 25 and {order.status for order in company.orders} == set(ORDER_STATUSES)


def test_order_numbers_are_far_apart_so_that_one_wrong_digit_leads_to_no_other_order(company: Company) -> None:
    numbers = [order.order_number for order in company.orders]
    for index, number in enumerate(numbers):
        for other in numbers[:index]:
            assert sum(a != b for a, b in zip(number, other, strict=True)) >= 3
    assert len({number[-4:] for number in numbers}) == len(numbers)


def test_callers_ring_from_many_provinces_in_three_ways_of_speaking(company: Company) -> None:
    callers = company.callers.values()
    languages = Counter(caller.language for caller in callers)
    provinces = {_province(caller.number[3:]) for caller in callers if caller.number.startswith("+86")}
    assert len(callers) >= 8 and len(provinces) >= 5
    assert languages["yue"] >= 2 and languages["cmn-sichuan"] >= 2
    known = {customer.number for customer in company.customers}
    assert {caller.number in known for caller in callers} == {True, False}


def test_callers_speak_in_short_turns_with_voices_held_out_from_training(company: Company) -> None:
    for caller in company.callers.values():
        assert caller.voice in HELD_OUT_VOICES
        assert 2 <= len(caller.turns) <= 4
        assert all(turn.dtmf or 4 <= len(bare(turn.say)) <= 18 for turn in caller.turns), caller.script


def test_callers_correct_themselves_press_keys_complain_ask_for_a_human_and_end_the_call(company: Company) -> None:
    turns = [turn for caller in company.callers.values() for turn in caller.turns]
    assert any(turn.say.startswith("不对，是") for turn in turns)
    assert any(turn.dtmf for turn in turns)
    expected = {turn.expect_intent for turn in turns}
    assert expected >= {"complaint", "human_agent", "product_question", "invoice", "repeat", "goodbye"}


def _province(mobile: str) -> str:
    found = Phone().find(mobile)
    assert found, mobile
    return str(found["province"])
