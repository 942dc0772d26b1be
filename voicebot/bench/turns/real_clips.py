"""Scenarios from recordings of people, where a folder with them is at hand: whole sentences with their own pauses, one
word from each of many speakers over a prompt, short answers, digits put together to numbers, and recorded backgrounds.

Of each set what is there is taken. The recordings are read, not spoken to a telephone; turns end where the clip does.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models.training import noise
from models.training.channel import Audio
from voicebot.bench.turns.scenarios import Kind, Pause, Recording, Scenario, Turn, backgrounds, draw_condition, halves
from voicebot.bench.turns.voices import spoken
from voicebot.dialogue.types import Expecting

_BEDS: Final = {"real office": "office_ambience_8k.flac", "coffee shop": "coffee_shop.flac"}
_LONGEST_S: Final = 6.0
"""Longer clips are read texts of several sentences, with pauses where a caller's turn might be over."""
_CLOSE_MS: Final = 70
"""Between two digits of a group."""
_NUMBERS: Final = (
    ("八七九二", "一七四二"),
    ("六八零九", "六七九二"),
    ("一三八", "零二八零", "零三一七"),
    ("七一九", "三四五", "一四"),
    ("零四二六",),
    ("五", "七", "九", "二"),
)
_ANSWERS: Final = frozenset({"好", "对", "是", "不是", "可以", "不", "没有", "再见", "人工", "有"})

Draft = tuple[str, Turn]
"""A name that stays the same, and what is said."""


class NoRecordings(Exception):
    """A folder holds none of the sets of recordings."""


def real_beds(folder: Path) -> dict[str, Audio]:
    """Recorded backgrounds by name, each with an RMS of 1."""
    paths = {name: folder / "noise_and_tones" / "audio" / file for name, file in _BEDS.items()}
    found = {name: noise.recorded(path) for name, path in paths.items() if path.exists()}
    return {name: np.asarray(bed / max(float(bed.std()), 1e-6), np.float32) for name, bed in found.items()}


def real_scenarios(folder: Path) -> list[Scenario]:
    """Everything that the folder allows. Raises NoRecordings where it holds none of the sets."""
    beds = sorted(name for name, file in _BEDS.items() if (folder / "noise_and_tones" / "audio" / file).exists())
    sentences = list(_sentences(folder / "speech_zh_clips"))
    words = _words(folder / "speech_zh_audio_cmn") | _words(folder / "speech_zh_seedlingo")
    answers = [(text, (Recording(path, text),)) for text, path in sorted(words.items()) if text in _ANSWERS]
    background: list[Draft] = [(name, ()) for name in beds]
    scenarios = [
        *_scenarios(Kind.REQUEST, sentences, Expecting.OPEN, 1200, (250, 900), beds),
        *_scenarios(Kind.DICTATION, list(_dictated(words)), Expecting.DIGITS, 1500, (300, 1200), beds),
        *_scenarios(Kind.SHORT_ANSWER, answers, Expecting.YES_NO, 1000, (150, 1500), beds),
        *_scenarios(Kind.EARLY_ANSWER, answers, Expecting.YES_NO, 1800, (-290, -40), beds),
        *_scenarios(
            Kind.BARGE_IN,
            [*sentences, *_one_word_each(folder / "speech_zh_dspspeech17")],
            Expecting.OPEN,
            5500,
            (-4500, -2200),
            beds,
        ),
        *_scenarios(Kind.NOISE, background * 4, Expecting.OPEN, 5500, (-4500, -2800), beds),
    ]
    if not scenarios:
        raise NoRecordings(f"{folder} holds none of speech_zh_clips, speech_zh_audio_cmn, speech_zh_dspspeech17, ...")
    return scenarios


def _scenarios(
    kind: Kind,
    drafts: Sequence[Draft],
    expecting: Expecting,
    prompt_ms: int,
    start_ms: tuple[int, int],
    beds: Sequence[str],
) -> Iterator[Scenario]:
    ids = [f"real-{number}-{name}" for number, (name, _) in enumerate(drafts, start=1)]
    around = backgrounds(beds)
    for number, (name, half, (_, turn)) in enumerate(zip(ids, halves(ids), drafts, strict=True)):
        rng = random.Random(f"{kind}/{name}")
        yield Scenario(
            id=name,
            kind=kind,
            half=half,
            language="cmn",
            expecting=expecting,
            prompt_ms=prompt_ms,
            start_ms=rng.randint(*start_ms),
            turns=(turn,),
            condition=draw_condition(rng, around[number // 2 % len(around)]),
        )


def _rows(folder: Path) -> list[dict[str, str]]:
    listing = folder / "clips.tsv"
    if not listing.exists():
        return []
    with listing.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _sentences(folder: Path) -> Iterator[Draft]:
    for row in _rows(folder):
        if float(row["seconds"]) <= _LONGEST_S:
            yield row["file"], (Recording(folder / "audio" / row["file"], row["text"]),)


def _words(folder: Path) -> dict[str, Path]:
    """The recording of each word that is written in characters."""
    return {row["text"]: folder / "audio" / row["file"] for row in _rows(folder) if not row["text"].isascii()}


def _dictated(words: dict[str, Path]) -> Iterator[Draft]:
    """Numbers in groups, with pauses of 0.5 to 0.9 s between the groups."""
    for groups in _NUMBERS:
        if not words.keys() >= set("".join(groups)):
            continue
        rng = random.Random("".join(groups))
        turn: list[Recording | Pause] = []
        for group in groups:
            turn += [Pause(rng.randint(500, 900))] if turn else []
            for digit in group:
                turn += [Recording(words[digit], digit), Pause(_CLOSE_MS)]
            turn.pop()
        yield "".join(groups), tuple(turn)


def _one_word_each(folder: Path) -> Iterator[Draft]:
    """One word of every speaker: the shortest, for clicks and rooms make the others longer than they are."""
    speakers: dict[str, list[dict[str, str]]] = {}
    for row in _rows(folder):
        speakers.setdefault(row["speaker"], []).append(row)
    for _, rows in sorted(speakers.items()):
        row = min(rows, key=lambda row: spoken(noise.recorded(folder / "audio" / row["file"])).size)
        yield row["file"], (Recording(folder / "audio" / row["file"], row["text"]),)
