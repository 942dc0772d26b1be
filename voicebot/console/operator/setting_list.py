"""Every setting with its value, where that comes from, and what the code says about it. Secrets are never told."""

from __future__ import annotations

import ast
import inspect
import os
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from pydantic import BaseModel, SecretStr

from voicebot.config import ENV_PREFIX, Settings

Source = Literal["environment", "file", "default"]
_PASSWORD_IN_ADDRESS: Final = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    """As in the file: sip.port."""
    value: str | None
    """None: a secret that is set, or not."""
    source: Source
    explanation: str
    variable: str
    """The environment's name for it."""
    secret: bool = False


def every_setting(settings: Settings) -> list[Setting]:
    return list(_of(settings, ()))


def _of(section: BaseModel, path: tuple[str, ...]) -> Iterator[Setting]:
    told = explanations(type(section))
    for name in type(section).model_fields:
        value, here = getattr(section, name), (*path, name)
        if isinstance(value, BaseModel):
            yield from _of(value, here)
            continue
        variable = ENV_PREFIX + "__".join(here).upper()
        given = name in section.model_fields_set
        source: Source = "environment" if variable in os.environ else "file" if given else "default"
        annotation = str(type(section).model_fields[name].annotation)
        secret = isinstance(value, SecretStr) or "SecretStr" in annotation
        shown = (None if value else "") if secret else shown_value(value)
        yield Setting(".".join(here), shown, source, told.get(name, ""), variable, secret)


def shown_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, range):
        return f"{value.start}-{value.stop - 1}"
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(map(shown_value, value))
    return _PASSWORD_IN_ADDRESS.sub(r"\1:•••@", str(value))


@cache
def explanations(section: type[BaseModel]) -> Mapping[str, str]:
    """What stands below each field in the code."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(made, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(made.body, made.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text = ast.literal_eval(below.value) if isinstance(below.value, ast.Constant) else ""
            found[field.target.id] = " ".join(str(text).split())
    return found
