"""What callers and rooms do besides speaking is made anew each time, never silent and never over full scale."""

import numpy as np
import pytest

from models.training.voices import HELD_OUT
from voicebot.bench.turns.scenarios import Background, Condition, Half, Kind, Pause, Scenario, Sound, Words
from voicebot.bench.turns.script_files import NOISES
from voicebot.bench.turns.sounds import SOUNDS, make
from voicebot.bench.turns.voices import beds, say
from voicebot.dialogue.types import Expecting


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("seed", range(5))
def test_a_sound_has_its_peak_at_full_scale_and_lasts_no_longer_than_two_seconds(name: str, seed: int) -> None:
    sound = make(name, np.random.default_rng(seed))
    assert np.all(np.isfinite(sound))
    assert np.max(np.abs(sound)) == pytest.approx(1.0)
    assert 0 < sound.size <= 16_000


def test_every_background_has_one_level() -> None:
    made = beds(np.random.default_rng(1))
    assert made.keys() >= set(NOISES)
    assert all(bed.std() == pytest.approx(1.0, rel=1e-3) for bed in made.values())


def test_speech_is_at_its_level_and_its_times_are_those_of_the_words() -> None:
    condition = Condition(HELD_OUT[0], 170, 50, -20.0, "pcma", Background())
    turn = (Sound("cough"), Pause(500), Words("我要退货"), Pause(300), Words("鞋子太小了"), Pause(200), Sound("cough"))
    said = say(turn, Scenario("x", Kind.REQUEST, Half.TUNING, "cmn", Expecting.OPEN, 1000, 0, (turn,), condition))
    (first, second), size = said.speech, said.samples.size
    assert said.text == "我要退货鞋子太小了"
    assert second[0] - first[1] == pytest.approx(0.3)
    words = said.samples[int(first[0] * 8000) : int(first[1] * 8000)]
    assert 20 * np.log10(np.sqrt(np.mean(words**2))) == pytest.approx(-20, abs=2)
    assert first[0] > 0.5 and second[1] < size / 8000 - 0.2
