"""Invariant: dialect words become Mandarin and everything else stays; what is Mandarin already is left as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.lexicon import words
from dialect_router.mandarin import to_mandarin
from dialect_router.words import words_evidence

TABLE = words()
TRANSLATED = sorted(word.text for word in TABLE.values() if word.mandarin)
FILLERS = ["订单", "，", "号码是8471", "快递", "iPhone 15", "。"]


@pytest.mark.parametrize(
    ("said", "mandarin"),
    [
        ("啥子时候到", "什么时候到"),
        ("唔该我想查下张单几时到", "请我想查一下订单什么时候到"),
        ("我的货好久能到嘛", "我的货什么时候能到嘛"),
        ("密码搞忘了咋个办", "密码忘了怎么办"),
        ("我买嘅嘢寄出咗未", "我买的东西寄出了没有"),
        ("咋整啊", "怎么办啊"),
        ("侬好，阿拉啥辰光收到", "你好，我们什么时候收到"),
        ("搞么子啰", "干什么啰"),
        ("就系呢个", "就是这个"),
    ],
)
def test_dialect_sentences_become_readable_to_mandarin(said: str, mandarin: str) -> None:
    assert to_mandarin(said) == mandarin


@pytest.mark.parametrize(
    ("spoken_in", "said", "mandarin"),
    [
        ("yue", "我嘅包裹几时到", "我的包裹什么时候到"),
        ("cmn-sichuan", "包裹啥子时候到，咋个办", "包裹什么时候到，怎么办"),
        ("cmn-dongbei", "包裹啥前儿到，麻溜的", "包裹什么时候到，赶快"),
        ("wuu", "阿拉个物事啥辰光到", "我们个东西什么时候到"),
        ("nan", "阮买的物几时到，按怎退", "我们买的物什么时候到，怎么退"),
        ("hak", "脉个时候到，样般还唔到", "什么时候到，怎么还不到"),
        ("hsn", "么子时候到，何解还冇得", "什么时候到，为什么还没有"),
        ("gan", "什里时候到，啷样退", "什么时候到，怎么退"),
        ("cmn-zhongyuan", "恁弄啥嘞，咋弄", "你干什么，怎么弄"),
        ("cmn-zhongyuan", "撒时候到，咋咧", "什么时候到，怎么了"),  # Shaanxi
    ],
)
def test_what_callers_of_every_group_ask_for_most_is_understood(spoken_in: str, said: str, mandarin: str) -> None:
    assert to_mandarin(said) == mandarin
    evidence = words_evidence(said)
    assert evidence is not None and max(evidence.log_odds, key=lambda tag: evidence.log_odds[tag]) == spoken_in


@pytest.mark.parametrize(
    "text", ["系统里查下单时间", "没关系，阿拉伯语说明书", "等了好久到现在", "味道没得说", "不中奖也没事"]
)
def test_mandarin_that_hides_dialect_words_is_left_alone(text: str) -> None:
    assert to_mandarin(text) == text


def test_names_are_not_touched() -> None:
    assert to_mandarin("啥子时候发巴适牌火锅", names=["巴适牌火锅"]) == "什么时候发巴适牌火锅"
    assert to_mandarin("我叫侬佳，侬好", names=["侬佳", ""]) == "我叫侬佳，你好"


def test_no_translation_holds_digits_or_a_dialect_word() -> None:
    for word in TABLE.values():
        assert not re.search(r"[0-9A-Za-z]", word.text + word.mandarin), word
        assert to_mandarin(word.mandarin) == word.mandarin, word


@given(st.sampled_from(TRANSLATED))
def test_every_translatable_word_is_translated_once_and_for_all(word: str) -> None:
    assert to_mandarin(word) == TABLE[word].mandarin


@given(st.lists(st.tuples(st.sampled_from(TRANSLATED), st.sampled_from(FILLERS)), max_size=6))
def test_translating_twice_changes_nothing_more(pieces: list[tuple[str, str]]) -> None:
    once = to_mandarin("".join(word + filler for word, filler in pieces))
    assert to_mandarin(once) == once


@given(
    st.text(alphabet=st.characters(exclude_characters="".join({c for word in TRANSLATED for c in word})), max_size=80)
)
def test_text_without_dialect_words_is_unchanged(text: str) -> None:
    assert to_mandarin(text) == text


@given(st.lists(st.sampled_from([*TRANSLATED, "18号", "三十", "A7", "13800138000"]), max_size=12))
def test_digits_and_letters_survive_in_their_order(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert re.findall(r"[0-9A-Za-z]", to_mandarin(text)) == re.findall(r"[0-9A-Za-z]", text)
