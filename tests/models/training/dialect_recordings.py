"""A small folder laid out like KeSpeech: espeak-ng's voices read the same sentences in Mandarin and in Cantonese."""

from pathlib import Path

import numpy as np
import soxr

from models.espeak import SAMPLE_RATE, Espeak
from tests.wav import write_wav

SENTENCES = (
    "我想查一下我的订单什么时候到",
    "这个电饭煲坏了可以换一个吗",
    "昨天买的衣服太大了想退货",
    "麻烦帮我开一张公司的发票",
)
SPEAKERS = {"train": ("m1", "f1", "m2", "f2", "m4", "f3"), "dev": ("m3", "f4"), "test": ("m7", "f5")}
LABELS = {"cmn": "Mandarin", "yue": "yue"}
PITCHES = {"cmn": 0, "yue": 99}
"""As far apart as voices go, so that a network of a few thousand weights learns the difference in seconds."""
TAGS = ("cmn", "cmn-sichuan", "yue")
"""The dialects that exist; nobody speaks the second."""


def make(data: Path, speakers: dict[str, tuple[str, ...]] = SPEAKERS) -> Path:
    """Writes the recordings and their tables below `data`."""
    for split, voices in speakers.items():
        tables: dict[str, list[str]] = {"wav.scp": [], "utt2spk": [], "utt2subdialect": []}
        for voice in voices:
            for tag, label in LABELS.items():
                for number, sentence in enumerate(SENTENCES):
                    name, path = f"{voice}_{tag}_{number}", f"Audio/{voice}/{tag} {number}.wav"
                    _record(data / path, sentence, f"{tag}+{voice}", PITCHES[tag])
                    for table, value in zip(tables, (path, voice, label), strict=True):
                        tables[table].append(f"{name} {value}")
        folder = data / "Tasks" / split
        folder.mkdir(parents=True)
        for table, lines in tables.items():
            (folder / table).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return data


def _record(path: Path, sentence: str, voice: str, pitch: int) -> None:
    speech = Espeak().synthesize(sentence, voice, rate=250, pitch=pitch).astype(np.float32)
    write_wav(path, soxr.resample(speech, SAMPLE_RATE, 16_000).clip(-32768, 32767), rate_hz=16_000)
