"""Changes one thing in a TOML file and leaves all else as people wrote it, comments included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import tomlkit
from tomlkit.items import AoT, Array, Table

Value = str | bool | int | float | Sequence[str] | None
Fields = Mapping[str, Value]
"""Key -> value; None, an empty text or list: the key is taken out."""

_ONE_LINE: Final = 100
"""Characters up to which a list stands on one line."""


def with_entry(text: str, entry: str, fields: Fields) -> str:
    """A file of knowledge with the `[[entry]]` of this id changed, or added at its end."""
    document = tomlkit.parse(text)
    tables = document.get("entry")
    found = next((table for table in tables if table.get("id") == entry), None) if isinstance(tables, AoT) else None
    if found is None:
        added = tomlkit.table()
        _set(added, fields)
        return "\n\n".join(filter(None, (text.rstrip(), tomlkit.dumps(_alone(added)))))
    _set(found, fields)
    return _ended(tomlkit.dumps(document))


def _alone(table: Table) -> tomlkit.TOMLDocument:
    document, tables = tomlkit.document(), tomlkit.aot()
    tables.append(table)
    document["entry"] = tables
    return document


def without_entry(text: str, entry: str) -> str | None:
    """The file without it; None where nothing is left."""
    document = tomlkit.parse(text)
    tables = document.get("entry")
    if isinstance(tables, AoT):
        for number in reversed(range(len(tables))):
            if tables[number].get("id") == entry:
                del tables[number]
    return _ended(tomlkit.dumps(document)) if tables else None


def with_item(text: str, item: str, fields: Fields) -> str | None:
    """A scorecard with the `[[items]]` of this name changed; None where there is none."""
    document = tomlkit.parse(text)
    tables = document.get("items")
    found = next((table for table in tables if table.get("name") == item), None) if isinstance(tables, AoT) else None
    if found is None:
        return None
    _set(found, fields)
    return _ended(tomlkit.dumps(document))


def has_entry(text: str, entry: str) -> bool:
    tables = tomlkit.parse(text).get("entry")
    return isinstance(tables, AoT) and any(table.get("id") == entry for table in tables)


def only_changed(fields: Fields, begun: Fields) -> Fields:
    """Those that somebody changed who began with `begun`: the others may have been changed by somebody else since."""
    return {key: value for key, value in fields.items() if value != begun[key]}


def with_table(text: str, path: Sequence[str], fields: Fields) -> str:
    """A file with some keys of one table changed; the path () is the file itself."""
    document = tomlkit.parse(text)
    place: Any = document
    for name in path:
        place = place[name]
    _set(place, fields)
    return _ended(tomlkit.dumps(document))


def _set(table: Table | tomlkit.TOMLDocument, fields: Fields) -> None:
    for key, value in fields.items():
        if value is None or value == "" or value == [] or value == ():
            if key in table:
                table.remove(key)
        elif key not in table or _plain(table[key]) != _plain(value):
            table[key] = value if isinstance(value, str | bool | int | float) else _array(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _array(values: Sequence[str]) -> Array:
    array = tomlkit.array()
    if sum(map(len, values)) <= _ONE_LINE:
        array.extend(values)
        return array
    for value in values:
        array.add_line(value, indent="  ")
    array.add_line(indent="")
    return array


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
