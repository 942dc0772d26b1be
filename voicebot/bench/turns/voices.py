"""What the caller says, as sound: every piece at its place, with the times at which speech really begins and ends."""

import random
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr

from models import sichuan
from models.espeak import SAMPLE_RATE, Espeak
from models.training import noise
from models.training.channel import TELEPHONE_HZ, Audio
from models.training.voices import HELD_OUT
from voicebot.bench.turns import sounds
from voicebot.bench.turns.scenarios import Condition, Pause, Piece, Recording, Scenario, Sound, Turn, Words

Interval = tuple[float, float]

_LANGUAGES: Final = {"cmn": "cmn", "yue": "yue", "cmn-sichuan": sichuan.VOICE}
_EDGE: Final = 0.01
"""Share of its peak (-40 dB) from which synthetic audio, clean as it is, counts as spoken."""
_HUMAN_EDGE_DB: Final = -30.0
"""The same, against the loud parts, for recordings of people, which have breaths; in a loud room more is cut off."""
_OVER_ROOM_DB: Final = 8.0
_LOUDEST_EDGE_DB: Final = -15.0


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of the caller. samples: [n] at 8 kHz, full scale 1; times in seconds from its first sample."""

    samples: Audio
    speech: tuple[Interval, ...]
    """Where there are words; empty for sounds alone."""
    text: str

    @property
    def length_s(self) -> float:
        return self.samples.size / TELEPHONE_HZ


def say(turn: Turn, scenario: Scenario) -> Said:
    """The turn in the scenario's voice, without the line's noise."""
    rng = np.random.default_rng(random.Random(f"{scenario.kind}/{scenario.id}/{turn}").getrandbits(64))
    parts: list[Audio] = [np.zeros(0, np.float32)]
    speech: list[Interval] = []
    at = 0
    for piece in turn:
        part = _sound(piece, scenario.language, scenario.condition, rng)
        if isinstance(piece, Words | Recording):
            speech.append((at / TELEPHONE_HZ, (at + part.size) / TELEPHONE_HZ))
        parts.append(part)
        at += part.size
    text = "".join(piece.text for piece in turn if isinstance(piece, Words | Recording))
    return Said(np.concatenate(parts), tuple(speech), text)


def beds(rng: np.random.Generator) -> dict[str, Audio]:
    """Backgrounds at 8 kHz by name, each with an RMS of 1: the package's own noises, and an office made of them."""
    made = noise.beds(rng, list(_BABBLE), HELD_OUT)
    keys = np.concatenate([sounds.make("typing", rng) for _ in range(10)])
    level = {name: bed / max(float(bed.std()), 1e-6) for name, bed in made.items()}
    made["office"] = 0.5 * level["pink"] + 0.3 * level["hum"] + 0.3 * level["babble"] + 2.0 * keys
    return {name: np.asarray(bed / max(float(bed.std()), 1e-6), np.float32) for name, bed in made.items()}


_BABBLE: Final = ("的时候他们就来了", "我们明天再去看一看", "那边的人说不知道", "这几天都在下雨", "你先把东西放在那里")


def _sound(piece: Piece, language: str, condition: Condition, rng: np.random.Generator) -> Audio:
    """At the level at which it is to be heard."""
    match piece:
        case Words(text):
            words = sichuan.sichuan_pinyin(text) if language == "cmn-sichuan" else text
            voice = f"{_LANGUAGES[language]}+{condition.voice}"
            read = Espeak().synthesize(words, voice, rate=condition.rate, pitch=condition.pitch)
            line = soxr.resample(read.astype(np.float32) / 32768, SAMPLE_RATE, TELEPHONE_HZ)
            return _levelled(_trimmed(line, _EDGE), condition.level_db)
        case Pause(ms):
            return np.zeros(ms * TELEPHONE_HZ // 1000, np.float32)
        case Sound(name):
            peak_db = condition.level_db + _CREST_DB + sounds.LEVELS_DB.get(name, 0.0)
            return sounds.make(name, rng) * np.float32(10 ** (peak_db / 20))
        case Recording(path, _, start_s, end_s):
            whole = noise.recorded(path)
            end = None if end_s is None else int(end_s * TELEPHONE_HZ)
            return _levelled(spoken(whole[int(start_s * TELEPHONE_HZ) : end]), condition.level_db)


_CREST_DB: Final = 12.0
"""Peak of speech over its RMS."""


def _trimmed(sound: Audio, edge: float) -> Audio:
    loud = np.flatnonzero(np.abs(sound) > edge * np.max(np.abs(sound), initial=1e-6))
    return sound[loud[0] : loud[-1] + 1] if loud.size else sound


def spoken(recording: Audio) -> Audio:
    """The recording without what comes before and after the speech, to 10 ms."""
    hop = TELEPHONE_HZ // 100
    frames = recording[: recording.size // hop * hop].reshape(-1, hop)
    levels = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-12)
    loud, room = np.percentile(levels, 95), np.percentile(levels, 10)
    edge = max(loud + _HUMAN_EDGE_DB, min(room + _OVER_ROOM_DB, loud + _LOUDEST_EDGE_DB))
    heard = np.flatnonzero(levels > edge)
    return recording[heard[0] * hop : (heard[-1] + 1) * hop]


def _levelled(sound: Audio, level_db: float) -> Audio:
    active = sound[np.abs(sound) > 0.003 * np.max(np.abs(sound), initial=1e-6)]
    rms = float(np.sqrt(np.mean(active**2))) if active.size else 1.0
    return np.asarray(sound * (10 ** (level_db / 20) / rms), dtype=np.float32)
