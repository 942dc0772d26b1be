"""What training draws on: the package's templates, and folders that whoever trains may add."""

import random
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training import noise
from models.training.channel import Audio
from models.training.company import CompanyTexts
from models.training.corpus import TEXTS, Corpus, Line, grammar, normalised, open_text
from models.training.voices import LANGUAGES, TRAINING


@dataclass(frozen=True, slots=True)
class Sources:
    """Folders to draw on besides the templates; None leaves a source out."""

    company: Path | None = None
    """A company folder."""
    reviews: Path | None = None
    """Tables with a column `reviewbody`."""
    sentences: Path | None = None
    """Gzipped lists of sentences, traditional characters allowed."""
    noise: Path | None = None
    """Recordings of background noise, .flac."""

    def corpus(self, characters: Set[str]) -> Corpus:
        """Sentences of all sources, spelt with `characters` only."""
        grammars = {language: grammar(language) for language in LANGUAGES}
        clauses = [c for c in open_text(self.reviews, self.sentences) if characters >= set(c)]
        if self.company is None:
            return Corpus(grammars, clauses)
        texts = CompanyTexts.read(self.company)

        def sentence(rng: random.Random) -> Line:
            while not characters >= set(normalised((line := texts.sentence(rng)).text)):
                pass
            return line

        return Corpus(grammars, clauses, sentence, texts.forbidden())

    def beds(self, seed: int) -> dict[str, Audio]:
        """Noise by kind; the babble talks in training voices."""
        rng = random.Random(seed)
        sentences = [grammar("cmn").sentence(rng) for _ in range(50)]
        beds = noise.beds(np.random.default_rng(seed), sentences, TRAINING)
        for path in sorted(self.noise.glob("*.flac")) if self.noise else ():
            beds[path.stem] = noise.recorded(path)
        return beds


def added_characters() -> str:
    """Characters that the company's domain needs and the first checkpoint's tokenizer lacked."""
    return (TEXTS / "added_characters.txt").read_text(encoding="utf-8").strip()
