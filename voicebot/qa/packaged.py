"""Word lists and messages that ship with quality review."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TypeVar

from voicebot.company.model import Model

_M = TypeVar("_M", bound=Model)


def packaged(model: type[_M], name: str) -> _M:
    """data/NAME.toml as a `model`."""
    text = files("voicebot.qa").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return model.model_validate(tomllib.loads(text))
