"""Scripted calls: what the caller says and when, over which prompt, in which voice and noise; and their two halves."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from models.training.channel import Codec
from models.training.voices import HELD_OUT
from voicebot.dialogue.types import Expecting


class Kind(StrEnum):
    """What is tried; also the name of the data file."""

    REQUEST = "request"
    HESITATION = "hesitation"
    DICTATION = "dictation"
    ADDRESS = "address"
    DESCRIPTION = "description"
    SHORT_ANSWER = "short_answer"
    EARLY_ANSWER = "early_answer"
    BARGE_IN = "barge_in"
    ACKNOWLEDGEMENT = "acknowledgement"
    COUGH = "cough"
    NOISE = "noise"


class Half(StrEnum):
    """Which half a scenario belongs to. Nobody tunes on the held-out one."""

    TUNING = "tuning"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Words:
    """Words that the caller says in one breath."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of the caller."""

    ms: int


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that is no speech; named in sounds.py."""

    name: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A stretch of a sound file in which a person speaks; the text where it is known."""

    path: Path
    text: str = ""
    start_s: float = 0.0
    end_s: float | None = None


Piece = Words | Pause | Sound | Recording
Turn = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """What is to be heard besides the caller."""

    noise: str | None = None
    snr_db: float = 0.0
    """Level of the caller's speech over it."""

    def __str__(self) -> str:
        return f"{self.noise} {self.snr_db:g} dB" if self.noise else "clean"


@dataclass(frozen=True, slots=True)
class Condition:
    """Who speaks, over which line."""

    voice: str
    rate: int
    pitch: int
    level_db: float
    """RMS of the speech against full scale."""
    codec: Codec
    background: Background


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call of one or more turns. Every turn is preceded by a prompt of `prompt_ms`."""

    id: str
    kind: Kind
    half: Half
    language: str
    expecting: Expecting
    prompt_ms: int
    start_ms: int
    """When the caller begins, counted from the end of the prompt; negative: over it."""
    turns: tuple[Turn, ...]
    condition: Condition


SNRS_DB: Final = (20.0, 10.0)


def halves(ids: Sequence[str]) -> list[Half]:
    """The half of each: in the order given, two by two, the hash of a pair's first id says which one is held out.

    Both halves are of one size, similar neighbours part, and what is added at the end moves nothing.
    """
    found: list[Half] = []
    for number in range(len(ids)):
        first = ids[number - number % 2]
        odd = hashlib.sha256(first.encode()).digest()[0] % 2
        found.append(Half.HELD_OUT if (number + odd) % 2 else Half.TUNING)
    return found


def backgrounds(noises: Sequence[str]) -> tuple[Background, ...]:
    """What scenarios take in turn, the two of a pair the same: a third clean, a third at each of two levels."""
    loud = [*noises[1:], *noises[:1]]
    turns = [
        (Background(), Background(soft, SNRS_DB[0]), Background(hard, SNRS_DB[1]))
        for soft, hard in zip(noises, loud, strict=True)
    ]
    return tuple(background for three in turns for background in three) or (Background(),)


def draw_condition(rng: random.Random, background: Background) -> Condition:
    """Any of the voices kept back, at a level and speed of its own."""
    return Condition(
        voice=rng.choice(HELD_OUT),
        rate=rng.randint(140, 200),
        pitch=rng.randint(35, 65),
        level_db=rng.uniform(-27, -17),
        codec=rng.choice(("pcma", "pcmu")),
        background=background,
    )
