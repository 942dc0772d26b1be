"""Sentences of a company folder: what callers say, what the assistant says, and what is sold.

Nothing that the folder's simulated callers say is ever trained on.
"""

import csv
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.training.corpus import TEXTS, Line, held_out, normalised

_VALUE = re.compile(r"\{([a-z_]+)\}")
_CLAUSE_END = re.compile(r"[，。！？；,.!?;]")


@dataclass(slots=True)
class CompanyTexts:
    """The texts of one folder. `sentence` draws from them, with other products and openings put in."""

    callers: list[Line]
    """Examples of intents and questions of the knowledge."""
    replies: list[Line]
    """Clauses of the assistant's own sentences, with {values}."""
    products: list[str]
    names: list[str]
    said_by_callers: list[Line]
    """The simulated callers' sentences: to measure with, never to train on."""
    _before: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> "CompanyTexts":
        """The texts of a company folder."""
        markers = tomllib.loads((TEXTS / "markers.toml").read_text(encoding="utf-8"))
        texts = cls([], [], [], [], [], markers["before"])
        for path in sorted(folder.glob("intents/*.toml")):
            texts.callers.extend(Line(text, language_of(text, markers)) for text in _toml(path)["examples"])
        for path in sorted(folder.glob("knowledge/*.toml")):
            for entry in _toml(path)["entry"]:
                questions = [entry["question"], *entry.get("variants", ())]
                texts.callers.extend(Line(text, language_of(text, markers)) for text in questions)
        for path in sorted([*folder.glob("knowledge/*.toml"), *folder.glob("flows/*.toml"), folder / "prompts.toml"]):
            texts.replies.extend(_replies(_toml(path)))
        for path in sorted(folder.glob("callers/*.toml")):
            caller = _toml(path)
            said = (turn["say"] for turn in caller["turns"] if "say" in turn)
            texts.said_by_callers.extend(Line(text, caller["language"]) for text in said)
        with (folder / "products.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                texts.products.extend([row["name"], *filter(None, row["aliases"].split("|"))])
        with (folder / "customers.csv").open(encoding="utf-8", newline="") as file:
            texts.names.extend(row["name"] for row in csv.DictReader(file))
        return texts

    def forbidden(self) -> frozenset[str]:
        """The normalised sentences that training must not see."""
        return frozenset(normalised(line.text) for line in self.said_by_callers)

    def sentence(self, rng: random.Random) -> Line:
        """A caller's sentence mostly; now and then the assistant's, or a product or a name alone."""
        kind = rng.random()
        if kind < 0.62:
            line = _learnt(self.callers, rng)
            text = self._other_product(line.text, rng) if rng.random() < 0.5 else line.text
            return Line((rng.choice(self._before) if rng.random() < 0.15 else "") + text, line.language)
        if kind < 0.85:
            line = _learnt(self.replies, rng)
            return Line(_VALUE.sub(lambda match: self._value(match[1], rng), line.text), line.language)
        language = rng.choice(("cmn", "yue"))
        pieces = [rng.choice(self.products if rng.random() < 0.8 else self.names) for _ in range(rng.randint(1, 3))]
        return Line("".join(pieces), language)

    def _other_product(self, text: str, rng: random.Random) -> str:
        for product in sorted(self.products, key=len, reverse=True):
            if product in text:
                return text.replace(product, rng.choice(self.products))
        return text

    def _value(self, name: str, rng: random.Random) -> str:
        if name == "product":
            return rng.choice(self.products)
        if name.startswith("order") or name.endswith("tail"):
            return "".join(rng.choices("0123456789", k=4))
        return rng.choice(self.names) if name in ("caller", "name") else ""


def _learnt(lines: list[Line], rng: random.Random) -> Line:
    """One of the lines that are not held out, so that no variant of a held-out one is trained on either."""
    while held_out((line := rng.choice(lines)).text):
        pass
    return line


def language_of(text: str, markers: dict[str, list[str]]) -> str:
    """The kind of Chinese that a sentence is written in, by the words in it."""
    for language in ("yue", "cmn-sichuan"):
        if any(word in text for word in markers[language]):
            return language
    return "cmn"


def _replies(table: Any, key: str = "") -> Iterator[Line]:
    """Clauses of all strings that the assistant says, found by their keys."""
    if isinstance(table, dict):
        for name, value in table.items():
            yield from _replies(value, key if name == "variants" and key else name)
    elif isinstance(table, list):
        for value in table:
            yield from _replies(value, key)
    elif isinstance(table, str) and key.removesuffix("_yue") in ("answer", "ask", "reask", "say", "yue", "text"):
        language = "yue" if key.endswith("yue") else "cmn"
        yield from (Line(clause, language) for clause in _CLAUSE_END.split(table) if len(clause) > 1)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
