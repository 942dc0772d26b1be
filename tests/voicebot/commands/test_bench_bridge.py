"""The bridge benchmark joins real legs over real sockets, tells of what both parties say, and gives all its figures."""

import json
import subprocess
import sys


def test_two_pairs_talk_without_loss_and_every_utterance_is_told_of() -> None:
    command = [sys.executable, "-m", "voicebot", "bench", "bridge", "--pairs", "2", "--seconds", "8", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout.strip().splitlines()[-1])
    assert figures["pairs"] == 2
    assert figures["utterances"] >= 2
    assert 0 < figures["late_ms"]["p50"] <= figures["late_ms"]["p99"] <= figures["late_ms"]["max"] + 0.1
    assert figures["core_percent"] > 0
    assert figures["lost_percent"] == 0.0
