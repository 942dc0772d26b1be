"""Invariant: training texts are what they claim to be, and what is held out of them never comes."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.company import CompanyTexts
from models.training.corpus import Corpus, Line, grammar, held_out, normalised
from models.training.grammar import Grammar, GrammarError
from models.training.sources import added_characters
from models.training.spoken import spoken
from models.training.voices import HELD_OUT, LANGUAGES, TRAINING

INTENTS = """
title = "查订单"
examples = ["我的台灯到哪了", "我部台灯几时到", "台灯啥子时候到", "查订单", "快递呢", "货呢", "单号20241105"]
"""
KNOWLEDGE = """
[[entry]]
question = "多久发货"
variants = ["几天发货"]
answer = "两天内发货，谢谢。"
answer_yue = "两日内出货。"
"""
CALLER = """
language = "cmn"
[[turns]]
say = "查订单"
"""


def write_company(folder: Path) -> Path:
    for name in ("intents", "knowledge", "flows", "callers"):
        (folder / name).mkdir()
    (folder / "intents/order.toml").write_text(INTENTS, encoding="utf-8")
    (folder / "knowledge/delivery.toml").write_text(KNOWLEDGE, encoding="utf-8")
    (folder / "callers/a.toml").write_text(CALLER, encoding="utf-8")
    (folder / "prompts.toml").write_text('[prompts.hello]\ntext = "您好，{caller}。"\n', encoding="utf-8")
    (folder / "products.csv").write_text("name,aliases\n台灯,护眼灯|灯\n耳机,\n", encoding="utf-8")
    (folder / "customers.csv").write_text("name\n王芳\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_speakable(language: str) -> None:
    sentences = grammar(language)
    rng = random.Random(1)
    assert len(sentences.templates) > 60
    for template in sentences.templates:
        text = sentences.expand(template, rng)
        assert normalised(text) == text


def test_the_templates_give_many_different_sentences() -> None:
    rng = random.Random(2)
    assert len({grammar("cmn").sentence(rng) for _ in range(200)}) > 150


@pytest.mark.parametrize(
    ("line", "fault"),
    [("(a|b", "never closed"), ("a)b", "too many"), ("{unknown}", "not defined"), ("{a", "brace")],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "texts.txt"
    path.write_text(f"好\n{line}\n", encoding="utf-8")
    with pytest.raises(GrammarError, match=fault) as error:
        Grammar.read(path)
    assert f"{path}:2" in str(error.value)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert held_out(text) == held_out(normalised(text))


def test_one_in_sixteen_is_held_out() -> None:
    share = sum(held_out(f"句子{number}") for number in range(16_000)) / 16_000
    assert 0.055 < share < 0.07


@given(st.integers(0, 10**12).map(str), st.sampled_from(LANGUAGES), st.integers())
def test_digits_are_spoken_one_by_one(digits: str, language: str, seed: int) -> None:
    words = spoken(digits, language, random.Random(seed)).replace("，", "")
    assert len(words) == len(digits)
    assert not set(words) & set("0123456789")
    assert "幺" not in words or language != "yue"


def test_training_never_sees_what_is_held_out_or_said_by_simulated_callers(tmp_path: Path) -> None:
    texts = CompanyTexts.read(write_company(tmp_path))
    grammars = {language: grammar(language) for language in LANGUAGES}
    corpus = Corpus(grammars, ["今天天气真好"], texts.sentence, texts.forbidden())
    rng = random.Random(3)
    lines = [corpus.line(rng) for _ in range(1500)]
    assert not any(held_out(line.text) for line in lines)
    assert "查订单" not in {line.text for line in lines}
    assert {line.language for line in lines} == set(LANGUAGES)


def test_a_company_folder_is_read_by_language_and_role(tmp_path: Path) -> None:
    texts = CompanyTexts.read(write_company(tmp_path))
    assert Line("我部台灯几时到", "yue") in texts.callers
    assert Line("台灯啥子时候到", "cmn-sichuan") in texts.callers
    assert Line("几天发货", "cmn") in texts.callers
    assert Line("两日内出货", "yue") in texts.replies
    assert texts.products == ["台灯", "护眼灯", "灯", "耳机"]
    assert texts.said_by_callers == [Line("查订单", "cmn")]


def test_held_out_voices_are_no_training_voices_and_added_characters_are_distinct() -> None:
    assert not set(HELD_OUT) & set(TRAINING)
    assert len(set(added_characters())) == len(added_characters())
