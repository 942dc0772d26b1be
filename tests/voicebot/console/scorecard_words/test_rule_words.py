"""Whatever a scorecard looks for is said in both languages, and two different things are never said alike."""

from collections.abc import Callable, Mapping
from datetime import UTC
from itertools import combinations
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voicebot.qa.test_expressions import EXPRESSIONS
from voicebot.company import load_company
from voicebot.console.names import Names
from voicebot.console.scorecard_words.condition_words import ConditionWords, patterns
from voicebot.console.scorecard_words.rule_words import RuleWords
from voicebot.console.texts import LANGUAGES, TextLanguage, texts
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.scorecard.conditions import KINDS, AnyCondition, EntityKind, Speaker
from voicebot.qa.scorecard.expressions import Expression, parse
from voicebot.qa.scorecard.files import load_scorecards, parse_scorecard
from voicebot.qa.scorecard.model import PhraseList, Scorecard

COMPANY = load_company(SAMPLE_COMPANY)
LISTS = {"thanks": PhraseList(says=("谢谢", "多谢", "感谢", "唔该"))}

NUMBERS = st.integers(1, 30)
SHARES = st.integers(0, 100).map(lambda percent: percent / 100)
SECONDS = st.integers(0, 600).map(lambda tenths: tenths / 10)
PHRASES = st.lists(st.sampled_from(["您好", "再见", "不好意思", "稍等一下", "谢谢您啊"]), min_size=1, unique=True)
SIDES = st.sampled_from(["caller", "ours"])
WINDOWS = st.builds(
    "{} {} {}".format, st.sampled_from(["first", "last"]), NUMBERS, st.sampled_from(["turns", "sentences", "s"])
)


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "by": st.sampled_from(get_args(Speaker)),
    "where": WINDOWS,
    "times": NUMBERS,
    "count_negated": st.booleans(),
    "count_quoted": st.booleans(),
    "phrases": PHRASES,
    "lists": some("thanks", "forbidden"),
    "unless": PHRASES,
    "need": st.sampled_from(["any", "all"]) | NUMBERS,
    "sounds_alike": st.booleans(),
    "pattern": st.sampled_from(["骂(你|您)", "录音.{0,8}电话", "[^a]", "后四位"]),
    "samples": PHRASES.map(lambda phrases: [f"请问{phrase}可以吗" for phrase in phrases]),
    "likeness": SHARES,
    "questions_only": st.booleans(),
    "entities": some(*get_args(EntityKind)),
    "emotions": some("calm", "annoyed", "angry"),
    "course": st.sampled_from(["better", "worse"]),
    "timed": st.booleans(),
    "standing": st.sampled_from(["kept", "broken", "open"]),
    "share": SHARES,
    "in_order": st.booleans(),
    "longer_than_s": SECONDS,
    "total_s": SECONDS,
    "above": st.integers(1, 600),
    "below": st.integers(1, 600),
    "problems": some("too_quiet", "too_loud", "clipped", "silent"),
    "kinds": some("bot", "human"),
    "intents": some("order_status", "invoice", "complaint"),
    "outcomes": some("resolved", "abandoned", "callback"),
    "known_caller": st.booleans(),
    "has_procedure": st.booleans(),
}
"""A value of every field that a condition may have."""
OF_KIND = {
    ("interruption", "by"): SIDES,
    ("speed", "by"): SIDES,
    ("sound", "by"): SIDES,
    ("pattern", "unless"): st.sampled_from(["不骂(你|您)", "没有录音"]),
}
NEEDED = {"words": ("phrases",), "speed": ("above",)}
"""Fields of which one is needed though each has a default."""


def fields_of(kind: str) -> dict[str, st.SearchStrategy[Any]]:
    named = set(KINDS[kind].model_fields) - {"find", "title"}
    return {name: OF_KIND.get((kind, name), FIELDS[name]) for name in named}


@st.composite
def conditions(draw: st.DrawFn, kind: str) -> AnyCondition:
    """Any condition of a kind, with some of its fields left to their defaults."""
    made = fields_of(kind)
    needed = {name for name, field in KINDS[kind].model_fields.items() if field.is_required()} - {"find"}
    needed |= set(NEEDED.get(kind, ()))
    given_fields = {name for name in sorted(made) if name in needed or draw(st.booleans())}
    return KINDS[kind].model_validate({"find": kind, **{name: draw(made[name]) for name in sorted(given_fields)}})


def names_in(language: TextLanguage) -> Names:
    return Names(texts(language), COMPANY, UTC)


def sayer(language: TextLanguage) -> Callable[[AnyCondition], tuple[str, Mapping[str, str]]]:
    """Says a condition, with what stands beside its sentence."""
    say = ConditionWords(texts(language), LISTS, names_in(language).intent)
    return lambda condition: (say(condition), patterns(condition))


def words_in(language: TextLanguage, card: Scorecard) -> RuleWords:
    return RuleWords(texts(language), names_in(language), card)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_two_conditions_of_a_kind_are_said_alike_only_if_they_are_alike(
    kind: str, language: TextLanguage, data: st.DataObject
) -> None:
    say = sayer(language)
    one, other = data.draw(conditions(kind)), data.draw(conditions(kind))
    assert (say(one) == say(other)) == (one == other)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_each_field_of_a_condition_is_in_its_sentence(kind: str, language: TextLanguage, data: st.DataObject) -> None:
    say = sayer(language)
    condition = data.draw(conditions(kind))
    name = data.draw(st.sampled_from(sorted(fields_of(kind))))
    changed = {**condition.model_dump(exclude_unset=True), name: data.draw(fields_of(kind)[name])}
    if isinstance(changed.get("where"), str) and name != "where":
        changed["where"] = condition.where  # type: ignore[union-attr]
    other = KINDS[kind].model_validate(changed)
    assert (say(condition) == say(other)) == (condition == other)


CARD = """title = "小评分表"
version = "1"
[dimensions.norm]
title = "规范"
[conditions.greets]
title = "问候"
find = "words"
phrases = ["您好"]
[conditions.swears]
title = "问候"
find = "words"
phrases = ["滚"]
[conditions.card_asked]
find = "entity"
entities = ["bank_card"]
[conditions.notice]
title = "告知录音"
find = "pattern"
pattern = "录音"
[conditions.x1]
title = "人工电话"
find = "call"
kinds = ["human"]
[[items]]
name = "all"
dimension = "norm"
title = "全部"
weight = 1
requires = "greets or swears or card_asked or notice or x1"
"""


@pytest.mark.parametrize("language", LANGUAGES)
@given(one=EXPRESSIONS, other=EXPRESSIONS)
def test_two_expressions_are_said_alike_only_if_they_are_alike(
    language: TextLanguage, one: Expression, other: Expression
) -> None:
    words = words_in(language, parse_scorecard(CARD, "small"))
    assert (words.rule(one) == words.rule(other)) == (one == other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_conditions_and_no_two_rules_of_the_packaged_scorecards_are_said_alike(language: TextLanguage) -> None:
    for card in load_scorecards(SAMPLE_COMPANY):
        words, called = words_in(language, card), names_in(language)
        say = ConditionWords(texts(language), card.phrases, called.intent)
        untitled = {name: each.model_copy(update={"title": ""}) for name, each in card.conditions.items()}
        for one, other in combinations(untitled.values(), 2):
            assert one == other or say(one) != say(other)
        rules = {rule for item in card.items for rule in item.rules.values()}
        assert len({words.rule(rule) for rule in rules}) == len(rules)
        told = [(words.decided_by(item), *words.counts(item)) for item in card.items]
        assert len(set(told)) == len(told)


def test_a_list_of_phrases_is_said_by_its_title() -> None:
    named = {"thanks": PhraseList(says=("谢谢",), title="感谢"), "sorry": PhraseList(says=("抱歉",))}
    say = ConditionWords(texts("zh"), named, names_in("zh").intent)
    said = say(KINDS["words"].model_validate({"find": "words", "lists": ["thanks", "sorry"]}))
    assert "词表“感谢”（“谢谢”等" in said and "词表“sorry”" in said


def test_rules_of_the_sample_read_as_sentences() -> None:
    (card,) = load_scorecards(SAMPLE_COMPANY)
    chinese, english = words_in("zh", card), words_in("en", card)
    silence = card.item("silence")
    verified = card.item("identity_verified")
    assert silence and verified
    assert chinese.decided_by(silence) == "出现即不通过：“沉默超过八秒”之前 10 秒内没有“先请客户等待”"
    assert english.decided_by(silence) == 'Fails with "long silence" without "hold announced" within 10 s before it'
    assert list(chinese.counts(verified)) == ["这时不评：“来电号码是客户本人”，并且不是“人工电话”"]
    assert chinese.conditions(silence)["沉默超过八秒"] == "双方都不说话，每次超过 8 秒（等待除外）。"
    assert english.conditions(silence)["long silence"] == "Nobody speaks for more than 8 s at a time, outside holds."


def test_what_could_be_read_in_two_ways_is_enclosed_and_titles_that_are_there_twice_are_told_apart() -> None:
    words = words_in("zh", parse_scorecard(CARD, "small"))
    assert words.rule(parse("greets and (swears or not notice)")) == (
        "“问候（greets）”，并且（“问候（swears）”，或者没有“告知录音”）"
    )


def test_a_regular_expression_is_said_by_examples_and_given_whole_beside_them() -> None:
    (card,) = load_scorecards(SAMPLE_COMPANY)
    notice = card.item("recording_notice")
    assert notice
    words = words_in("zh", card)
    assert words.conditions(notice) == {
        "告知录音": "机器人或客服在开头 4 轮里说到这一类话：“通话…录音”、“录音…通话”、“会录音”、“录下来”。"
    }
    rule, pattern = words.written(notice)
    assert rule == "requires = recording_notice" and pattern.startswith("recording_notice.pattern = (通话|电话")
