"""Guards the way of a model onto the machine, against a real HTTP server that cuts, corrupts, refuses or is not there:
a model is either whole and checked, or reported missing with the remedy; nothing half-done is taken for a model."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import bundle
from models.bundle import LOCK_FILE, ModelDamaged, ModelError, ModelMissing, is_installed, resolve, verify
from models.catalogue import catalogue
from models.download import DiskFull, OfflineError, download
from tests.clients.hub import Hub, serving

NAME = "large-v3-turbo"
CONTENTS = {
    file: (b"weights" * 300_000 if file == "model.bin" else f"contents of {file}".encode())
    for file in catalogue()[NAME].files
}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub(NAME, CONTENTS)) as there:
        yield there


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
