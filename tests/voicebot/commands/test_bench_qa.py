"""The scoring benchmark scores every made-up call twice, of realistic length, and gives all its figures."""

import json
import subprocess
import sys

import pytest


@pytest.mark.timeout(300)
def test_a_few_calls_are_scored_on_one_core_and_on_two() -> None:
    command = [sys.executable, "-m", "voicebot", "bench", "qa", "--calls", "4", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout.strip().splitlines()[-1])
    assert figures["calls"] == 4
    assert 600 < figures["characters_per_call"] < 1000  # three minutes of talk
    assert figures["calls_per_second"] > 0 and figures["calls_per_second_one_core"] > 0
    assert figures["cost_ratio_1000_to_10_phrases"] > 0
