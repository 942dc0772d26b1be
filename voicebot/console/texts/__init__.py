"""What the console says, in Chinese and in English, from the files `zh*.toml` and `en*.toml` beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

TextLanguage = Literal["zh", "en"]
LANGUAGES: Final[tuple[TextLanguage, ...]] = get_args(TextLanguage)


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of one language, by dotted keys: `t("board.title")`, `t("calls.found", count=3)`."""

    language: TextLanguage
    entries: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Raises KeyError for a key that no page may use; a test holds both files and the pages together."""
        text = self.entries[key]
        return text.format(**values) if values else text

    def named(self, group: str, name: str | None) -> str:
        """The everyday name of a value such as an outcome; the value itself where it has none."""
        return self.entries.get(f"{group}.{name}", name) if name else ""


@cache
def texts(language: TextLanguage) -> Texts:
    entries: dict[str, str] = {}
    for file in files("voicebot.console.texts").iterdir():
        if file.name.startswith(language) and file.name.endswith(".toml"):
            entries |= _flat(tomllib.loads(file.read_text(encoding="utf-8")))
    return Texts(language, entries)


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        found += _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return found
