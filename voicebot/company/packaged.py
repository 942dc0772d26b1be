"""Wording and word lists that ship with a package; a company may hand in its own of the same form."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TypeVar

from voicebot.company.model import Model

_M = TypeVar("_M", bound=Model)


def packaged(model: type[_M], package: str, name: str) -> _M:
    """data/NAME.toml of the package as a `model`."""
    text = files(package).joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return model.model_validate(tomllib.loads(text))
