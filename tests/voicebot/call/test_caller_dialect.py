"""Invariant: what a caller is believed to speak follows everything heard so far, whatever comes first; a wish wins; and
what was hardly understood counts for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.dialects import prior
from dialect_router.evidence import HeardDialect
from dialect_router.regions import locate
from dialect_router.speech import record_evidence
from models.dialect_guess import DialectGuess
from telephony.audio import Samples
from voicebot.call.caller_dialect import CallerDialect, kept

BEIJING, CHENGDU = "+8613801050273", "+862885550123"
MANDARIN, CANTONESE = {"zh": 0.98, "yue": 0.02}, {"zh": 0.02, "yue": 0.98}
SILENCE = Samples(0)


def caller(number: str = BEIJING, guess: DialectGuess | None = None) -> CallerDialect:
    async def listen(_samples: Samples) -> DialectGuess | None:
        return guess

    return CallerDialect(HeardDialect(prior(locate(number))), listen)


def test_before_the_first_word_the_number_decides() -> None:
    assert caller(CHENGDU).belief.top() == "cmn-sichuan"


def test_words_overrule_the_number_turn_by_turn() -> None:
    one = caller()
    shares = [one.belief.share("cmn-sichuan")]
    for text in ("我买的那个杯子啥子时候到嘛", "要得要得，你们咋个还没发货哦", "我没得时间等了噻"):
        one.on_turn(text, MANDARIN, 0.9)
        shares.append(one.belief.share("cmn-sichuan"))
    assert shares == sorted(shares) and shares[0] < 0.1 and shares[-1] > 0.75
    assert any("啥子" in reason for reason in one.belief.reasons)


def test_the_recognisers_language_counts_with_the_words() -> None:
    words_alone, both = caller(), caller()
    words_alone.on_turn("帮我睇下我嘅订单", {}, 0.9)
    both.on_turn("帮我睇下我嘅订单", CANTONESE, 0.9)
    assert both.belief.top() == "yue"
    assert both.belief.share("yue") > words_alone.belief.share("yue")


def test_what_was_hardly_understood_and_what_is_too_short_counts_for_nothing() -> None:
    one = caller()
    before = one.belief
    assert one.on_turn("啥子时候到嘛", CANTONESE, 0.1) is None
    assert one.on_turn("系", CANTONESE, 0.9) is None
    assert one.belief.probabilities == before.probabilities


def test_words_count_the_less_the_less_sure_they_are_and_many_that_agree_settle_it_all_the_same() -> None:
    foshan = "+8613923190622"
    sure, doubtful = caller(foshan), caller(foshan)
    before = sure.belief.share("yue")
    sure.on_turn("我要投诉你哋嘅服务太差喇", CANTONESE, 0.9)
    doubtful.on_turn("我要投诉你哋嘅服务太差喇", CANTONESE, 0.28)
    assert before < 0.75 < doubtful.belief.share("yue") < sure.belief.share("yue")


def test_what_the_caller_asks_for_wins_and_is_told_of_its_turn() -> None:
    one = caller(CHENGDU)
    assert one.on_turn("能不能找个说广东话的", MANDARIN, 0.9) == "yue"
    assert one.on_turn("我的订单到哪里了", MANDARIN, 0.9) is None
    assert one.belief.top() == one.belief.requested == "yue"


def test_who_refuses_mandarin_wants_what_is_believed() -> None:
    assert caller(CHENGDU).on_turn("不要讲普通话", MANDARIN, 0.9) == "cmn-sichuan"


def test_the_customers_record_counts_from_the_beginning() -> None:
    known = HeardDialect(prior(locate(BEIJING)))
    recorded = CallerDialect(known.after([record_evidence("yue")]))
    assert recorded.belief.share("yue") > known.belief.share("yue")


@pytest.mark.parametrize(("accuracy", "more"), [(0.9, 2.0), (0.3, 1.05)])
async def test_the_sound_counts_as_far_as_the_classifier_is_right(accuracy: float, more: float) -> None:
    one = caller(guess=DialectGuess({"cmn": 0.05, "wuu": 0.9, "yue": 0.05}, accuracy))
    before = one.belief.share("wuu")
    await one.on_voice(SILENCE)
    assert one.belief.share("wuu") > more * before
    if accuracy < 0.5:
        assert one.belief.share("wuu") < 2 * before


async def test_without_a_classifier_the_sound_changes_nothing() -> None:
    one = caller()
    before = one.belief
    await one.on_voice(SILENCE)
    assert one.belief.probabilities == before.probabilities


def test_a_turn_keeps_the_likeliest_dialects_and_why() -> None:
    one = caller(CHENGDU)
    one.on_turn("啥子时候到嘛，说四川话嘛", MANDARIN, 0.9)
    now = kept(one.belief)
    assert next(iter(now["likeliest"])) == "cmn-sichuan" and len(now["likeliest"]) == 3
    assert now["requested"] == "cmn-sichuan"
    assert 2 <= len(now["reasons"]) <= 5 and "四川" in now["reasons"][1]


@given(
    st.lists(st.tuples(st.text(max_size=40), st.sampled_from([MANDARIN, CANTONESE, {}]), st.floats(0, 1)), max_size=8)
)
def test_whatever_is_said_a_belief_remains(turns: list[tuple[str, dict[str, float], float]]) -> None:
    one = caller()
    for turn in turns:
        one.on_turn(*turn)
    assert sum(one.belief.probabilities.values()) == pytest.approx(1)
    assert len(kept(one.belief)["likeliest"]) == 3
