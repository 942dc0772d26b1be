"""Reads scorecards, and says all that is wrong with them by file, line and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from voicebot.company.places import repeated
from voicebot.company.problems import CompanyError, Problem, in_order, suggest
from voicebot.company.tomlfile import Location, TomlFile, read_toml
from voicebot.company.validation import toml_problems
from voicebot.qa.scorecard.conditions import KINDS, AnyCondition, Words
from voicebot.qa.scorecard.expressions import names
from voicebot.qa.scorecard.model import Dimension, Item, PhraseList, Scorecard
from voicebot.qa.scorecard.packaged_lists import packaged_lists

FOLDER = "scorecards"
_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T", dict[str, Any], list[Any])
_PARTS = {"dimensions", "phrases", "conditions", "items"}


def load_scorecards(directory: Path) -> tuple[Scorecard, ...]:
    """The scorecards of a company folder, by name; none where there is no such folder. Raises CompanyError."""
    cards, problems = read_scorecards(directory)
    if problems:
        raise CompanyError(problems)
    return cards


def read_scorecards(directory: Path) -> tuple[tuple[Scorecard, ...], list[Problem]]:
    """Those that could be read, and what is wrong with the others."""
    cards, problems = [], []
    for path in sorted((directory / FOLDER).glob("*.toml")):
        card, found = read_scorecard(path, f"{FOLDER}/{path.name}")
        problems += found
        cards += [card] if card else []
    return tuple(cards), problems


def fingerprint(directory: Path) -> frozenset[tuple[str, int]]:
    """Another one once a scorecard of a company folder has been changed."""
    return frozenset((path.name, path.stat().st_mtime_ns) for path in (directory / FOLDER).glob("*.toml"))


def load_scorecard(path: Path) -> Scorecard:
    """One file. Raises CompanyError."""
    card, problems = read_scorecard(path, path.name)
    if card is None:
        raise CompanyError(problems)
    return card


def read_scorecard(path: Path, shown: str) -> tuple[Scorecard | None, list[Problem]]:
    file = read_toml(path, shown)
    if isinstance(file, Problem):
        return None, [file]
    return _Reader(file, path.stem).read()


def parse_scorecard(text: str, name: str) -> Scorecard:
    """A scorecard from the text that was kept with a score. Raises CompanyError where this version cannot read it."""
    card, problems = _Reader(TomlFile(f"{name}.toml", tomllib.loads(text), text), name).read()
    if card is None:
        raise CompanyError(problems)
    return card


class _Reader:
    """Each part is validated on its own, so that a problem names its line."""

    def __init__(self, file: TomlFile, name: str) -> None:
        self._file = file
        self._name = name
        self.problems: list[Problem] = []

    def read(self) -> tuple[Scorecard | None, list[Problem]]:
        parts: dict[str, Any] = {
            "dimensions": self._tables("dimensions", Dimension),
            "phrases": self._tables("phrases", PhraseList),
            "conditions": self._conditions(),
            "items": self._items(),
        }
        head = {key: value for key, value in self._file.data.items() if key not in _PARTS}
        for key in ("name", "text"):
            if key in head:
                remedy = "Remove it: the file's name is the name" if key == "name" else "Remove it"
                self._problem((key,), f"{key!r} must not be given", remedy)
                return None, in_order(self.problems)
        if not self.problems:
            card = self._valid(Scorecard, {**head, **parts, "name": self._name, "text": self._file.text}, ())
            if card is not None:
                self._check(card)
            if card is not None and not self.problems:
                return card, []
        return None, in_order(self.problems)

    def _tables(self, key: str, model: type[_M]) -> dict[str, _M]:
        content = self._shaped(key, dict)
        read = {name: self._valid(model, data, (key, name)) for name, data in content.items()}
        return {name: each for name, each in read.items() if each is not None}

    def _conditions(self) -> dict[str, AnyCondition]:
        found: dict[str, AnyCondition] = {}
        for name, data in self._shaped("conditions", dict).items():
            kind = data.get("find") if isinstance(data, dict) else None
            if not isinstance(kind, str) or kind not in KINDS:
                message = f"condition {name!r} does not say what to find" if kind is None else f"cannot find {kind!r}"
                self._problem(("conditions", name, "find"), message, suggest(str(kind), KINDS))
            elif condition := self._valid(KINDS[kind], data, ("conditions", name)):
                found[name] = condition
        return found

    def _items(self) -> tuple[Item, ...]:
        read = [self._valid(Item, data, ("items", index)) for index, data in enumerate(self._shaped("items", list))]
        return tuple(item for item in read if item is not None)

    def _shaped(self, key: str, kind: type[_T]) -> _T:
        content = self._file.data.get(key, kind())
        if isinstance(content, kind):
            return content
        header = f"[[{key}]]" if kind is list else f"[{key}.NAME]"
        self._problem((key,), f"{key!r} has the wrong shape", f"Write {header}")
        return kind()

    def _valid(self, model: type[_M], data: Any, place: Location) -> _M | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.problems += toml_problems(error, model, self._file, place)
            return None

    def _problem(self, place: Location, message: str, remedy: str) -> None:
        self.problems.append(Problem(self._file.shown, self._file.line(place) or 1, message, remedy))

    # Whether the parts fit

    def _check(self, card: Scorecard) -> None:
        for twice in repeated(item.name for item in card.items):
            last = max(index for index, item in enumerate(card.items) if item.name == twice)
            self._problem(("items", last, "name"), f"item {twice!r} is there twice", "Give each its own name")
        for index, item in enumerate(card.items):
            self._check_item(card, item, ("items", index))
        for name, condition in card.conditions.items():
            if isinstance(condition, Words):
                self._known(
                    condition.lists, {**card.phrases, **packaged_lists()}, ("conditions", name, "lists"), "list"
                )
        used = {name for item in card.items for rule in item.rules.values() for name in names(rule)}
        for name in card.conditions.keys() - used:
            self._problem(("conditions", name), f"condition {name!r} is used by no item", "Use it or remove it")
        if all(card.dimensions[item.dimension].apart for item in card.items if item.dimension in card.dimensions):
            self._problem(("dimensions",), "no item counts towards the total", "Make a dimension that is not apart")

    def _check_item(self, card: Scorecard, item: Item, place: tuple[str | int, ...]) -> None:
        self._known((item.dimension,), card.dimensions, (*place, "dimension"), "dimension")
        for key, rule in item.rules.items():
            self._known(tuple(names(rule)), card.conditions, (*place, key), "condition")

    def _known(self, used: Sequence[str], known: Mapping[str, object], place: Location, what: str) -> None:
        for name in dict.fromkeys(used):
            if name not in known:
                self._problem(place, f"there is no {what} {name!r}", suggest(name, known))
