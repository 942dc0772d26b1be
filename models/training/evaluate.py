"""Held-out utterances to measure a recogniser with: unseen sentences, seen and unseen voices, telephone channel.

Needs espeak-ng, but neither torch nor any data outside the package; the same arguments give the same sentences.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from models.training import noise
from models.training.channel import Audio
from models.training.clips import Clip, clip, held_out_channel
from models.training.company import CompanyTexts
from models.training.corpus import Line, grammar, held_out, normalised
from models.training.voices import HELD_OUT, LANGUAGES, TRAINING

_NOISES: Final = ("white", "pink", "babble")
_ROUND: Final = ("cmn", "yue", "cmn", "yue", "cmn-sichuan")
_SHORTEST: Final = 2
"""Characters of a sentence that is measured; single ones are a matter of context."""


def held_out_clips(n: int, seed: int = 0, *, company: Path | None = None) -> list[Clip]:
    """`n` utterances: 40 % Mandarin, 40 % Cantonese, 20 % Sichuan; half of them in voices never trained on.

    company: a company folder. Half of the sentences are then its held-out examples and what its simulated callers
    say, as far as there are any in the language; the others come from the templates.
    """
    rng = random.Random(seed)
    beds = held_out_beds(seed)
    texts = CompanyTexts.read(company) if company else None
    own = {language: held_out_lines(texts, language) for language in LANGUAGES} if texts else {}
    grammars = {language: grammar(language) for language in LANGUAGES}
    clips = []
    for number in range(n):
        language = _ROUND[number % len(_ROUND)]
        if own.get(language) and rng.random() < 0.5:
            text = normalised(rng.choice(own[language]).text)
        else:
            text = unseen(lambda language=language: grammars[language].sentence(rng))  # type: ignore[misc]
        voice = rng.choice(HELD_OUT if number % 2 else TRAINING)
        clips.append(clip(text, language, voice, held_out_channel(rng), beds, rng))
    return clips


def held_out_beds(seed: int) -> dict[str, Audio]:
    """Noise by kind; the babble's talkers are voices never trained on."""
    numbers = np.random.default_rng(seed)
    sentences = [grammar("cmn").sentence(random.Random(seed + k)) for k in range(50)]
    beds = noise.beds(numbers, sentences, HELD_OUT)
    return {kind: beds[kind] for kind in _NOISES}


def held_out_lines(texts: CompanyTexts, language: str) -> list[Line]:
    """What a company's folder offers in a language that training never saw."""
    lines = [line for line in texts.callers if held_out(line.text)] + texts.said_by_callers
    return [line for line in lines if line.language == language and len(normalised(line.text)) >= _SHORTEST]


def unseen(draw: Callable[[], str]) -> str:
    """The first sentence drawn that training never sees, normalised."""
    while True:
        text = normalised(draw())
        if len(text) >= _SHORTEST and held_out(text):
            return text


def edits(reference: str, hypothesis: str) -> int:
    """Insertions, deletions and substitutions that turn one text into the other (Levenshtein)."""
    row = list(range(len(hypothesis) + 1))
    for i, expected in enumerate(reference, start=1):
        diagonal, row[0] = row[0], i
        for j, found in enumerate(hypothesis, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (expected != found))
    return row[-1]
