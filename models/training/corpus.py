"""What is said in training: the company's domain in three kinds of Chinese, open text, digit strings, word salad."""

import csv
import gzip
import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.training.grammar import Grammar
from models.training.voices import LANGUAGES

TEXTS: Final = Path(__file__).parent / "texts"
_HELD_OUT_SHARE: Final = 16
_NOT_SPOKEN = re.compile(r"[^0-9\u3400-\u4dbf\u4e00-\u9fff𠮶]+")
_VARIANTS: Final = str.maketrans("𠮶揾㖞俾係妳祂", "嗰搵喎畀系你他")
"""Spellings of the same spoken word, so that each sound has one."""
_CLAUSE_LENGTH: Final = range(2, 19)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence in the language that it is to be spoken in."""

    text: str
    language: str


def normalised(text: str) -> str:
    """`text` as the recogniser writes it: NFKC, Chinese characters and Arabic digits only, one spelling a word."""
    return _NOT_SPOKEN.sub("", unicodedata.normalize("NFKC", text)).translate(_VARIANTS)


def held_out(text: str) -> bool:
    """Whether training must never see this sentence: one in 16, by a hash that is the same everywhere."""
    digest = hashlib.blake2b(normalised(text).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % _HELD_OUT_SHARE == 0


def grammar(language: str) -> Grammar:
    """The domain's template grammar for one of `LANGUAGES`."""
    return Grammar.read(TEXTS / "slots.txt", TEXTS / f"{language}.txt")


def clauses(texts: Iterable[str]) -> list[str]:
    """The clauses of running text that are short enough for one utterance and hold no digits."""
    found = (normalised(clause) for text in texts for clause in re.split(r"[，。！？；：、,.!?;:\s]+", text))
    return [c for c in found if len(c) in _CLAUSE_LENGTH and not re.search(r"[0-9]", c)]


def open_text(reviews: Path | None, sentences: Path | None) -> list[str]:
    """Clauses of review tables (column `reviewbody`) and of gzipped sentence lists in traditional characters."""
    texts: list[str] = []
    for path in sorted(reviews.glob("*.csv")) if reviews else ():
        with path.open(encoding="utf-8-sig", newline="") as file:
            texts.extend(row["reviewbody"] for row in csv.DictReader(file))
    if sentences:
        from opencc import OpenCC  # only this source needs it

        simplify = OpenCC("t2s").convert
        for path in sorted(sentences.glob("*.txt.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                texts.append(simplify(lines.read()))
    return clauses(texts)


@dataclass(slots=True)
class Corpus:
    """An endless supply of sentences to train on; held-out ones never come."""

    grammars: dict[str, Grammar]
    clauses: list[str]
    company: Callable[[random.Random], Line] | None = None
    """Draws sentences of the company's own folder."""
    forbidden: frozenset[str] = frozenset()
    """Normalised sentences kept back besides those that `held_out` names."""

    def line(self, rng: random.Random) -> Line:
        """One sentence, at least one character long."""
        while True:
            kind = rng.choices(_KINDS, weights=[weight for _, weight in _MIX])[0]
            line = kind(self, rng)
            text = normalised(line.text)
            if text and len(text) <= 30 and not held_out(text) and text not in self.forbidden:
                return Line(text, line.language)


def _domain(corpus: Corpus, rng: random.Random) -> Line:
    language = rng.choices(LANGUAGES, weights=(44, 36, 20))[0]
    return Line(corpus.grammars[language].sentence(rng), language)


def _company(corpus: Corpus, rng: random.Random) -> Line:
    return corpus.company(rng) if corpus.company else _domain(corpus, rng)


def _clause(corpus: Corpus, rng: random.Random) -> Line:
    if not corpus.clauses:
        return _domain(corpus, rng)
    return Line(rng.choice(corpus.clauses), rng.choices(LANGUAGES, weights=(55, 35, 10))[0])


def _digits(corpus: Corpus, rng: random.Random) -> Line:
    language = rng.choices(LANGUAGES, weights=(50, 35, 15))[0]
    digits = "".join(rng.choices("0123456789", k=rng.choice((3, 4, 4, 6, 8, 9, 10, 11, 11, 12))))
    lead = rng.choice(("", "", "", "是", "单号", "订单号是", "号码是", "尾号", "系" if language == "yue" else "嗯"))
    return Line(lead + digits, language)


def _salad(corpus: Corpus, rng: random.Random) -> Line:
    """Pieces of sentences in no order, so that the model writes what it hears and not what it expects."""
    language = rng.choices(LANGUAGES, weights=(45, 40, 15))[0]
    pieces = []
    for _ in range(rng.randint(1, 3)):
        text = normalised(_clause(corpus, rng).text if rng.random() < 0.5 else corpus.grammars[language].sentence(rng))
        start = rng.randrange(max(len(text), 1))
        pieces.append(text[start : start + rng.randint(1, 4)])
    return Line("".join(pieces), language)


_MIX: Final[tuple[tuple[Callable[[Corpus, random.Random], Line], float], ...]] = (
    (_domain, 42),
    (_company, 31),
    (_clause, 12),
    (_digits, 7),
    (_salad, 8),
)
_KINDS: Final = [kind for kind, _ in _MIX]
