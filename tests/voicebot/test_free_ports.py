"""A port that was found is nobody else's until the process that looked for it has ended, used or not."""

import subprocess
import sys

import pytest

from voicebot import free_ports as module
from voicebot.free_ports import free_ports

ANOTHER = "from voicebot import free_ports as f; f._FIRST, f._COUNT = {first}, {count}; print(*f.free_ports({wanted}))"


def found_by_another(first: int, count: int, wanted: int) -> set[int]:
    code = ANOTHER.format(first=first, count=count, wanted=wanted)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return {int(port) for port in done.stdout.split()}


def test_a_port_is_found_once_until_its_process_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    first, count = 9_000, 40  # where no other test looks
    monkeypatch.setattr(module, "_FIRST", first)
    monkeypatch.setattr(module, "_COUNT", count)
    ours = [*free_ports(5), *free_ports(5)]
    assert len(set(ours)) == 10
    theirs = found_by_another(first, count, 20)
    assert not theirs & set(ours)
    again = found_by_another(first, count, 20)  # what the process before had found is to be had again
    assert again & theirs and not again & set(ours)
