"""What a condition finds is what was meant by whom it was meant of, at the place where it was to be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voicebot.qa.talks import a_call
from voicebot.qa.material import CallMaterial, CallMeasures, Interruption, SideMeasures, Span
from voicebot.qa.rules.evaluation import evaluate
from voicebot.qa.rules.hits import UNKNOWN, Finding
from voicebot.qa.rules.language import is_negated, is_quoted
from voicebot.qa.rules.phrase_index import PhraseIndex
from voicebot.qa.rules.searches import Findings, Searches
from voicebot.qa.rules.sounds import sound
from voicebot.qa.rules.talk import Talk, plain
from voicebot.qa.scorecard.conditions import KINDS
from voicebot.qa.scorecard.expressions import parse
from voicebot.qa.scorecard.model import Scorecard


def look(call: CallMaterial, expression: str = "it", **conditions: dict[str, object]) -> Finding:
    """What `expression` comes to, with conditions as they would stand in a scorecard."""
    read = {name: KINDS[str(given["find"])].model_validate(given) for name, given in conditions.items()}
    card = Scorecard(
        name="test",
        title="测试",
        version="1",
        dimensions={"norm": {"title": "规范"}},  # type: ignore[dict-item]
        conditions=read,
        items=({"name": "it", "dimension": "norm", "title": "x", "weight": 1, "requires": "it"},),  # type: ignore[arg-type]
    )
    talk = Talk(call)
    return evaluate(parse(expression), Findings(Searches(card), talk).of, talk)


def words(*phrases: str, **more: object) -> dict[str, object]:
    return {"find": "words", "phrases": phrases, **more}


# Negation and quoted speech


@pytest.mark.parametrize(
    "text",
    ["我不会骂你", "我没有骂你", "我再也不会骂你了", "没人骂你", "禁止骂你", "我绝对不会去骂你的"],
)
def test_what_is_denied_is_not_said(text: str) -> None:
    assert is_negated(text, text.index("骂你"))


@pytest.mark.parametrize(
    "text",
    [
        "我就骂你",
        "不好意思，我骂你",
        "是不是要我骂你",
        "有没有骂你",
        "我不能不骂你",
        "难道不骂你吗",
        "怎么不行，骂你怎么了",
    ],
)
def test_a_negation_elsewhere_denies_nothing(text: str) -> None:
    assert not is_negated(text, text.index("骂你"))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("您刚才说我是骗子", True),
        ("客户骂我们“骗子”", True),
        ("他一直说你们都是骗子", True),
        ("您投诉快递员骂您骗子", True),
        ("我跟你说骗子", False),
        ("你说什么骗子", False),
        ("你就是个骗子", False),
        ("“您好”，你这骗子", False),
    ],
)
def test_what_others_said_is_told_from_what_is_said(text: str, quoted: bool) -> None:
    start = text.index("骗子")
    assert is_quoted(text, start, start + 2) == quoted


def test_abuse_that_is_denied_or_quoted_is_none() -> None:
    abuse = words("骂你", "骗子")
    assert not look(a_call("C 喂", "A 我不会骂你，您刚才说我是骗子"), it=abuse).holds
    assert look(a_call("C 喂", "A 我不会骂你，可是你这个骗子"), it=abuse).holds
    assert look(a_call("C 喂", "A 我不会骂你"), it={**abuse, "count_negated": True}).holds


# Words


def test_who_says_it_and_where_decides() -> None:
    call = a_call("A 您好", "C 您好", "A 请讲", "C 我要退货", "A 再见您好")
    assert look(call, it=words("您好", times=2)).holds
    assert not look(call, it=words("您好", times=3)).holds
    assert look(call, it=words("您好", times=3, by="anyone")).holds
    assert not look(call, it=words("请讲", where="first 1 turn")).holds
    assert look(call, it=words("再见", where="last 1 turns")).holds
    assert look(call, it=words("退货", by="caller")).holds
    assert not look(call, it=words("退货")).holds


def test_in_a_human_call_the_agent_answers_for_it_not_the_assistant() -> None:
    call = a_call("B 您好，本次通话会录音", "C 转人工", "A 喂什么事")
    assert not look(call, it=words("您好")).holds
    assert look(call, it=words("录音", by="company")).holds


def test_sentences_and_seconds_of_a_speaker() -> None:
    call = a_call("0 A 您好。这里是云杉优选。请讲。", "10 C 查快递", "40 A 好的。感谢来电。再见。")
    assert look(call, it=words("云杉", where="first 2 sentences")).holds
    assert not look(call, it=words("请讲", where="first 2 sentences")).holds
    assert look(call, it=words("再见", where="last 1 sentence")).holds
    assert look(call, it=words("再见", where="last 1 s")).holds
    assert not look(call, it=words("云杉", where="last 10 s")).holds


def test_any_all_or_some_of_the_words() -> None:
    call = a_call("C 喂", "A 请说姓名和地址")
    assert not look(call, it=words("姓名", "地址", "电话", need="all")).holds
    assert look(call, it=words("姓名", "地址", "电话", need=2)).holds
    assert look(call, it=words("姓名", "地址", need="all")).holds


def test_a_harmless_longer_phrase_is_none() -> None:
    assert not look(a_call("C 喂", "A 这是傻瓜相机"), it=words("傻瓜", unless=["傻瓜相机"])).holds
    assert look(a_call("C 喂", "A 傻瓜相机是傻瓜用的"), it=words("傻瓜", unless=["傻瓜相机"])).holds


def test_what_a_recogniser_writes_for_the_same_sound_is_found_with_less_confidence() -> None:
    alike = words("请您稍等", sounds_alike=True)
    exact = look(a_call("C 喂", "A 请您稍等"), it=alike)
    same = look(a_call("C 喂", "A 请宁烧灯"), it=alike)
    near = look(a_call("C 喂", "A 请您烧饼"), it=alike)
    assert exact.degree > same.degree > near.degree > UNKNOWN
    assert not look(a_call("C 喂", "A 请您上车"), it=alike).holds
    assert not look(a_call("C 喂", "A 请宁烧灯"), it=words("请您稍等")).holds


def test_badly_recognised_words_prove_less() -> None:
    call = a_call("C 喂", "A 您好")
    unclear = replace(call, turns=(call.turns[0], replace(call.turns[1], asr_confidence=0.2)))
    assert look(call, it=words("您好")).degree == 1.0
    assert look(unclear, it=words("您好")).degree == pytest.approx(0.6)
    assert look(unclear, it=words("再见")).degree == pytest.approx(0.4)


PHRASES = st.lists(st.text(alphabet="请您稍等一下好AB", min_size=1, max_size=5), min_size=1, max_size=8, unique=True)
LINES = st.lists(st.text(alphabet="请您稍等一下好Ab，。", min_size=1, max_size=20), min_size=1, max_size=5)


@given(PHRASES, LINES)
def test_the_one_pass_finds_what_looking_for_each_phrase_finds(phrases: list[str], lines: list[str]) -> None:
    talk = Talk(a_call(*(f"A {line}" for line in lines)))
    occurrences = PhraseIndex(phrases, phrases).find(talk)
    for phrase in phrases:
        exact = {(each.turn, each.start) for each in occurrences.get(phrase, ()) if each.likeness == 1.0}
        wanted = plain(phrase)
        places = {
            (turn, start)
            for turn, text in enumerate(talk.texts)
            for start in range(len(text))
            if text.startswith(wanted, start)
        }
        assert exact == places
        for each in occurrences.get(phrase, ()):
            assert each.end - each.start == len(phrase) and each.end <= len(talk.texts[each.turn])


@given(st.text(max_size=50))
def test_plain_text_and_sound_are_as_long_as_the_text(text: str) -> None:
    assert len(plain(text)) == len(text) == len(sound(text))


# Patterns, samples, repetition


def test_a_pattern_stays_within_a_turn_and_may_be_excused() -> None:
    call = a_call("C 喂", "A 退款", "A 明天到", "A 退款明天到账")
    pattern = {"find": "pattern", "pattern": "退款.*?明天", "by": "agent"}
    assert [hit.turn for hit in look(call, it=pattern).hits] == [3]
    assert not look(call, it={**pattern, "unless": "明天到账"}).holds


def test_a_sentence_that_says_the_same_in_other_words_is_similar_and_its_opposite_is_not() -> None:
    sample = {"find": "similar", "samples": ["我马上帮您申请退款"]}
    assert look(a_call("C 喂", "A 那我马上就帮您申请退款吧"), it=sample).holds
    assert not look(a_call("C 喂", "A 我不能马上帮您申请退款"), it=sample).holds
    assert not look(a_call("C 喂", "A 您的快递明天到"), it=sample).holds


def test_the_same_question_three_times_is_a_repetition() -> None:
    call = a_call("A 请问订单号是多少？", "C 八个零", "A 请问您的订单号是多少？", "C 说过了", "A 订单号是多少呢？")
    assert len(look(call, it={"find": "repeated"}).hits) == 3
    assert not look(
        a_call("A 请问姓名？", "C 王", "A 请问地址是哪里？", "C 北京", "A 请问电话多少？"), it={"find": "repeated"}
    ).holds


def test_numbers_are_known_for_what_they_are() -> None:
    def has(kind: str, *lines: str) -> bool:
        return look(a_call(*lines), it={"find": "entity", "entities": [kind], "by": "anyone"}).holds

    assert has("bank_card", "C 四一一一一一一一一一一一一一一一", "A 好")
    assert has("bank_card", "C 4111111111111111", "A 好")
    assert not has("bank_card", "C 4111111111111112", "A 好")
    assert has("cvv", "A 请说一下安全码", "C 一二三")
    assert has("phone", "C 我的电话是13800138000", "A 好")
    assert has("order_number", "C 订单20241105", "A 好")
    assert has("amount", "A 退您三百块", "C 好")
    assert has("time", "A 明天到", "C 好")


@pytest.mark.parametrize(
    "condition",
    [
        words("AI助手"),
        {"find": "pattern", "pattern": "AI.?助手"},
        {"find": "similar", "samples": ["我是您的AI助手ABC"]},
    ],
    ids=["words", "pattern", "similar"],
)
@pytest.mark.parametrize("said", ["AI", "ai", "ＡＩ"])
def test_letters_are_the_same_however_they_are_written(condition: dict[str, object], said: str) -> None:
    assert look(a_call("C 喂", f"A 我是您的{said}助手ＡbＣ"), it=condition).holds


# Order and distance


def test_order_and_distance_between_hits() -> None:
    call = a_call("0 A 请稍等", "5 C 好", "60 A 让您久等了")
    asked, thanked = words("请稍等"), words("久等")
    assert look(call, "a before b", a=asked, b=thanked).holds
    assert not look(call, "b before a", a=asked, b=thanked).holds
    assert not look(call, "a before b within 30 s", a=asked, b=thanked).holds
    assert look(call, "a before b within 2 turns", a=asked, b=thanked).holds
    assert not look(call, "b not after a", a=asked, b=thanked).holds
    assert look(call, "b not after a within 1 turns", a=asked, b=thanked).holds


def test_a_silence_that_was_announced_is_none() -> None:
    call = a_call("0 A 请稍等", "20 C 喂", "21 A 在的")
    silent = {"find": "silence", "longer_than_s": 8}
    announced = replace(call, measures=CallMeasures(30_000, silences=(Span(1000, 20_000),)))
    unannounced = replace(call, measures=CallMeasures(60_000, silences=(Span(1000, 20_000), Span(40_000, 55_000))))
    rule = "silent not after asked within 10 s"
    assert not look(announced, rule, silent=silent, asked=words("请稍等")).holds
    (hit,) = look(unannounced, rule, silent=silent, asked=words("请稍等")).hits
    assert (hit.started_ms, hit.ended_ms) == (40_000, 55_000)


# Measures


def test_audio_conditions_need_measures() -> None:
    call = a_call("A 您好", "C 喂")
    fast = {"find": "speed", "above": 300}
    assert look(call, it=fast).degree == UNKNOWN
    measured = replace(
        call,
        measures=CallMeasures(
            60_000,
            ours=SideMeasures(talk_ms=9000, characters_per_minute=340, problems=("clipped",)),
            interruptions=(Interruption("ours", Span(1, 2)), Interruption("caller", Span(3, 4))),
            talk_over=(Span(0, 3000), Span(9000, 9100)),
            reply_latencies_ms=(500, 6000),
        ),
    )
    assert look(measured, it=fast).holds
    assert look(measured, it={"find": "interruption"}).holds
    assert not look(measured, it={"find": "interruption", "times": 2}).holds
    assert look(measured, it={"find": "talk_over", "total_s": 3}).holds
    assert not look(measured, it={"find": "talk_over", "total_s": 3.05}).holds
    assert look(measured, it={"find": "latency", "longer_than_s": 4}).holds
    assert look(measured, it={"find": "sound", "problems": ["clipped"]}).holds


# Logic


@given(st.lists(st.sampled_from([0.0, 0.2, UNKNOWN, 0.8, 1.0]), min_size=3, max_size=3))
@settings(max_examples=30)
def test_what_cannot_be_told_stays_so_unless_the_rest_decides(degrees: list[float]) -> None:
    a, b, c = degrees
    talk = Talk(a_call("A 您好"))
    known = {"a": Finding(a), "b": Finding(b), "c": Finding(c)}

    def degree(expression: str) -> float:
        return evaluate(parse(expression), known.__getitem__, talk).degree

    assert degree("a and b and c") == min(a, b, c)
    assert degree("a or b or c") == max(a, b, c)
    assert degree("not a") == 1 - a
    assert degree("not (a and b)") == degree("not a or not b")
