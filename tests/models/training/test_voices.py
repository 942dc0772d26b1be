"""Invariant: every invented voice is one that espeak-ng takes and speaks with, and no two sound the same."""

import random
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree

import numpy as np

from models import espeak
from models.training.voices import HELD_OUT, TRAINING, invent


def _sentence_by_each(folder: Path, voices: tuple[str, ...]) -> list[bytes]:
    espeak.use_data(folder)
    return [espeak.Espeak().synthesize("您好", f"cmn+{voice}").tobytes() for voice in voices]


def test_invented_voices_speak_each_in_its_own_way(tmp_path: Path) -> None:
    copytree(espeak.data_folder(), tmp_path, dirs_exist_ok=True)
    names = invent(tmp_path, 8, random.Random(3))[:8]
    with get_context("spawn").Pool(1) as pool:  # espeak-ng takes its data folder once a process
        sounds = pool.apply(_sentence_by_each, (tmp_path, names))
    assert len(set(sounds)) == 8
    assert all(np.abs(np.frombuffer(sound, np.int16)).max() > 1000 for sound in sounds)


def test_voices_to_learn_from_are_invented_and_own_but_never_held_out(tmp_path: Path) -> None:
    (tmp_path / "voices" / "!v").mkdir(parents=True)
    voices = invent(tmp_path, 10, random.Random(1))
    assert voices[:10] == tuple(f"invented{number}" for number in range(10))
    assert set(voices[10:]) <= set(TRAINING)
    assert not set(voices) & set(HELD_OUT)
