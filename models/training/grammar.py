"""Sentences from a template grammar kept in text files.

A file holds one template a line: `(a|b|)` chooses, `{name}` takes a slot, `#` opens a comment. A line `name = template`
defines a slot for the file itself and for the files read after it.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

_DEFINITION = re.compile(r"([a-z_0-9]+)\s*=\s*(.*)")
_TOKEN = re.compile(r"[(|)]|\{[a-z_0-9]+\}|[^(|){}]+")


class GrammarError(ValueError):
    """A template that cannot be read; the message names file, line and fault."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A reference to a named template."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several templates, each equally likely."""

    options: tuple["Template", ...]


Template: TypeAlias = tuple[str | Slot | Choice, ...]


@dataclass(slots=True)
class Grammar:
    """Templates and the slots they use."""

    templates: list[Template] = field(default_factory=list)
    slots: dict[str, Template] = field(default_factory=dict)

    @classmethod
    def read(cls, *paths: Path) -> "Grammar":
        """The grammar of several files, read in this order."""
        grammar = cls()
        for path in paths:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                try:
                    grammar._add(line.partition("#")[0].strip())
                except GrammarError as error:
                    raise GrammarError(f"{path}:{number}: {error}") from None
        return grammar

    def sentence(self, rng: random.Random) -> str:
        """One sentence, drawn at random."""
        return self.expand(rng.choice(self.templates), rng)

    def expand(self, template: Template, rng: random.Random) -> str:
        """The text of one template, every choice and slot drawn at random."""
        parts: list[str] = []
        for part in template:
            match part:
                case Slot(name):
                    parts.append(self.expand(self.slots[name], rng))
                case Choice(options):
                    parts.append(self.expand(rng.choice(options), rng))
                case str():
                    parts.append(part)
        return "".join(parts)

    def _add(self, line: str) -> None:
        definition = _DEFINITION.fullmatch(line)
        template = parse_template(definition[2] if definition else line)
        for name in slot_names(template):
            if name not in self.slots:
                raise GrammarError(f"slot {{{name}}} is not defined above; add a line `{name} = ...`")
        if definition:
            self.slots[definition[1]] = template
        elif template:
            self.templates.append(template)


def parse_template(text: str) -> Template:
    """The template written in `text`."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise GrammarError("a brace is open or holds other than a slot's name")
    options, rest = _alternatives(tokens)
    if rest:
        raise GrammarError("a ) too many")
    return options[0] if len(options) == 1 else (Choice(options),)


def slot_names(template: Template) -> set[str]:
    """The names of all slots that a template refers to itself."""
    names: set[str] = set()
    for part in template:
        match part:
            case Slot(name):
                names.add(name)
            case Choice(options):
                names.update(*(slot_names(option) for option in options))
    return names


def _alternatives(tokens: Sequence[str]) -> tuple[tuple[Template, ...], Sequence[str]]:
    """Templates separated by | up to the closing parenthesis or the end, and the tokens from there on."""
    options: list[Template] = []
    current: list[str | Slot | Choice] = []
    while tokens and tokens[0] != ")":
        token, tokens = tokens[0], tokens[1:]
        if token == "|":
            options.append(tuple(current))
            current = []
        elif token == "(":
            inner, tokens = _alternatives(tokens)
            if not tokens:
                raise GrammarError("a ( is never closed")
            tokens = tokens[1:]
            current.append(Choice(inner))
        elif token.startswith("{"):
            current.append(Slot(token[1:-1]))
        else:
            current.append(token)
    return (*options, tuple(current)), tokens
