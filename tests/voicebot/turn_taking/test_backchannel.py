"""An acknowledgement never takes the floor from the assistant; a refusal, a question or a wish always does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.turn_taking.backchannel import acknowledges, is_backchannel
from voicebot.turn_taking.turn_words import load_turn_words

WORDS = load_turn_words()


@pytest.mark.parametrize(
    "text",
    [
        "嗯", "嗯嗯", "啊", "哦", "噢", "好", "好的", "好好", "对", "对对", "对对对", "是", "是的", "行",
        "明白", "知道了", "OK", "系", "系啊", "得", "要得", "嗯，好的。", "好的好的", "对，是的",
        "哦哦，明白了", "队", "恩",
    ],
)  # fmt: skip
def test_acknowledgements_alone_and_together(text: str) -> None:
    assert is_backchannel(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "不要", "不用", "不对", "等一下", "停", "别", "不", "唔系", "莫", "行了", "好了", "对了", "是不是",
        "对不对", "好不好", "嗯我想问一下", "好的不用了", "转人工", "什么", "啊？什么", "，。",
        "好的好的好的好的好的",
    ],
)  # fmt: skip
def test_what_wants_to_be_heard_is_none(text: str) -> None:
    assert not is_backchannel(text, WORDS)


@pytest.mark.parametrize(("text", "heard"), [("好的", 0.9), ("我", 0.9), ("不", 0.9), ("我的", 0.1), ("工服", 0.1)])
def test_over_a_prompt_a_syllable_and_what_is_hardly_believed_are_no_wish_to_talk(text: str, heard: float) -> None:
    assert acknowledges(text, WORDS, heard=heard)


@pytest.mark.parametrize(
    ("text", "heard"), [("停", 0.9), ("喂", 0.1), ("不要", 0.5), ("等阵先", 0.38), ("你听我说", 0.1)]
)
def test_over_a_prompt_words_are_a_wish_to_talk_even_softly_spoken(text: str, heard: float) -> None:
    assert not acknowledges(text, WORDS, heard=heard)


def test_silence_is_none() -> None:
    assert not is_backchannel("", WORDS)


@given(st.lists(st.sampled_from(sorted(WORDS.backchannels)), min_size=1, max_size=4), st.integers(0, 8))
def test_a_refusal_among_acknowledgements_is_never_one(said: list[str], place: int) -> None:
    said.insert(min(place, len(said)), "不要")
    assert not is_backchannel("".join(said), WORDS)
