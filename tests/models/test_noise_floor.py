"""What is as loud as ever is background, whatever it sounds like; who speaks over it stands out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.noise_floor import FloorConfig, NoiseFloor

RATE = 8_000
FRAME = 160


def heard(floor: NoiseFloor, sound: NDArray[np.float64]) -> list[float]:
    frames = sound.astype(np.int16)[: sound.size // FRAME * FRAME].reshape(-1, FRAME)
    return [floor.prominence_db(frame) for frame in frames]


def noise(seconds: float, rms: float) -> NDArray[np.float64]:
    return np.random.default_rng(1).standard_normal(int(seconds * RATE)) * rms


def test_steady_noise_does_not_stand_out_from_itself() -> None:
    assert max(heard(NoiseFloor(FloorConfig(), RATE), noise(5, 300))[50:]) < FloorConfig().margin_db


def test_a_voice_above_the_noise_stands_out_by_as_much_as_it_is_louder() -> None:
    floor = NoiseFloor(FloorConfig(), RATE)
    heard(floor, noise(3, 300))
    assert heard(floor, noise(0.5, 3000))[-1] == pytest.approx(20, abs=2.5)


def test_the_end_of_a_voice_over_noise_is_known_within_its_window() -> None:
    config = FloorConfig()
    floor = NoiseFloor(config, RATE)
    heard(floor, noise(3, 300))
    heard(floor, noise(2, 3000))
    after = heard(floor, noise(1, 300))
    frames = round(config.window_s * RATE / FRAME)
    assert max(after[frames + 1 :]) < config.margin_db


def test_noise_that_grows_becomes_the_background_within_its_memory() -> None:
    config = FloorConfig()
    floor = NoiseFloor(config, RATE)
    heard(floor, noise(3, 30))
    later = heard(floor, noise(config.memory_s + 1, 3000))
    assert later[0] > config.margin_db
    assert max(later[-25:]) < config.margin_db


def test_hum_below_the_telephone_band_masks_no_voice() -> None:
    floor = NoiseFloor(FloorConfig(), RATE)
    hum = 3000 * np.sin(2 * np.pi * 50 * np.arange(4 * RATE) / RATE)
    voice = 1000 * np.sin(2 * np.pi * 800 * np.arange(RATE) / RATE)
    heard(floor, hum)
    assert heard(floor, hum[:RATE] + voice)[-1] > FloorConfig().clear_db


@given(st.lists(st.integers(0, 32_000), max_size=200))
def test_nothing_is_ever_quieter_than_the_floor_by_more_than_its_smoothing(levels: list[int]) -> None:
    floor = NoiseFloor(FloorConfig(), RATE)
    for level in levels:
        floor.prominence_db(np.full(FRAME, level, np.int16) * np.resize([1, -1], FRAME).astype(np.int16))
        assert -90.0 <= floor.floor_db <= 6.0


def test_a_sudden_sound_stands_out_sooner_than_the_level_of_now_tells() -> None:
    floor = NoiseFloor(FloorConfig(), RATE)
    heard(floor, noise(3, 300))
    (slow,) = heard(floor, noise(0.02, 3000))
    assert floor.sudden_db > slow + 2
