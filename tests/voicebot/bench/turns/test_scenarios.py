"""The scripted calls are well-formed, many, of every kind in both halves, and the same on every day and machine."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.voices import HELD_OUT
from voicebot.bench.turns.judging import LISTENING, SHORT_ANSWERS, TURNS
from voicebot.bench.turns.scenarios import Half, Kind, Pause, Scenario, Sound, Words, backgrounds, halves
from voicebot.bench.turns.script_files import NOISES, load
from voicebot.bench.turns.sounds import SOUNDS


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return load()


def test_there_are_at_least_200_turns_of_at_least_200_scenarios(scenarios: list[Scenario]) -> None:
    assert len(scenarios) >= 200
    assert len({(scenario.kind, scenario.id) for scenario in scenarios}) == len(scenarios)


def test_every_kind_is_judged_in_one_way() -> None:
    assert set(Kind) == TURNS | SHORT_ANSWERS | LISTENING
    assert len(TURNS) + len(SHORT_ANSWERS) + len(LISTENING) == len(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_both_halves_have_the_same_share_of_every_kind(scenarios: list[Scenario], kind: Kind) -> None:
    of_kind = [scenario.half for scenario in scenarios if scenario.kind is kind]
    assert abs(of_kind.count(Half.TUNING) - of_kind.count(Half.HELD_OUT)) <= len(of_kind) / 10


def test_both_halves_have_the_same_backgrounds_but_for_an_odd_one(scenarios: list[Scenario]) -> None:
    counts = {
        half: [str(s.condition.background) for s in scenarios if s.half is half and s.kind is not Kind.NOISE]
        for half in Half
    }
    for name in {*counts[Half.TUNING], *counts[Half.HELD_OUT]}:
        assert abs(counts[Half.TUNING].count(name) - counts[Half.HELD_OUT].count(name)) <= 2


def test_all_takes_of_an_entry_are_in_one_half(scenarios: list[Scenario]) -> None:
    entries = {(s.kind, s.id.split(".")[0], s.half) for s in scenarios}
    assert len(entries) == len({(kind, entry) for kind, entry, _ in entries})


def test_a_second_reading_gives_the_same_scenarios(scenarios: list[Scenario]) -> None:
    assert load() == scenarios


@given(st.lists(st.text(min_size=1), unique=True), st.text(min_size=1))
def test_what_is_added_at_the_end_changes_no_other_half(ids: list[str], added: str) -> None:
    assert halves([*ids, added])[: len(ids)] == halves(ids)


@given(st.lists(st.text(min_size=1), unique=True))
def test_halves_differ_in_size_by_one_at_most(ids: list[str]) -> None:
    found = halves(ids)
    assert abs(found.count(Half.TUNING) - found.count(Half.HELD_OUT)) <= 1


def test_a_third_of_the_backgrounds_is_clean_and_every_noise_comes_at_both_levels() -> None:
    found = [str(background) for background in backgrounds(NOISES)]
    assert found.count("clean") == len(NOISES)
    assert set(found) == {"clean"} | {f"{noise} {snr} dB" for noise in NOISES for snr in (10, 20)}


def test_pieces_are_words_in_chinese_pauses_of_a_turn_and_known_sounds(scenarios: list[Scenario]) -> None:
    for piece in (piece for scenario in scenarios for turn in scenario.turns for piece in turn):
        match piece:
            case Words(text):
                assert re.fullmatch(r"[\u4e00-\u9fff]+", text), text
            case Pause(ms):
                assert 50 <= ms <= 1200
            case Sound(name):
                assert name in SOUNDS
            case _:
                pytest.fail(f"{piece} is not data of the package")


def test_where_a_turn_is_awaited_there_are_words_and_no_pause_ends_it(scenarios: list[Scenario]) -> None:
    for scenario in scenarios:
        for turn in scenario.turns:
            assert not (turn and isinstance(turn[-1], Pause))
            if scenario.kind not in LISTENING:
                assert any(isinstance(piece, Words) for piece in turn)


def test_callers_begin_where_their_kind_says(scenarios: list[Scenario]) -> None:
    for scenario in scenarios:
        if scenario.kind is Kind.EARLY_ANSWER:
            assert -300 < scenario.start_ms < 0
        elif scenario.kind in LISTENING or scenario.kind is Kind.BARGE_IN:
            assert -scenario.prompt_ms < scenario.start_ms <= -2000
        else:
            assert scenario.start_ms > 0


def test_no_voice_is_one_that_recognition_was_trained_on(scenarios: list[Scenario]) -> None:
    assert {scenario.condition.voice for scenario in scenarios} <= set(HELD_OUT)
