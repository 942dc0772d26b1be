"""Guards the measures: from hand-made intervals each means what its name says, and a human call is its agent's."""

from voicebot.qa.material import Interruption, ScoredTurn, Span
from voicebot.qa.measuring.ear import HeardSide
from voicebot.qa.measuring.measures import characters, measure
from voicebot.qa.measuring.recording import Heard


def spans(*seconds: tuple[float, float]) -> tuple[Span, ...]:
    return tuple(Span(round(start * 1000), round(end * 1000)) for start, end in seconds)


def heard(
    caller: tuple[Span, ...] = (),
    ours: tuple[Span, ...] = (),
    *,
    length_s: float = 60,
    levels: tuple[float | None, float | None] = (-26.0, -26.0),
    music: tuple[Span, ...] = (),
    clipped: float = 0.0,
) -> Heard:
    return Heard(round(length_s * 1000), HeardSide(caller, (), levels[0], clipped), HeardSide(ours, music, levels[1]))


def turn(role: str, text: str, start_s: float, end_s: float, seq: int = 0) -> ScoredTurn:
    return ScoredTurn(seq, role, text, round(start_s * 1000), round(end_s * 1000))  # type: ignore[arg-type]


def test_talk_silence_and_talk_over_are_what_was_heard() -> None:
    measures = measure(heard(spans((2, 6), (10, 12)), spans((0.5, 2.5), (8, 11))))
    assert (measures.caller.talk_ms, measures.ours.talk_ms) == (6000, 5000)
    assert measures.talk_over == spans((2, 2.5), (10, 11))
    assert measures.silences == spans((6, 8))  # not the half second before, nor what follows the last word


def test_who_takes_the_floor_interrupts() -> None:
    measures = measure(heard(spans((0, 5)), spans((4.2, 8))))
    assert measures.interruptions == (Interruption("ours", Span(4200, 5000)),)


def test_an_acknowledgement_interrupts_nobody() -> None:
    assert not measure(heard(spans((0, 5)), spans((2, 2.5)))).interruptions


def test_who_begins_at_the_same_time_interrupts_nobody() -> None:
    assert not measure(heard(spans((1.0, 3)), spans((1.1, 8)))).interruptions


def test_who_gives_way_again_has_not_interrupted() -> None:
    assert not measure(heard(spans((0, 5), (5.25, 9)), spans((4, 7)))).interruptions


def test_a_change_of_speakers_in_good_order_is_no_interruption() -> None:
    assert not measure(heard(spans((0, 5)), spans((4.85, 8)))).interruptions


def test_the_callers_interruption_is_the_callers() -> None:
    measures = measure(heard(spans((3, 6)), spans((0, 4))))
    assert [each.by for each in measures.interruptions] == ["caller"]


def test_latency_is_from_the_end_of_the_callers_utterance_with_its_pauses() -> None:
    measures = measure(heard(spans((1, 2), (2.5, 4), (8, 9)), spans((4.6, 7), (9.4, 11))))
    assert measures.reply_latencies_ms == (600, 400)


def test_a_reply_that_began_before_the_end_has_no_latency() -> None:
    assert measure(heard(spans((1, 4)), spans((3.9, 6), (6.5, 8)))).reply_latencies_ms == ()


def test_silence_after_an_announcement_is_a_hold_and_no_silence() -> None:
    call = heard(spans((0, 2), (14, 15)), spans((2.5, 4), (12, 13)))
    assert measure(call).silences == spans((4, 12), (13, 14))
    announced = measure(call, [turn("agent", "好的，请您稍等一下。", 2.5, 4.2)])
    assert announced.holds == spans((4, 12))
    assert announced.silences == spans((13, 14))
    assert announced.reply_latencies_ms == ()


def test_what_the_caller_tells_after_an_announcement_is_no_hold() -> None:
    call = heard(spans((4.5, 11)), spans((2.5, 4), (12, 13)))
    assert measure(call, [turn("agent", "好的，我帮您查一下。", 2.5, 4.2)]).holds == ()


def test_a_question_announces_no_hold() -> None:
    call = heard(spans((0, 2)), spans((2.5, 4), (12, 13)))
    assert measure(call, [turn("agent", "请问您的订单号是多少？", 2.5, 4.2)]).holds == ()


def test_music_on_our_side_is_a_hold() -> None:
    call = heard(spans((0, 2)), spans((2.5, 4), (40, 42)), music=spans((5, 39)))
    measures = measure(call)
    assert measures.holds == spans((5, 39))
    assert measures.silences == spans((4, 5), (39, 40))


def test_what_the_recording_does_not_hold_is_no_silence_no_hold_and_no_wait() -> None:
    call = heard(spans((0, 2), (20, 22)), spans((2.5, 4), (12, 13), (30, 31)))
    told = [turn("assistant", "好的，请您稍等一下。", 2.5, 4.2)]
    measures = measure(call, told, unrecorded=spans((4, 14), (21.5, 28)))
    assert measures.holds == ()
    assert measure(call, told).reply_latencies_ms == (500, 8000)
    assert measures.silences == spans((14, 20), (28, 30))
    assert measures.reply_latencies_ms == (500,)


def test_speed_counts_characters_digits_and_foreign_words() -> None:
    assert characters("您好，VIP 客户 2024！") == 2 + 1 + 2 + 4
    call = heard(spans((0, 6)), spans((10, 16)))
    measures = measure(call, [turn("assistant", "一二三四五六七八九十", 10, 16), turn("caller", "十五个字", 0, 6, 1)])
    assert measures.ours.characters_per_minute == 100
    assert measures.caller.characters_per_minute == 40


def test_too_little_speech_tells_no_speed() -> None:
    assert measure(heard(spans((0, 1))), [turn("caller", "是的是的是的", 0, 1)]).caller.characters_per_minute is None


def test_a_human_call_is_measured_for_its_agent() -> None:
    """The assistant talked over the caller and was slow; the agent did neither, and spoke at half the speed."""
    call = heard(spans((0, 5), (20, 22), (31, 33)), spans((4, 8), (26, 30), (33.5, 39.5)), length_s=60)
    turns = [turn("assistant", "字" * 100, 4, 8), turn("agent", "字" * 20, 30.9, 39.5, 1)]
    measures = measure(call, turns)
    assert measures.interruptions == ()
    assert measures.reply_latencies_ms == (500,)
    assert measures.silences == ()
    assert measures.ours.characters_per_minute == 200
    assert measures.ours.talk_ms == 14_000


def test_levels_become_problems() -> None:
    both = spans((0, 10)), spans((10, 20))
    assert measure(heard(*both)).caller.problems == ()
    assert measure(heard(*both, levels=(-45.0, -40.0))).caller.problems == ("too_quiet",)
    assert measure(heard(*both, levels=(-35.0, -15.0))).caller.problems == ("too_quiet",)  # 20 dB under the other
    assert measure(heard(*both, levels=(-8.0, -20.0), clipped=0.01)).caller.problems == ("too_loud", "clipped")


def test_a_side_that_is_never_heard_while_the_other_speaks_is_one_way_audio() -> None:
    measures = measure(heard((), spans((0, 4), (6, 9)), levels=(None, -26.0)))
    assert measures.one_way == "caller"
    assert measures.caller.problems == ("silent",)
    assert measure(heard((), spans((0, 2)), levels=(None, -26.0))).one_way is None


def test_an_empty_recording_is_measured_and_blames_nobody() -> None:
    measures = measure(heard(length_s=0, levels=(None, None)))
    assert (measures.length_ms, measures.one_way, measures.silences, measures.talk_over) == (0, None, (), ())


def test_a_transcript_of_another_clock_measures_nothing_wrong() -> None:
    """Turns lie an hour after the recording: no hold is invented, and the agent's part is empty."""
    call = heard(spans((0, 5)), spans((4, 8), (15, 20)))
    measures = measure(call, [turn("agent", "请稍等", 3600, 3602)])
    assert measures.holds == ()
    assert measures.ours.characters_per_minute is None
