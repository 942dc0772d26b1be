"""What the console says, in Chinese and in English, from the files `zh*.toml` and `en*.toml` beside this one.

What other rooms say in English (refusals, findings, mistakes in files, the meaning of settings) has its Chinese in
`phrases.zh.toml` and `settings.zh.toml`; what they say in Chinese (reasons) has its English in `phrases.en.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from dialect_router.dialects import dialects
from voicebot.console.texts.phrasebook import Phrasebook

TextLanguage = Literal["zh", "en"]
Kind = Literal["refusal", "finding", "problem", "reason"]
"""Why something was not done; what a check of the system found; what is wrong in a file; why something was decided."""
SAID_IN: Final[Mapping[Kind, TextLanguage]] = {"refusal": "en", "finding": "en", "problem": "en", "reason": "zh"}
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

    def listed(self, each: Iterable[str]) -> str:
        """Several things in one line."""
        return ("、" if self.language == "zh" else ", ").join(each)

    def said(self, kind: Kind, text: str) -> str:
        """What another room said, in this language; as it came where no phrase is known."""
        return text if self.language == SAID_IN[kind] else _phrasebooks()[kind](text)

    def meaning(self, setting: str, english: str) -> str:
        """What a setting is for. english: as the code explains it."""
        return _settings().get(setting, english) if self.language == "zh" else english


@cache
def texts(language: TextLanguage) -> Texts:
    entries: dict[str, str] = {}
    for file in files("voicebot.console.texts").iterdir():
        if file.name.startswith(language) and file.name.endswith(".toml"):
            entries |= _flat(_table(file.name))
    return Texts(language, entries)


@cache
def _phrasebooks() -> Mapping[Kind, Phrasebook]:
    found: dict[Kind, dict[str, dict[str, str]]] = {**_table("phrases.zh.toml"), **_table("phrases.en.toml")}
    found["reason"]["dialects"] = {dialect.name_zh: dialect.name_en for dialect in dialects().values()}
    return {
        kind: Phrasebook({said: told for group in groups.values() for said, told in group.items()})
        for kind, groups in found.items()
    }


@cache
def _settings() -> Mapping[str, str]:
    return dict(_flat(_table("settings.zh.toml")))


def _table(name: str) -> dict[Any, Any]:
    return tomllib.loads(files("voicebot.console.texts").joinpath(name).read_text(encoding="utf-8"))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        found += _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return found
