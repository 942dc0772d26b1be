"""A finished request or a short answer ends the turn soon; an announced or half-said one is waited for."""

import dataclasses
from collections import Counter

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.company import Company
from voicebot.dialogue.types import Expecting
from voicebot.letters import letters
from voicebot.turn_taking.completeness import completeness, dictating
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turn_words import TurnWords, load_turn_words
from voicebot.turn_taking.whole_requests import learn

WORDS = load_turn_words()
COMPLETE, UNSURE, UNFINISHED = Completeness.COMPLETE, Completeness.UNSURE, Completeness.UNFINISHED


def judged(
    text: str,
    *,
    confidence: float = 0.8,
    intent: str = "order_status",
    expecting: Expecting = Expecting.OPEN,
    words: TurnWords = WORDS,
) -> Completeness:
    return completeness(text, intent=intent, confidence=confidence, expecting=expecting, words=words)


@pytest.fixture(scope="session")
def taught(shop: Company) -> TurnWords:
    return load_turn_words(shop)


@pytest.mark.parametrize("text", ["好的", "不要。", "要得", "系啊", "冇喇", "转人工", "没有了", "对对对"])
def test_a_short_answer_is_complete_however_little_was_understood(text: str, taught: TurnWords) -> None:
    for expecting in (Expecting.OPEN, Expecting.YES_NO):
        assert judged(text, intent="none", confidence=0.1, expecting=expecting) is COMPLETE
        assert judged(text, intent="none", confidence=0.1, expecting=expecting, words=taught) is COMPLETE


@pytest.mark.parametrize("text", ["不是", "不对", "唔系", "说错了", "等一下"])
def test_after_a_correction_the_right_thing_may_follow(text: str) -> None:
    assert judged(text, expecting=Expecting.YES_NO) is UNSURE


def test_a_mere_sound_answers_only_who_asked() -> None:
    assert judged("嗯", expecting=Expecting.YES_NO) is COMPLETE
    assert judged("嗯", expecting=Expecting.OPEN) is UNFINISHED


def test_one_syllable_is_an_answer_and_no_request() -> None:
    assert judged("好", expecting=Expecting.YES_NO) is COMPLETE
    assert judged("肉", expecting=Expecting.YES_NO, confidence=0.9) is COMPLETE  # misheard: 要
    assert judged("肉", expecting=Expecting.YES_NO, intent="none") is UNSURE
    assert judged("好", expecting=Expecting.OPEN) is UNSURE
    assert judged("光", expecting=Expecting.OPEN) is UNFINISHED


def test_a_greeting_is_followed_by_the_matter() -> None:
    assert judged("喂，你好", intent="greeting", confidence=1.0) is UNSURE


@pytest.mark.parametrize("text", ["我的订单什么时候到", "怎么退货", "多少钱", "点样退货", "咋个退货", "到哪里了"])
def test_a_whole_question_is_complete_although_the_intent_is_unclear(text: str, taught: TurnWords) -> None:
    assert judged(text, confidence=0.4) is COMPLETE
    assert judged(text, confidence=0.4, words=taught) is COMPLETE


@pytest.mark.parametrize(
    "text",
    [
        "我想", "我想查一下", "就是那个", "请问", "帮我", "因为", "我买的", "把地址改成", "能不能", "是不是", "我系想",
        "我想晓得", "同埋", "呃", "那个，就是", "你好我想", "订单号是", "我叫",
    ],
)  # fmt: skip
def test_what_announces_more_is_unfinished_however_clear_the_intent(text: str, taught: TurnWords) -> None:
    assert judged(text, confidence=0.95) is UNFINISHED
    assert judged(text, confidence=0.95, words=taught) is UNFINISHED


@pytest.mark.parametrize("text", ["我的订单到了吗", "东西坏了", "退给我吧", "我要退货啊"])
def test_a_particle_at_the_end_and_an_intent_make_a_request(text: str) -> None:
    assert judged(text, confidence=0.5) is COMPLETE


def test_a_noun_alone_is_no_request_even_with_an_intent() -> None:
    assert judged("上次买的那个电饭煲", confidence=0.9) is UNSURE
    assert judged("查一下上次买的那个电饭煲", confidence=0.9) is COMPLETE


def test_words_that_the_recogniser_doubts_end_no_turn_at_once() -> None:
    certain = completeness("我要退货", intent="return_refund", confidence=0.9, expecting=Expecting.OPEN, words=WORDS)
    doubted = completeness(
        "我要退货", intent="return_refund", confidence=0.9, expecting=Expecting.OPEN, words=WORDS, heard=0.1
    )
    assert (certain, doubted) == (COMPLETE, UNSURE)


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("我要退货", "return_refund", UNSURE),
        ("我想开发票", "invoice", UNSURE),
        ("上个礼拜买的运动鞋我想退掉", "return_refund", COMPLETE),
        ("怎么退货", "return_refund", COMPLETE),
        ("我要投诉人工", "human_agent", COMPLETE),
    ],
)
def test_after_a_wish_about_which_nothing_was_said_more_may_follow(
    text: str, intent: str, expected: Completeness, taught: TurnWords
) -> None:
    assert judged(text, intent=intent, confidence=1.0, words=taught) is expected


def test_a_wish_named_again_in_a_yes_is_all(taught: TurnWords) -> None:
    yes = judged("对，确定取消", intent="cancel_order", confidence=1.0, expecting=Expecting.YES_NO, words=taught)
    assert yes is COMPLETE


def test_where_digits_were_asked_for_doubtful_words_are_misheard_digits() -> None:
    heard = completeness(
        "怎么退", intent="return_refund", confidence=1.0, expecting=Expecting.DIGITS, words=WORDS, heard=0.1
    )
    assert heard is UNFINISHED


@pytest.mark.parametrize("text", ["", "  ，。", "？"])
def test_no_words_are_no_utterance(text: str) -> None:
    assert judged(text) is Completeness.EMPTY


def test_dictation_is_told_apart() -> None:
    assert dictating("6494", expecting=Expecting.DIGITS, words=WORDS)
    assert not dictating("我要退货", expecting=Expecting.OPEN, words=WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("快递员态度很差", UNSURE), ("快递员", UNFINISHED), ("算了", COMPLETE)],
)
def test_what_is_told_in_parts_is_waited_for_unless_it_is_a_whole_answer(text: str, expected: Completeness) -> None:
    judged = completeness(text, intent="none", confidence=0.9, expecting=Expecting.TEXT, words=WORDS)
    assert judged is expected


def test_a_question_instead_of_what_was_asked_for_is_answered_at_once() -> None:
    judged = completeness("你们几点下班", intent="none", confidence=0.9, expecting=Expecting.TEXT, words=WORDS)
    assert judged is Completeness.COMPLETE


@given(st.text(max_size=60), st.floats(0, 1), st.sampled_from(Expecting))
def test_any_text_is_judged(text: str, confidence: float, expecting: Expecting) -> None:
    assert judged(text, confidence=confidence, expecting=expecting) in Completeness


def test_sentences_that_were_not_learned_from_are_told_from_their_beginnings(shop: Company) -> None:
    """Half of the sample company's examples teach, the other half is judged, whole and cut between words.

    Many a beginning is a sentence too (东西坏了，可以修吗), so that not all of them can be told.
    """
    for word in shop.words:
        jieba.add_word(word)
    examples = sorted({letters(text) for intent in shop.intents.values() for text in intent.examples})
    words = dataclasses.replace(WORDS, requests=learn(examples[::2]))
    whole: Counter[Completeness] = Counter()
    begun: Counter[Completeness] = Counter()
    for text in examples[1::2]:
        whole[judged(text, confidence=0.7, words=words)] += 1
        pieces = list(jieba.cut(text))
        beginnings = {"".join(pieces[:count]) for count in range(1, len(pieces))} - set(examples)
        begun.update(judged(beginning, confidence=0.7, words=words) for beginning in beginnings)
    assert whole[UNFINISHED] <= 0.08 * whole.total()
    assert whole[COMPLETE] >= 0.72 * whole.total()
    assert begun[COMPLETE] <= 0.21 * begun.total()
    assert begun[UNFINISHED] >= 0.45 * begun.total()


def test_nearly_all_that_the_simulated_callers_say_is_complete(shop: Company, taught: TurnWords) -> None:
    said = [turn.say for caller in shop.callers.values() for turn in caller.turns if turn.say]
    verdicts = Counter(judged(text, words=taught) for text in said)
    assert verdicts[UNFINISHED] <= 0.05 * len(said)
    assert verdicts[COMPLETE] >= 0.7 * len(said)
