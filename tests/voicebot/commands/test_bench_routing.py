"""The routing benchmark says what it counts, and gives all its figures as one JSON object."""

import json

from typer.testing import CliRunner

from voicebot.commands.bench_routing import app


def test_a_small_day_gives_all_figures() -> None:
    result = CliRunner().invoke(app, ["--calls", "120", "--agents", "3", "--json"])
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout.strip().splitlines()[-1])
    assert printed.keys() == {"with_dialects", "without_dialects", "tick_ms"}
    for figures in (printed["with_dialects"], printed["without_dialects"]):
        assert figures.keys() == {
            *("dialect_match_rate", "service_level", "abandoned_rate", "wait_s", "occupancy_spread")
        }
        assert 0 < figures["service_level"] <= 1
        assert 0 <= figures["dialect_match_rate"] <= 1
        assert 0 <= figures["wait_s"]["mean"] <= figures["wait_s"]["p95"]
    assert printed["tick_ms"] > 0


def test_the_table_says_what_the_service_level_is() -> None:
    result = CliRunner().invoke(app, ["--calls", "60", "--agents", "3"])
    assert result.exit_code == 0, result.output
    assert "answered within 20 s" in result.output
    assert "Service level: answered within 20 s" in result.output
    assert "500 calls waiting, 300 of 300 agents free" in result.output
