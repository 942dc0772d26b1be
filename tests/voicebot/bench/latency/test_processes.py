"""A system's processes are found by their settings file, and what they took is read as the kernel wrote it."""

import os
import time
from pathlib import Path

import pytest

from voicebot.bench.latency.processes import processes_of, usage


def process(proc: Path, pid: int, arguments: list[str]) -> None:
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "cmdline").write_bytes(b"".join(argument.encode() + b"\0" for argument in arguments))


def test_only_processes_with_this_settings_file_are_the_systems(tmp_path: Path) -> None:
    ours = ["python", "-m", "voicebot", "media", "--config", "/data/a.toml", "--supervisor", "7"]
    process(tmp_path, 10, ours)
    process(tmp_path, 11, ["python", "-m", "voicebot", "serve", "--config", "/data/a.toml"])
    process(tmp_path, 12, ["python", "-m", "voicebot", "media", "--config", "/data/b.toml"])
    process(tmp_path, 13, ["less", "/data/a.toml"])
    process(tmp_path, 14, [])
    (tmp_path / "15").mkdir()  # has just ended
    (tmp_path / "self").mkdir()
    assert processes_of(Path("/data/a.toml"), tmp_path) == {"media": 10, "serve": 11}


def test_a_name_with_blanks_and_brackets_does_not_shift_the_fields(tmp_path: Path) -> None:
    process(tmp_path, 10, ["x"])
    fields = ["S", *["0"] * 10, "150", "50", *["0"] * 20]
    (tmp_path / "10" / "stat").write_text(f"10 (a ) odd (name) {' '.join(fields)}")
    (tmp_path / "10" / "statm").write_text("900 300 100 0 0 0 0")
    used = usage({"media": 10, "gone": 11}, tmp_path)
    ticks = os.sysconf("SC_CLK_TCK")
    assert set(used) == {"media"}
    assert used["media"].cpu_s == 200 / ticks
    assert used["media"].rss_mb == 300 * os.sysconf("SC_PAGESIZE") / 1e6


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="/proc is Linux's")
def test_this_process_spends_what_it_spends() -> None:
    before = usage({"me": os.getpid()})["me"]
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    after = usage({"me": os.getpid()})["me"]
    assert after.cpu_s - before.cpu_s == pytest.approx(0.2, abs=0.1)
    assert 5 < after.rss_mb < 20_000
