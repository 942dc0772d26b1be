"""The browsers' benchmark connects real phones, talks on them, and gives all its figures."""

import json
import subprocess
import sys


def test_two_phones_connect_and_talk_without_loss() -> None:
    command = [sys.executable, "-m", "voicebot", "bench", "browsers", "--phones", "2", "--seconds", "1", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout.strip().splitlines()[-1])
    assert 0 < figures["connect_p50"] <= figures["connect_max"] and figures["longest_work"] > 0
    load = figures["load"]
    assert 0 < load["late_ms"]["p50"] <= load["late_ms"]["max"] + 0.1
    assert load["core_percent"] > 0 and load["lost_percent"] == 0.0
