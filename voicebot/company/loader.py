"""Reads a company folder into a `Company`, collecting every problem of form. Whether the parts fit is check.py's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dialect_router.agents import Agent
from voicebot.company.agents import read_agent_rows
from voicebot.company.flows import Flow
from voicebot.company.problems import Problem, suggest
from voicebot.company.records import Customer, Order, Product
from voicebot.company.routing import Routing, read_routing
from voicebot.company.rows import read_rows
from voicebot.company.schema import Company, Intent, KnowledgeEntry, Profile, Prompt
from voicebot.company.scripts import CallerScript
from voicebot.company.textfile import read_text
from voicebot.company.tomlfile import Location, TomlFile, read_toml
from voicebot.company.validation import toml_problems

_M = TypeVar("_M", bound=BaseModel)


def read_company(directory: Path, today: date) -> tuple[Company | None, list[Problem]]:
    """The company as far as it could be read (None without a usable company.toml), and what is wrong with its form."""
    return _Reader(directory, today).read()


class _Reader:
    def __init__(self, directory: Path, today: date) -> None:
        self._directory = directory
        self._today = today
        self.problems: list[Problem] = []
        self.files: dict[str, TomlFile] = {}

    def read(self) -> tuple[Company | None, list[Problem]]:
        if not self._directory.is_dir():
            remedy = "Name an existing folder, or make one with `voicebot company init DIR`"
            return None, [Problem(str(self._directory), None, "there is no such folder", remedy)]
        profile = self._one("company.toml", Profile)
        parts: dict[str, Any] = {
            "dictionary": self._dictionary(),
            "intents": self._named("intents", Intent, "name"),
            "flows": self._named("flows", Flow, "name"),
            "knowledge": self._knowledge(),
            "prompts": self._prompts(),
            "customers": self._rows("customers.csv", Customer),
            "orders": self._rows("orders.csv", Order),
            "products": self._rows("products.csv", Product),
            "callers": self._named("callers", CallerScript, "script", required=False),
            "agents": self._agents(),
            "routing": self._routing(),
        }
        company = Company(directory=self._directory, profile=profile, **parts) if profile else None
        return company, self.problems

    def _toml(self, shown: str) -> TomlFile | None:
        file = read_toml(self._directory / shown, shown)
        if isinstance(file, Problem):
            self.problems.append(file)
            return None
        return file

    def _parse(self, model: type[_M], data: Any, file: TomlFile, prefix: Location = ()) -> _M | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.problems += toml_problems(error, model, file, prefix)
            return None

    def _one(self, shown: str, model: type[_M]) -> _M | None:
        file = self._toml(shown)
        return self._parse(model, file.data, file) if file else None

    def _named(self, folder: str, model: type[_M], key: str, *, required: bool = True) -> dict[str, _M]:
        """One model a file; the file's name is the model's `key`."""
        found: dict[str, _M] = {}
        paths = sorted((self._directory / folder).glob("*.toml"))
        if required and not paths:
            self.problems.append(Problem(f"{folder}/", None, "holds no .toml file", "Add at least one"))
        for path in paths:
            file = self._toml(f"{folder}/{path.name}")
            if file and key in file.data:
                remedy = f"Remove it: the file's name is the {key}"
                self.problems.append(Problem(file.shown, file.line([key]), f"{key!r} must not be given", remedy))
            elif file and (parsed := self._parse(model, {**file.data, key: path.stem}, file)):
                found[path.stem] = parsed
        return found

    def _knowledge(self) -> tuple[KnowledgeEntry, ...]:
        entries: list[KnowledgeEntry] = []
        for path in sorted((self._directory / "knowledge").glob("*.toml")):
            file = self._toml(f"knowledge/{path.name}")
            for index, data in enumerate(self._tables(file, "entry", list)):
                assert file is not None
                if entry := self._parse(KnowledgeEntry, data, file, ("entry", index)):
                    entries.append(entry)
        return tuple(entries)

    def _prompts(self) -> dict[str, Prompt]:
        file = self._toml("prompts.toml")
        prompts: Mapping[str, Any] = self._tables(file, "prompts", dict)
        found: dict[str, Prompt] = {}
        for key, data in prompts.items():
            assert file is not None
            if prompt := self._parse(Prompt, data, file, ("prompts", key)):
                found[key] = prompt
        return found

    def _tables(self, file: TomlFile | None, key: str, kind: type[Any]) -> Any:
        """The one top-level table (array) of a file; problems for other keys and shapes."""
        if file is None:
            return kind()
        for other in file.data.keys() - {key}:
            self.problems.append(
                Problem(file.shown, file.line([other]), f"unknown key {other!r}", suggest(other, [key]))
            )
        content = file.data.get(key, kind())
        if not isinstance(content, kind):
            header = f"[[{key}]]" if kind is list else f"[{key}.NAME]"
            self.problems.append(
                Problem(file.shown, file.line([key]), f"{key!r} has the wrong shape", f"Write {header}")
            )
            return kind()
        return content

    def _rows(self, shown: str, model: type[_M]) -> tuple[_M, ...]:
        rows, problems = read_rows(self._directory, shown, model, today=self._today)
        self.problems += problems
        return rows

    def _agents(self) -> tuple[Agent, ...]:
        agents, problems = read_agent_rows(self._directory)
        self.problems += problems
        return agents

    def _routing(self) -> Routing:
        routing, problems = read_routing(self._directory)
        self.problems += problems
        return routing

    def _dictionary(self) -> tuple[str, ...]:
        shown = "dictionary.txt"
        text = read_text(self._directory / shown, shown)
        if isinstance(text, Problem):
            self.problems.append(text)
            return ()
        words = []
        for number, line in enumerate(text.splitlines(), 1):
            content = line.split("#")[0].strip()
            fields = content.split()
            if len(fields) > 3 or (len(fields) > 1 and not fields[1].isdigit()):
                remedy = "Write: word [frequency] [tag]"
                self.problems.append(Problem(shown, number, f"{content!r} is not a dictionary line", remedy))
            elif content:
                words.append(content)
        return tuple(words)
