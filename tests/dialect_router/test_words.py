"""Invariant: dialect words move the belief to their speakers, no single word decides, and Mandarin moves nobody."""

import csv
import math
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.dialects import STANDARD, dialects
from dialect_router.lexicon import words
from dialect_router.tables import read_rows
from dialect_router.words import MOST_PER_UTTERANCE, words_evidence

TELLING = sorted(word.text for word in words().values() if word.log_odds)
EXAMPLES = Path(__file__).with_name("company_dialect_examples.csv")
MANDARIN = [
    "我想查一下我的订单",
    "重要得多的事情",
    "系统没有关系",
    "旁边个人",
    "阿拉伯语",
    "服务没得说",
    "等了好久到现在都没到",
]


def company_sentences() -> dict[str, str | None]:
    """Every example of the sample company's intents -> the dialect that a reader found it in, None for Mandarin."""
    with EXAMPLES.open(encoding="utf-8") as file:
        dialect = {row["text"]: row["tag"] for row in csv.DictReader(file)}
    folder = files("voicebot").joinpath("demo", "company", "intents")
    texts = [
        text for intent in folder.iterdir() for text in tomllib.loads(intent.read_text(encoding="utf-8"))["examples"]
    ]
    return {text: dialect.get(text) for text in texts}


def likeliest(text: str) -> str | None:
    evidence = words_evidence(text)
    return None if evidence is None else max(evidence.log_odds, key=lambda tag: evidence.log_odds[tag])


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("我买嘅嘢寄出咗未", "yue"),
        ("这个东西好巴适，啥子时候到嘛", "cmn-sichuan"),
        ("这事儿咋整啊，老鼻子了", "cmn-dongbei"),
        ("阿拉屋里厢个物事啥辰光到", "wuu"),
        ("阮厝内啥物拢无", "nan"),
        ("你今晡日样般唔来", "hak"),
        ("搞么子啰，何解还冒到", "hsn"),
        ("做什里还冇到，恰饭了", "gan"),
        ("中不中嘞，恁弄啥嘞", "cmn-zhongyuan"),
        ("额滴神，么麻达，嘹咋咧", "cmn-zhongyuan"),
        ("你做甚了，圪蹴那搭", "cjy"),
    ],
)
def test_words_tell_the_dialect(text: str, tag: str) -> None:
    assert likeliest(text) == tag


def test_every_group_has_words() -> None:
    for tag in ("yue", "cmn-sichuan", "cmn-dongbei", "wuu", "nan", "hak", "hsn", "gan", "cmn-zhongyuan", "cjy", "cdo"):
        assert sum(tag in word.log_odds for word in words().values()) >= 20, tag


def test_the_table_names_known_dialects_and_no_word_says_too_much() -> None:
    for word in words().values():
        assert word.log_odds.keys() <= dialects().keys(), word
        assert all(0 < log <= math.log(8) for log in word.log_odds.values()), word
        assert all("\u3400" <= character <= "\u9fff" or character == "𠊎" for character in word.text), word


def test_no_word_has_two_rows() -> None:
    said = [row["word"] for table in ("words.csv", "attested_words.csv") for row in read_rows(table)]
    assert len(said) == len(set(said))


def test_no_mandarin_sentence_of_the_company_moves_any_dialect_by_more_than_two() -> None:
    plain = [text for text, tag in company_sentences().items() if tag is None]
    assert len(plain) > 1000
    moved = {
        text: evidence.reason
        for text in plain
        if (evidence := words_evidence(text)) and evidence.strength > math.log(2)
    }
    assert not moved


def test_dialect_sentences_of_the_company_are_heard_as_what_they_are() -> None:
    spoken = {text: tag for text, tag in company_sentences().items() if tag is not None}
    assert len(spoken) > 250
    right = [text for text, tag in spoken.items() if (e := words_evidence(text)) and e.log_odds.get(tag, 0) > 0]
    wrong = [text for text, tag in spoken.items() if likeliest(text) not in (tag, None, STANDARD) and text not in right]
    assert len(right) >= 0.8 * len(spoken)
    assert not wrong


@pytest.mark.parametrize("text", MANDARIN)
def test_ordinary_words_that_hide_dialect_words_say_nothing(text: str) -> None:
    assert likeliest(text) in (None, STANDARD)


def test_a_word_counts_once_however_often_it_is_said() -> None:
    once, often = words_evidence("啥子"), words_evidence("啥子" * 20)
    assert once is not None and often is not None
    assert once.log_odds == often.log_odds


def test_the_reason_quotes_the_words_names_the_dialect_and_says_how_much() -> None:
    evidence = words_evidence("啥子嘛，好巴适")
    assert evidence is not None
    assert "“巴适”" in evidence.reason and "“啥子”" in evidence.reason
    assert dialects()["cmn-sichuan"].name_zh in evidence.reason
    assert "×" in evidence.reason


def test_a_long_sentence_without_dialect_words_speaks_a_little_for_mandarin_and_a_short_one_not() -> None:
    plain = words_evidence("我想查一下我的订单什么时候到")
    assert plain is not None
    assert plain.log_odds.keys() == {STANDARD}
    assert 0 < plain.log_odds[STANDARD] < math.log(1.5)
    assert words_evidence("好的") is None
    assert words_evidence("") is None


@given(st.lists(st.sampled_from([*TELLING, "订单", "，", "2024", "abc"]), max_size=40))
def test_one_utterance_never_says_more_than_its_limit(pieces: list[str]) -> None:
    evidence = words_evidence("".join(pieces))
    assert evidence is None or all(abs(said) <= MOST_PER_UTTERANCE + 1e-9 for said in evidence.log_odds.values())


@given(st.text(max_size=500))
def test_any_text_is_taken(text: str) -> None:
    words_evidence(text)
