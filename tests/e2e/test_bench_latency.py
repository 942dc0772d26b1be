"""Benchmarks that ring a real system give the figures that others read by name, and leave nothing behind."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import voicebot
from voicebot.bench.latency.prompts import SAME_TURN_S

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def temporary() -> Iterator[dict[str, str]]:
    """An environment in which a bench keeps its own in a folder that is no other program's, and leaves nothing there.
    Its name is shorter than pytest's: a socket's path has 107 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        yield {"TMPDIR": folder}
        assert list(Path(folder).glob("voicebot-bench-*")) == []


def recordings(folder: Path) -> list[Path]:
    return list(folder.glob("*.wav"))


async def test_two_callers_are_measured_from_their_recordings(tmp_path: Path, temporary: dict[str, str]) -> None:
    options = ("--calls", "2", "--turns", "2", "--recordings", str(tmp_path), "--json")
    bench = await voicebot("bench", "latency", *options, environment=temporary)
    assert bench.code == 0, bench.complaint
    figures = json.loads(bench.out.splitlines()[-1])
    assert (figures["calls"], figures["turns"]) == (2, 4)
    assert figures["failed_calls"] == figures["turned_away"] == 0
    wait = figures["voice_to_voice_ms"]
    assert 0 < wait["p50"] <= wait["p95"] <= wait["max"]
    stages = figures["stages_ms"]
    assert set(stages) == {"endpoint", "recognition", "understanding", "dialogue", "synthesis", "network"}
    assert all(stages[name]["mean"] is not None for name in stages)
    assert 0 <= figures["answered_right"] <= 1
    assert figures["core_percent"] > 0 and figures["rss_mb"] > 100
    assert set(figures["core_percent_of"]) == {"serve", "broker", "inference", "media", "qa", "console", "callers"}
    assert figures["loop_lag_ms"]["p99"] <= figures["loop_lag_ms"]["max"]
    assert len(recordings(tmp_path)) == 2


async def test_pages_are_kept_open_beside_the_calls_and_show_what_is_said() -> None:
    bench = await voicebot(
        "bench", "console", "--desks", "2", "--boards", "1", "--calls", "1", "--turns", "2", "--json"
    )
    assert bench.code == 0, bench.complaint
    figures = json.loads(bench.out.splitlines()[-1])
    assert (figures["desks"], figures["boards"], figures["calls"]["turns"]) == (2, 1, 2)
    assert figures["shown"]["count"] >= 2
    assert 0 < figures["shown"]["p50_ms"] <= figures["shown"]["max_ms"] < 60_000
    assert figures["media_late_p99_ms"] > 0


async def test_prompts_are_measured_from_the_callers_last_word_to_the_agents_topic(temporary: dict[str, str]) -> None:
    bench = await voicebot("bench", "prompts", "--rounds", "1", "--json", environment=temporary)
    assert bench.code == 0, bench.complaint
    figures = json.loads(bench.out.splitlines()[-1])
    assert (figures["calls"], figures["failed_calls"]) == (3, 0)
    assert figures["prompts"] == sum(figures["by_kind"].values()) >= 3
    wait, told = figures["latency_ms"], figures["told_ms"]
    assert 0 < wait["p50"] <= wait["p95"] <= wait["max"] < 60_000
    assert told["p50"] <= wait["p50"] + 1000 * SAME_TURN_S  # so far may the end of speech have been detected too early


async def test_less_than_one_call_is_refused_before_anything_starts() -> None:
    bench = await voicebot("bench", "latency", "--calls", "0")
    assert bench.code == 2
    assert "--calls" in bench.complaint
