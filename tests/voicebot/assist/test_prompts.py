"""Prompts are few, relevant, each shown once and with its source; warnings come at once, and never tell a secret."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.understanding import EmotionLabel
from tests.voicebot.assist.calls import NOW, WANG, ZONE, run_of, wang
from voicebot.assist.forbidden import ForbiddenGroup, ForbiddenPhrases
from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.prompts import AssistedCall, LivePrompts, PromptTexts, prompt_texts
from voicebot.assist.suggestions import CallerSaid
from voicebot.assist.warm_up import warm_up
from voicebot.assist.whisper_prompt import WhisperPrompt
from voicebot.company import Company
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.types import IntentGuess, KnowledgeAnswer
from voicebot.store.records import CustomerRecord

CUSTOMER = CustomerRecord(WANG, "王芳", salutation="女士", level="gold", tags=("老客户",), note="喜欢晚上收货")
REFUND_TIME = KnowledgeAnswer("refund_time", "收到退货后四十八小时内退款，一到三天到账。", "收到退货之后…", 0.8)


class Talk:
    """One assisted call; a turn takes five seconds."""

    def __init__(
        self,
        shop: Company,
        helpfulness: Helpfulness | None = None,
        run: FlowRun | None = None,
        texts: PromptTexts | None = None,
        customer: CustomerRecord | None = None,
    ) -> None:
        call = AssistedCall("call", "liu", NOW, wang(shop), customer, run)
        self.prompts = LivePrompts(shop, call, helpfulness or Helpfulness(), texts or prompt_texts())
        self.at_s = 0.0

    def caller(
        self,
        text: str,
        intent: str = "none",
        emotion: EmotionLabel = "calm",
        answer: KnowledgeAnswer | None = None,
    ) -> Sequence[WhisperPrompt]:
        self.at_s += 5.0
        guess = IntentGuess(intent, 0.9 if intent != "none" else 0.0)
        return self.prompts.on_caller(CallerSaid(text, self.at_s, guess, emotion, answer=answer))

    def agent(self, text: str) -> Sequence[WhisperPrompt]:
        self.at_s += 5.0
        return self.prompts.on_agent(text, self.at_s)


def sources(prompts: Sequence[WhisperPrompt]) -> list[str]:
    return [prompt.source for prompt in prompts]


def test_knowledge_about_the_question_is_shown_with_its_source(shop: Company) -> None:
    (prompt,) = Talk(shop).caller("退款多久到账", answer=REFUND_TIME)
    assert (prompt.kind, prompt.source, prompt.text) == ("knowledge", "knowledge/refund_time", REFUND_TIME.answer)
    assert prompt.score == pytest.approx(0.8)
    assert prompt.at_s == 5.0


def test_knowledge_that_hardly_fits_is_not_shown(shop: Company) -> None:
    assert Talk(shop).caller("退款多久到账", answer=replace(REFUND_TIME, score=0.3)) == ()


def test_what_the_agent_has_said_already_is_not_shown(shop: Company) -> None:
    talk = Talk(shop)
    talk.agent("收到退货以后四十八小时内给退款，一到三天就到账了")
    assert talk.caller("退款多久到账", answer=REFUND_TIME) == ()


def test_the_order_that_is_named_is_shown_as_a_record(shop: Company) -> None:
    (prompt,) = Talk(shop).caller("我的耳机到哪里了")
    assert (prompt.kind, prompt.text) == (
        "record",
        "订单20241105：无线耳机，299元，已发货，预计11月24号送到，顺丰SF1。",
    )
    assert "20241105" not in prompt.source


def test_the_next_step_is_the_flows_own_question(shop: Company) -> None:
    (prompt,) = Talk(shop, run=run_of(shop, "return_refund", order="20240538")).prompts.on_joined(1.0)
    assert (prompt.kind, prompt.source) == ("next_step", "flows/return_refund/reason")
    assert prompt.text == "下一步：请问退货是质量问题、发错货，还是不想要了？"


def test_when_everything_is_known_the_next_step_is_to_act(shop: Company) -> None:
    talk = Talk(shop, run=run_of(shop, "return_refund", order="20240538"))
    (prompt,) = talk.caller("质量问题")
    assert prompt.source == "flows/return_refund/action"


def test_the_customers_record_is_shown_at_the_beginning(shop: Company) -> None:
    (prompt,) = Talk(shop, customer=CUSTOMER).prompts.on_joined(0.0)
    assert (prompt.kind, prompt.text) == ("record", "王女士：金卡客户，老客户，喜欢晚上收货。")


def test_an_upset_caller_is_met_with_the_companys_own_words(shop: Company) -> None:
    (prompt,) = Talk(shop).caller("怎么还没到", emotion="annoyed")
    assert (prompt.kind, prompt.source) == ("wording", "prompts/empathy")
    assert "非常抱歉让您着急了" in prompt.text


def test_the_same_prompt_does_not_come_twice(shop: Company) -> None:
    talk = Talk(shop)
    assert sources(talk.caller("退款多久到账", answer=REFUND_TIME)) == ["knowledge/refund_time"]
    assert talk.caller("退款到底多久到账", answer=REFUND_TIME) == ()


def test_what_lost_against_something_better_comes_with_a_later_turn(shop: Company) -> None:
    talk = Talk(shop)
    assert sources(talk.caller("我要退那双运动鞋", "return_refund")) == ["orders"]
    assert sources(talk.caller("快一点")) == ["flows/return_refund/reason"]


def test_a_turn_that_says_nothing_brings_nothing(shop: Company) -> None:
    talk = Talk(shop)
    assert [talk.caller(text) for text in ("嗯", "好的", "", "。")] == [(), (), (), ()]


def test_an_angry_caller_is_warned_of_once_until_calm_again(shop: Company) -> None:
    talk = Talk(shop)
    moods: list[EmotionLabel] = ["angry", "angry", "calm", "angry"]
    warned = [sum(prompt.kind == "warning" for prompt in talk.caller("哼", emotion=mood)) for mood in moods]
    assert warned == [1, 0, 0, 1]


def test_a_caller_who_stays_angry_is_warned_of_again_after_two_minutes(shop: Company) -> None:
    talk = Talk(shop)
    talk.caller("哼", emotion="angry")
    talk.at_s += 120.0
    assert sources(talk.caller("哼", emotion="angry")) == ["emotion/angry"]


def test_annoyance_is_warned_of_when_it_lasts(shop: Company) -> None:
    talk = Talk(shop)
    assert "emotion/annoyed" not in sources(talk.caller("哼", emotion="annoyed"))
    assert "emotion/annoyed" in sources(talk.caller("哼", emotion="annoyed"))
    assert "emotion/angry" in sources(talk.caller("哼", emotion="angry"))


def test_a_promise_of_the_agent_is_noted_with_its_time(shop: Company) -> None:
    talk = Talk(shop)
    (prompt,) = talk.agent("您放心，我明天下午给您回电话")
    assert prompt.text == "已记下承诺：我明天下午给您回电话，11月23号18:00前完成。"
    assert [promise.due_at for promise in talk.prompts.promises] == [datetime(2026, 11, 23, 18, tzinfo=ZONE)]


def test_a_promise_without_a_time_asks_for_one_and_takes_it_when_it_comes(shop: Company) -> None:
    talk = Talk(shop)
    assert "什么时候" in talk.agent("我给您回电话")[0].text
    assert talk.agent("我一定给您回电话") == ()
    assert "11月23号18:00" in talk.agent("我明天下午给您回电话")[0].text
    assert len(talk.prompts.promises) == 1


def test_a_forbidden_phrase_is_warned_of_with_what_to_say_instead(shop: Company) -> None:
    (prompt,) = Talk(shop).agent("这不归我管")
    assert prompt.source == "forbidden/evading"
    assert "不归我管" in prompt.text
    assert "我帮您核实一下" in prompt.text


def test_a_company_can_bring_its_own_forbidden_phrases(shop: Company) -> None:
    texts = prompt_texts()
    own = ForbiddenPhrases(group=(ForbiddenGroup(name="own", title="竞品", instead="我们的", says=("别家",)),))
    talk = Talk(shop, texts=replace(texts, words=replace(texts.words, forbidden=own)))
    assert sources(talk.agent("您去别家看看")) == ["forbidden/own"]


def test_a_card_number_is_warned_of_and_never_in_the_prompt(shop: Company) -> None:
    talk = Talk(shop)
    (prompt,) = talk.caller("我的卡号是6222021234567894")
    assert prompt.source == "sensitive/bank_card"
    assert "6222021234567894" not in prompt.text
    assert "622***********94" in prompt.text


def test_an_agent_must_not_ask_for_a_code_and_its_answer_is_noticed(shop: Company) -> None:
    talk = Talk(shop)
    assert sources(talk.agent("请您说一下短信验证码")) == ["asking/one_time_code"]
    assert sources(talk.caller("382910")) == ["sensitive/one_time_code"]
    assert talk.agent("您可以在手机上重置密码") == ()


def test_a_dismissed_source_falls_behind_and_is_gone_after_many_clicks(shop: Company) -> None:
    helpfulness = Helpfulness()
    shown = 0
    for _ in range(20):
        talk = Talk(shop, helpfulness)
        for prompt in talk.caller("退款多久到账", answer=replace(REFUND_TIME, score=0.6)):
            shown += 1
            assert talk.prompts.on_feedback(prompt.id, helped=False)
    assert 2 <= shown <= 10


def test_only_the_first_answer_to_a_prompt_counts(shop: Company) -> None:
    helpfulness = Helpfulness()
    talk = Talk(shop, helpfulness)
    (prompt,) = talk.caller("退款多久到账", answer=REFUND_TIME)
    assert talk.prompts.on_feedback(prompt.id, helped=True)
    assert not talk.prompts.on_feedback(prompt.id, helped=False)
    assert not talk.prompts.on_feedback("call-liu-999", helped=False)
    assert [(count.accepted, count.dismissed) for count in helpfulness.counts()] == [(1.0, 0.0)]


def test_warnings_are_shown_however_often_they_were_dismissed(shop: Company) -> None:
    helpfulness = Helpfulness()
    for _ in range(50):
        helpfulness.learn("warning", "forbidden/evading", helped=False)
    assert sources(Talk(shop, helpfulness).agent("这不归我管")) == ["forbidden/evading"]


def test_what_the_agent_came_to_goes_into_the_packet(shop: Company) -> None:
    talk = Talk(shop)
    talk.caller("我要退那双运动鞋", "return_refund", "annoyed")
    talk.agent("我明天给您回电话")
    stage = talk.prompts.stage()
    assert (stage.by, [saying.intent for saying in stage.sayings]) == ("liu", ["return_refund"])
    assert stage.runs[-1].values == {"order": "20240538"}
    assert [promise.kind for promise in stage.promises] == ["callback"]
    assert [mood.label for mood in stage.moods] == ["annoyed"]


def test_the_room_can_be_warmed_up_before_the_first_call(shop: Company) -> None:
    warm_up(shop, NOW)


turns = st.lists(
    st.tuples(
        st.booleans(),
        st.text(max_size=80)
        | st.sampled_from(
            ["我要退运动鞋", "6222021234567894", "我明天给您回电话", "不知道", "再见", "质量问题", "我的耳机"]
        ),
        st.sampled_from(["none", "return_refund", "complaint", "order_status", "goodbye", "no_such_intent"]),
        st.sampled_from(get_args(EmotionLabel)),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(turns)
def test_whatever_is_said_there_is_at_most_one_prompt_a_turn_besides_warnings(
    shop: Company, said: list[tuple[bool, str, str, EmotionLabel]]
) -> None:
    talk = Talk(shop, customer=CUSTOMER)
    everything = [*talk.prompts.on_joined(0.0)]
    for by_caller, text, intent, emotion in said:
        new = talk.caller(text, intent, emotion, REFUND_TIME) if by_caller else talk.agent(text)
        assert sum(prompt.kind != "warning" for prompt in new) <= 1
        everything += new
    helping = [(prompt.source, prompt.text) for prompt in everything if prompt.kind != "warning"]
    assert len(set(helping)) == len(helping)
    assert len({prompt.id for prompt in everything}) == len(everything)
    assert not any("6222021234567894" in prompt.text for prompt in everything)
