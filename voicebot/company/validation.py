"""Turns pydantic's findings into problems with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voicebot.company.problems import Problem, suggest
from voicebot.company.tomlfile import Location, TomlFile

_REMEDIES = {
    "missing": "Add it",
    "string_too_long": "Shorten it: callers listen to it, or nobody says that much in one breath",
    "date_from_datetime_parsing": "Write a date as 2026-11-05 or relative, as today-3",
    "date_parsing": "Write a date as 2026-11-05 or relative, as today-3",
    "decimal_parsing": "Write an amount as 199 or 199.90",
    "int_parsing": "Write a whole number",
    "bool_type": "Write true or false, without quotes",
    "tuple_type": 'Write a list: ["…", "…"]',
    "string_type": 'Put it in quotes: "…"',
}
_PATTERN_REMEDIES = {
    r"^\+[1-9]": "Write the number in E.164: +86 and then the number without its leading 0, as +8613912345678",
    r"^[0-9]{8,12}$": "An order number has 8 to 12 digits",
    r"^[a-z][a-z0-9_]{0,39}$": "Names have small letters, digits and underscores only, as order_status",
    r"^(more|close": "Write more, close, handover or ask:SLOT",
    r"^[0-9*#]": "Keys are 0-9, * and #",
    r"^[^\x00": "Write it on one line",
    r"^[a-z0-9][a-z0-9_-]": "An id has small letters, digits, hyphens and underscores, as 8001 or wang-li",
    r"^(sip:": "Write a fixed address as sip:8001@192.168.1.20, or leave it empty for a phone that registers",
}


def toml_problems(
    error: ValidationError, model: type[BaseModel], file: TomlFile, prefix: Location = ()
) -> list[Problem]:
    """`prefix` is where in the file the model's data stands."""
    found = []
    for detail in error.errors():
        location = [*prefix, *detail["loc"]]
        message, remedy = describe(detail, model)
        found.append(Problem(file.shown, file.line(location) or 1, message, remedy))
    return found


def row_problems(error: ValidationError, model: type[BaseModel], shown: str, line: int) -> list[Problem]:
    return [Problem(shown, line, *describe(detail, model)) for detail in error.errors()]


def describe(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """Message and remedy for one finding."""
    location = detail["loc"]
    where = ".".join(str(part) for part in location)
    context: Mapping[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "voicebot":
        return f"{where}: {detail['msg']}" if where else detail["msg"], str(context["remedy"])
    if kind == "extra_forbidden":
        return f"unknown key {where!r}", suggest(str(location[-1]), fields_at(model, location[:-1]))
    if kind == "missing":
        return f"{where!r} is missing", _REMEDIES["missing"]
    shown = repr(detail["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    message = f"{where} = {shown}: {detail['msg']}" if where else f"{shown}: {detail['msg']}"
    if kind == "literal_error" and isinstance(detail["input"], str):
        return message, suggest(detail["input"], re.findall(r"'([^']+)'", str(context["expected"])))
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return message, next((r for p, r in _PATTERN_REMEDIES.items() if pattern.startswith(p)), "Correct it")
    return message, _REMEDIES.get(kind, "Correct it")


def fields_at(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """Keys that are allowed at a place inside a model's data."""
    current: Any = model
    for part in location:
        if _is_model(current):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:  # a list's index, a mapping's key
            current = _contained_model(current)
    current = current if _is_model(current) else _contained_model(current)
    return list(current.model_fields) if current else []


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _contained_model(annotation: Any) -> Any:
    """The model inside `tuple[Slot, ...]`, `Mapping[str, Outcome]`, `Hours | None`; None where there is none."""
    if _is_model(annotation):
        return annotation
    return next((found for part in get_args(annotation) if (found := _contained_model(part))), None)
