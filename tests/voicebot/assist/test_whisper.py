"""A whisper tells the agent what matters most within eight seconds, and leaves out the least important first."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tts import EspeakEngine, speak
from tests.voicebot.assist.calls import NOW, SICHUAN, caller_turn, packet, run_of, stage
from voicebot.assist.packet import (
    CallerProfile,
    DialectFinding,
    HandoverPacket,
    Hop,
    Mood,
    PromiseGiven,
    SettledMatter,
    Wish,
)
from voicebot.assist.promises import promise_words
from voicebot.assist.whisper import LONGEST_S, whisper, whisper_wording
from voicebot.company import Company
from voicebot.dialogue.types import KnownCaller


def said(made: HandoverPacket) -> str:
    return whisper(made, whisper_wording()).text


def seconds_spoken(text: str) -> float:
    """Of the bundled voice."""
    return sum(piece.size for piece in speak(EspeakEngine(), text, language="cmn")) / 8_000


def test_who_where_from_which_dialect_what_for_what_was_settled_and_the_mood(shop: Company) -> None:
    assert said(packet(shop)) == "王女士，说四川话，想投诉，运动鞋质量问题，答应处理投诉，很生气。"


def test_a_short_call_is_told_in_full(shop: Company) -> None:
    made = packet(shop, stage(shop, [caller_turn(0, "开发票", "invoice")], [run_of(shop, "invoice", order="20240538")]))
    assert said(made) == "成都金卡客户王女士，说四川话，想开发票，运动鞋。"


def test_numbers_and_times_are_read_as_people_say_them(shop: Company) -> None:
    made = replace(
        packet(shop, stage(shop, [caller_turn(0, "开发票", "invoice")], [run_of(shop, "invoice", order="20249999")])),
        promises=(PromiseGiven("assistant", "callback", "回电", NOW.replace(hour=18)),),
        caller=CallerProfile("+8613900001111", called="王女士"),
        dialect=None,
    )
    heard = whisper(made, whisper_wording())
    assert heard.text == "王女士，想开发票，尾号9999的订单，答应今天18:00前回电。"
    assert heard.spoken == "王女士，想开发票，尾号九九九九的订单，答应今天下午六点前回电。"


def test_of_a_stranger_only_the_place_is_told(shop: Company) -> None:
    made = packet(shop, stage(shop), caller=KnownCaller("+8613900001111"), dialect=None)
    assert said(made) == "成都新客户，没说清来意。"


@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        (SICHUAN, "说四川话"),
        (replace(SICHUAN, probability=0.6), "可能说四川话"),
        (replace(SICHUAN, probability=0.2), ""),
        (replace(SICHUAN, probability=0.2, requested=True), "要求说四川话"),
        (DialectFinding("cmn", "普通话", 0.99), ""),
        (DialectFinding("cmn", "普通话", 0.5, requested=True), "要求说普通话"),
    ],
)
def test_a_dialect_is_told_as_surely_as_it_is_known(shop: Company, dialect: DialectFinding, told: str) -> None:
    made = packet(shop, stage(shop), dialect=dialect)
    assert ("说" in said(made).replace("没说", "")) == bool(told)
    assert told in said(made)


def test_a_caller_who_has_calmed_down_is_told_apart_from_one_who_was_never_angry(shop: Company) -> None:
    calm = replace(packet(shop), moods=(Mood(0, "calm"),), promises=())
    calmed = replace(calm, moods=(Mood(0, "angry"), Mood(9, "calm")))
    assert "生气" not in said(calm)
    assert "刚才很生气" in said(calmed)


def test_a_transfer_between_agents_names_who_passed_the_caller_on(shop: Company) -> None:
    made = replace(packet(shop, stage(shop)), hops=(Hop(NOW, "assistant"), Hop(NOW, "liu", "刘洋", "chen", "warm")))
    assert said(made).startswith("刘洋转来，")


def test_the_matter_stays_when_hardly_anything_can_be_said(shop: Company) -> None:
    heard = whisper(packet(shop), whisper_wording(), longest_s=2.0)
    assert heard.text == "想投诉。"
    assert set(heard.left_out) == {"who", "dialect", "settled", "mood"}


def test_a_slower_voice_gets_less_to_say(shop: Company) -> None:
    quick, slow = (whisper(packet(shop), whisper_wording(), pace=pace) for pace in (1.0, 1.6))
    assert len(slow.text) < len(quick.text)
    assert slow.seconds <= LONGEST_S


@pytest.mark.parametrize("called", ["王女士", "欧阳先生"])
@pytest.mark.parametrize("wishes", [1, 2, 3])
def test_the_bundled_voice_says_it_within_eight_seconds(shop: Company, called: str, wishes: int) -> None:
    full = packet(shop)
    made = replace(full, caller=replace(full.caller, called=called, level="vip"), wishes=full.wishes[:wishes])
    assert 3.0 < seconds_spoken(said(made)) < LONGEST_S


words = st.text(max_size=30) | st.sampled_from(["欧阳先生", "乌鲁木齐", "2024110538", "{called}", "退货退款" * 6])


@settings(deadline=None)
@given(called=words, city=words, title=words, settled=words, moods=st.lists(st.sampled_from(["calm", "angry"])))
def test_whatever_a_packet_holds_the_whisper_is_short_enough(
    called: str, city: str, title: str, settled: str, moods: list[str]
) -> None:
    made = HandoverPacket(
        "call", NOW, CallerProfile("+86", "", called, "vip", city=city), SICHUAN,
        wishes=(Wish("x", title), Wish("y", title[:3])),
        settled=(SettledMatter(settled, "done", settled),),
        moods=tuple(Mood(0, "angry" if mood == "angry" else "calm") for mood in moods),
    )  # fmt: skip
    heard = whisper(made, whisper_wording())
    assert heard.seconds <= LONGEST_S
    assert "{" not in heard.text


def test_every_kind_of_promise_can_be_whispered() -> None:
    assert {kind.task for kind in promise_words().kind} <= set(whisper_wording().promises)
