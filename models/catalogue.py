"""The models known by name, from catalogue.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Literal

FOLDER_MODEL_LIMITS = "not in the catalogue: see the folder's own model card"


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue, or a folder that the user named."""

    name: str
    kind: Literal["asr", "tts", "vad", "end_of_turn", "dialect"]
    source: Literal["package", "hub", "python", "folder"]
    """Shipped in models/bundled, downloaded, part of a Python dependency, or a folder of the user's."""
    location: str
    """Folder under models/bundled, repository on the hub, file in site-packages, or path."""
    files: tuple[str, ...] = ()
    size_mb: float = 0.0
    licence: str = ""
    hotwords: bool = False
    """Whether recognition gains when it is told the company's words."""
    about: str = ""
    trained_on: str = "unknown"
    limits: str = FOLDER_MODEL_LIMITS
    revision: str = "main"

    @property
    def setting(self) -> str:
        """The setting that names a model of this kind."""
        settings = {"asr": "asr", "tts": "tts_voice", "vad": "vad", "end_of_turn": "dir", "dialect": "dialect"}
        return f"models.{settings[self.kind]}"

    @property
    def shipped_alternative(self) -> str:
        """What to set when this model cannot be had."""
        return {"asr": 'models.asr = "bundled"', "tts": 'models.tts = "espeak"'}.get(self.kind, "nothing")


@cache
def catalogue() -> Mapping[str, Model]:
    """All entries by name."""
    entries = tomllib.loads((resources.files("models") / "catalogue.toml").read_text("utf-8"))
    return MappingProxyType(
        {name: Model(name=name, **{**entry, "files": tuple(entry["files"])}) for name, entry in entries.items()}
    )


def folder_model(path: Path) -> Model:
    """A model of the user's own: taken for a Whisper, which gains from hotwords."""
    return Model(name=path.name, kind="asr", source="folder", location=str(path), hotwords=True)
