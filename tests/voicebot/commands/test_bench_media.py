"""The media benchmark measures real legs over real sockets and gives the figures that others read by name."""

import json
import subprocess
import sys


def test_a_few_legs_run_without_loss_and_give_all_figures() -> None:
    command = [sys.executable, "-m", "voicebot", "bench", "media", "--legs", "4", "--seconds", "1.5", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout.strip().splitlines()[-1])
    assert figures["legs"] == 4
    assert 0 < figures["late_ms"]["p50"] <= figures["late_ms"]["p99"] <= figures["late_ms"]["max"] + 0.1
    assert figures["core_percent"] > 0
    assert figures["lost_percent"] == 0.0
