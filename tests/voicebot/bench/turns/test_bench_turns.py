"""The turn-taking benchmark gives the figures that others read by name."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_the_last_line_is_one_json_object_with_both_halves(trained_data: Path) -> None:
    command = [sys.executable, "-m", "voicebot", "bench", "turns", "--kind", "address", "--at-most", "2", "--json"]
    environment = {**os.environ, "VOICEBOT_DATA_DIR": str(trained_data)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    for half in ("tuning", "held_out"):
        assert result[half].keys() >= {
            "false_cutoff_rate", "missed_end_rate", "wait_ms", "false_barge_in_rate", "missed_barge_in_rate",
            "lost_short_answer_rate", "stop_ms", "resume_ms", "counts", "by_kind",
        }  # fmt: skip
        assert result[half]["wait_ms"].keys() == {"mean", "p95"}
        assert result[half]["counts"]["false_cutoff"] == result[half]["turns"] == 2
