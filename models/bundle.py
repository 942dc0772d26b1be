"""Where a model's files are: shipped with the package, in a folder, or downloaded from a hub.

The lock file beside a downloaded model holds the revision and checksums; it is written last, so a model without one
is not complete.
"""

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

from models.catalogue import Model, catalogue, folder_model

LOCK_FILE: Final = "model.lock.json"
DEFAULT_ENDPOINT: Final = "https://huggingface.co"

_BLOCK: Final = 1 << 20


class ModelError(RuntimeError):
    """A model cannot be used. The message says what to do."""


class ModelMissing(ModelError):
    """The model's files are not on this machine."""


class ModelDamaged(ModelError):
    """A model's file is absent or not what was downloaded."""


def find(name: str) -> Model:
    """The catalogue's entry, or a model for a folder's path. Raises ModelMissing for anything else."""
    if model := catalogue().get(name):
        return model
    path = Path(name).expanduser()
    if path.is_dir():
        return folder_model(path)
    raise ModelMissing(
        f"there is no model {name!r}: name one of {', '.join(catalogue())}, or the path of a folder with model files"
    )


def folder_of(model: Model, *, dir: Path | None) -> Path:
    """Where the model's files belong, whether they are there or not. dir: setting models.dir."""
    if model.source == "package":
        return Path(str(resources.files("models") / "bundled" / model.location))
    if model.source == "python":
        package, _, path = model.location.partition("/")
        return Path(str(resources.files(package) / path)).parent
    if model.source == "folder":
        return Path(model.location).expanduser()
    if dir is None:
        raise ModelMissing(f"model {model.name!r} comes from a hub and needs a folder to live in: set models.dir")
    return dir / model.name


def is_installed(model: Model, *, dir: Path | None) -> bool:
    """Whether every file is there (not whether each is sound: see `verify`)."""
    if model.source == "hub" and (dir is None or not (dir / model.name / LOCK_FILE).exists()):
        return False
    return not _absent(model, folder_of(model, dir=dir))


def resolve(
    name: str, *, dir: Path | None = None, allow_download: bool = False, endpoint: str = DEFAULT_ENDPOINT
) -> Path:
    """The folder with the model's files. Downloads a hub model only when allowed; else raises ModelMissing."""
    model = find(name)
    folder = folder_of(model, dir=dir)
    if is_installed(model, dir=dir):
        return folder
    if model.source == "hub" and allow_download and dir is not None:
        from models.download import download  # only those who download need an HTTP client

        return download(name, dir=dir, endpoint=endpoint)
    absent = ", ".join(_absent(model, folder)) or LOCK_FILE
    if model.source == "hub":
        raise ModelMissing(
            f"model {name!r} is not in {folder} (missing: {absent}): run `voicebot models download {name}`, "
            f"or set {model.setting} to the folder of a copy, or use what ships: {model.shipped_alternative}"
        )
    raise ModelMissing(f"model {name!r} lacks {absent} in {folder}: install voicebot again")


def verify(name: str, *, dir: Path | None = None) -> list[str]:
    """Checks every file against the lock file; returns the files checked. Raises ModelMissing or ModelDamaged."""
    model = find(name)
    folder = resolve(name, dir=dir)
    lock_file = folder / LOCK_FILE
    if not lock_file.exists():
        return list(model.files)
    files: dict[str, dict[str, Any]] = json.loads(lock_file.read_text("utf-8"))["files"]
    for file, expected in files.items():
        if not (folder / file).exists() or sha256(folder / file) != expected["sha256"]:
            raise ModelDamaged(
                f"{folder / file} is not the file that was downloaded: "
                f"delete {folder} and run `voicebot models download {name}`"
            )
    return list(files)


def sha256(path: Path) -> str:
    """Hex digest of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _absent(model: Model, folder: Path) -> list[str]:
    names = [Path(file).name for file in model.files]
    return [name for name in names if not (folder / name).exists()]
