"""Fetches a model from a Hugging Face style hub: resumed where it broke off, checked, and moved into place whole.

The hub's file list (`/api/models/REPO/tree/REVISION`) names size and checksum of every file: SHA-256 of large (LFS)
files, git's SHA-1 of small ones.
"""

import errno
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from models.bundle import DEFAULT_ENDPOINT, LOCK_FILE, ModelDamaged, ModelError, find, sha256
from models.catalogue import Model

Progress = Callable[[str, int, int], None]
"""Called with file, bytes there, bytes in all."""

ATTEMPTS: Final = 5
_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0)


class OfflineError(ModelError):
    """The hub cannot be reached."""


class DiskFull(ModelError):
    """There is no room for the model."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the hub's list names it. `git_sha1` is that of a git blob."""

    path: str
    size: int
    sha256: str | None
    git_sha1: str | None

    @property
    def name(self) -> str:
        return Path(self.path).name

    def is_same(self, path: Path) -> bool:
        """Whether the file on disk is the one in the list."""
        if path.stat().st_size != self.size:
            return False
        if self.sha256:
            return sha256(path) == self.sha256
        blob = b"blob %d\0" % self.size + path.read_bytes()
        return hashlib.sha1(blob, usedforsecurity=False).hexdigest() == self.git_sha1


def download(
    name: str,
    *,
    dir: Path,
    endpoint: str = DEFAULT_ENDPOINT,
    progress: Progress | None = None,
    pause_s: Callable[[int], float] = lambda attempt: 2.0**attempt,
) -> Path:
    """Fetches a catalogue model into dir/name and returns that folder.

    pause_s: wait before each further attempt, by its number. Raises OfflineError, DiskFull or ModelDamaged.
    """
    model = find(name)
    if model.source != "hub":
        raise ModelError(f"model {name!r} is not downloaded: it is part of this installation")
    staging = dir / f".{name}.part"
    try:
        staging.mkdir(parents=True, exist_ok=True)
        with httpx2.Client(base_url=endpoint, timeout=_TIMEOUT, follow_redirects=True) as client:
            hub = _Hub(client, model, pause_s)
            files = hub.listing()
            _require_room(staging, files)
            for file in files:
                hub.fetch(file, staging / file.name, progress or _silent)
        return _install(staging, dir / name, model, hub.revision, files)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"no room left in {dir} for model {name!r}: free {model.size_mb:.0f} MB") from error
        raise ModelError(f"cannot write model {name!r} to {dir}: {error}") from error


class _Hub:
    """One model's repository on the hub."""

    def __init__(self, client: httpx2.Client, model: Model, pause_s: Callable[[int], float]) -> None:
        self._client = client
        self._model = model
        self._pause_s = pause_s
        self.revision = model.revision

    def listing(self) -> list[RemoteFile]:
        """The model's files in the newest commit, which `revision` names from here on."""
        model = self._model
        self.revision = str(self._json(f"/api/models/{model.location}/revision/{model.revision}")["sha"])
        folders = sorted({str(Path(file).parent) for file in model.files})
        entries: dict[str, dict[str, Any]] = {}
        for folder in folders:
            suffix = "" if folder == "." else f"/{folder}"
            for entry in self._json(f"/api/models/{model.location}/tree/{self.revision}{suffix}"):
                entries[entry["path"]] = entry
        if absent := [file for file in model.files if file not in entries]:
            raise ModelError(f"{self._client.base_url} has no {', '.join(absent)} in {model.location}: try another hub")
        return [_remote_file(entries[file]) for file in model.files]

    def fetch(self, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Brings one file, going on where an earlier attempt broke off."""
        part = target.with_name(target.name + ".part")
        if target.exists() and file.is_same(target):
            progress(file.name, file.size, file.size)
            return
        for attempt in range(ATTEMPTS):
            self._with_retries(lambda: self._append(file, part, progress))
            if file.is_same(part):
                part.replace(target)
                return
            part.unlink()
            time.sleep(self._pause_s(attempt))
        raise ModelDamaged(
            f"{file.path} from {self._client.base_url} does not match its checksum after {ATTEMPTS} downloads: "
            "try another hub (models.hub_endpoint)"
        )

    def _append(self, file: RemoteFile, part: Path, progress: Progress) -> None:
        there = part.stat().st_size if part.exists() else 0
        if there > file.size:
            part.unlink()
            there = 0
        if there == file.size and part.exists():
            return
        url = f"/{self._model.location}/resolve/{self.revision}/{file.path}"
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
        with self._client.stream("GET", url, headers=headers) as response:
            response.raise_for_status()
            resumed = response.status_code == httpx2.codes.PARTIAL_CONTENT
            there = there if resumed else 0
            with part.open("ab" if resumed else "wb") as out:
                for block in response.iter_raw():
                    there += len(block)
                    if there > file.size:
                        raise ModelDamaged(f"{file.path} is longer than the hub's list says: try another hub")
                    out.write(block)
                    progress(file.name, there, file.size)
        if there < file.size:
            raise httpx2.ReadError(f"{file.path} ended after {there} of {file.size} bytes")

    def _json(self, url: str) -> Any:
        def get() -> Any:
            response = self._client.get(url)
            response.raise_for_status()
            return response.json()

        return self._with_retries(get)

    def _with_retries(self, request: Callable[[], Any]) -> Any:
        """Repeats a request while the hub is merely away. Raises OfflineError, or ModelError when it says no."""
        model, base = self._model, self._client.base_url
        for attempt in range(ATTEMPTS):
            try:
                return request()
            except httpx2.HTTPStatusError as error:
                status = error.response.status_code
                if status < 500 and status != httpx2.codes.TOO_MANY_REQUESTS:
                    raise ModelError(
                        f"{error.request.url} answered {status}: the model is not there, or needs a login; "
                        "set models.hub_endpoint to a hub that has it"
                    ) from error
                reason = f"answered {status}"
            except (httpx2.TransportError, json.JSONDecodeError) as error:
                reason = str(error) or type(error).__name__
            if attempt + 1 < ATTEMPTS:
                time.sleep(self._pause_s(attempt))
        raise OfflineError(
            f"cannot fetch model {model.name!r} from {base} ({reason}). Set models.hub_endpoint to a mirror, copy the "
            f"model's folder from another machine and set {model.setting} to its path, or use what ships: "
            f"{model.shipped_alternative}"
        )


def _remote_file(entry: dict[str, Any]) -> RemoteFile:
    large = entry.get("lfs") or {}
    return RemoteFile(entry["path"], int(entry["size"]), large.get("oid"), entry.get("oid"))


def _require_room(folder: Path, files: list[RemoteFile]) -> None:
    there = sum(path.stat().st_size for path in folder.iterdir())
    needed = sum(file.size for file in files) - there
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DiskFull(f"{folder.parent} has {free / 1e6:.0f} MB free, the model needs {needed / 1e6:.0f} MB more")


def _install(staging: Path, target: Path, model: Model, revision: str, files: list[RemoteFile]) -> Path:
    """Locks the finished download and puts it in place of what was there."""
    for stray in {path.name for path in staging.iterdir()} - {file.name for file in files}:
        (staging / stray).unlink()
    checksums = {file.name: {"size": file.size, "sha256": sha256(staging / file.name)} for file in files}
    lock = {"name": model.name, "repository": model.location, "revision": revision, "files": checksums}
    (staging / LOCK_FILE).write_text(json.dumps(lock, indent=2) + "\n", "utf-8")
    if target.exists():
        shutil.rmtree(target)
    staging.replace(target)
    return target


def _silent(_file: str, _there: int, _size: int) -> None:
    pass
