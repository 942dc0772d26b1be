"""Guards the way of a model onto the machine, against a real HTTP server that cuts, corrupts, refuses or is not there:
a model is either whole and checked, or reported missing with the remedy; nothing half-done is taken for a model."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from models import bundle
from models.bundle import LOCK_FILE, ModelDamaged, ModelError, ModelMissing, is_installed, resolve, verify
from models.catalogue import catalogue
from models.download import DiskFull, OfflineError, download

NAME = "large-v3-turbo"
REPOSITORY = catalogue()[NAME].location
CONTENTS = {
    file: (b"weights" * 300_000 if file == "model.bin" else f"contents of {file}".encode())
    for file in catalogue()[NAME].files
}


@dataclass
class Hub:
    """A hub on loopback. `cut_after` cuts the first answers for model.bin, `corrupt` spoils that many of them."""

    url: str = ""
    cut_after: list[int] = field(default_factory=list)
    corrupt: int = 0
    failures: int = 0
    ranges: list[str | None] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)

    def listing(self) -> list[dict[str, Any]]:
        entries = []
        for path, content in CONTENTS.items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": blob}
            if path == "model.bin":
                entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
            entries.append(entry)
        return [entry for entry in entries if entry["path"] not in self.absent]


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if state.failures:
                state.failures -= 1
                return self.send_error(503)
            if self.path == f"/api/models/{REPOSITORY}/revision/main":
                return self._send(json.dumps({"sha": "c0ffee"}).encode())
            if self.path == f"/api/models/{REPOSITORY}/tree/c0ffee":
                return self._send(json.dumps(state.listing()).encode())
            name = self.path.rpartition("/")[2]
            if self.path != f"/{REPOSITORY}/resolve/c0ffee/{name}" or name not in CONTENTS:
                return self.send_error(404)
            return self._send_file(name)

        def _send(self, body: bytes, status: int = 200, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut])
            if cut is not None:
                self.close_connection = True

        def _send_file(self, name: str) -> None:
            body, status, cut = CONTENTS[name], 200, None
            if name == "model.bin":
                asked = self.headers.get("Range")
                state.ranges.append(asked)
                if asked:
                    body, status = body[int(asked.removeprefix("bytes=").rstrip("-")) :], 206
                if state.corrupt:
                    state.corrupt -= 1
                    body = b"X" + body[1:]
                cut = state.cut_after.pop(0) if state.cut_after else None
            self._send(body, status, cut)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(hub: Hub, dir: Path) -> Path:
    return download(NAME, dir=dir, endpoint=hub.url, pause_s=lambda attempt: 0.0)


def test_a_downloaded_model_is_whole_locked_and_verified(hub: Hub, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = download(NAME, dir=tmp_path, endpoint=hub.url, progress=lambda *step: seen.append(step))
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK_FILE} == CONTENTS
    lock = json.loads((folder / LOCK_FILE).read_text())
    assert lock["revision"] == "c0ffee"
    assert lock["files"]["model.bin"]["sha256"] == hashlib.sha256(CONTENTS["model.bin"]).hexdigest()
    assert ("model.bin", len(CONTENTS["model.bin"]), len(CONTENTS["model.bin"])) in seen
    assert sorted(verify(NAME, dir=tmp_path)) == sorted(CONTENTS)
    assert resolve(NAME, dir=tmp_path) == folder
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_cut_connection_is_resumed_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [500_000, 300_000]
    folder = fetch(hub, tmp_path)
    assert (folder / "model.bin").read_bytes() == CONTENTS["model.bin"]
    assert hub.ranges[0] is None
    offsets = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in hub.ranges[1:] if asked]
    assert len(offsets) == 2
    assert 0 < offsets[0] <= 500_000 < offsets[1] + 1


def test_an_interrupted_download_goes_on_at_the_next_command(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [400_000] + [1] * 20
    with pytest.raises(OfflineError):
        fetch(hub, tmp_path)
    assert not is_installed(catalogue()[NAME], dir=tmp_path)
    hub.cut_after, hub.ranges = [], []
    fetch(hub, tmp_path)
    assert hub.ranges[0] is not None
    assert verify(NAME, dir=tmp_path)


def test_a_corrupted_file_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    hub.corrupt = 1
    assert (fetch(hub, tmp_path) / "model.bin").read_bytes() == CONTENTS["model.bin"]


def test_a_file_that_stays_corrupted_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.corrupt = 100
    with pytest.raises(ModelDamaged, match=r"checksum.*hub_endpoint"):
        fetch(hub, tmp_path)
    assert not is_installed(catalogue()[NAME], dir=tmp_path)


def test_a_hub_without_the_model_is_told_apart_from_one_that_is_away(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="404") as caught:
        download("small", dir=tmp_path, endpoint=hub.url, pause_s=lambda attempt: 0.0)
    assert not isinstance(caught.value, OfflineError)


def test_a_repository_that_lacks_a_file_is_named(hub: Hub, tmp_path: Path) -> None:
    hub.absent = {"model.bin"}
    with pytest.raises(ModelError, match=r"model\.bin"):
        fetch(hub, tmp_path)


def test_a_hub_in_trouble_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.failures = 3
    assert fetch(hub, tmp_path)


def test_offline_says_mirror_copy_or_bundled(tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match=r"(?s)hub_endpoint.*copy.*bundled"):
        download(NAME, dir=tmp_path, endpoint="http://127.0.0.1:9", pause_s=lambda attempt: 0.0)


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("models.download.shutil.disk_usage", lambda path: usage)
    with pytest.raises(DiskFull, match="MB free"):
        fetch(hub, tmp_path)
    assert hub.ranges == []


def test_a_missing_model_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="voicebot models download large-v3-turbo"):
        resolve(NAME, dir=tmp_path)


def test_an_allowed_download_happens_at_first_use(hub: Hub, tmp_path: Path) -> None:
    assert resolve(NAME, dir=tmp_path, allow_download=True, endpoint=hub.url) == tmp_path / NAME


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelMissing, match="large-v3-turbo"):
        resolve("whisper-9000")


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert resolve(str(tmp_path)) == tmp_path
    assert bundle.find(str(tmp_path)).source == "folder"


def test_a_changed_file_is_found_out(hub: Hub, tmp_path: Path) -> None:
    folder = fetch(hub, tmp_path)
    (folder / "config.json").write_text("{}")
    with pytest.raises(ModelDamaged, match=r"config\.json"):
        verify(NAME, dir=tmp_path)
