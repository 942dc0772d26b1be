"""The machine's noise is told in seconds of processor time, whatever it is."""

from types import SimpleNamespace

import pytest

from voicebot.bench.latency import machine
from voicebot.bench.latency.machine import noise_of_machine


def test_even_work_is_no_noise_and_each_long_one_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    took = iter([0.0002, 0.0031, 0.0002, 0.0025])
    monkeypatch.setattr(machine, "_work", lambda: next(took))
    now, worked = iter([0.0, 0.1, 0.2, 0.3, 0.4, 2.0]), iter([5.0, 5.5])
    monkeypatch.setattr(machine, "time", SimpleNamespace(monotonic=now.__next__, thread_time=worked.__next__))
    noise = noise_of_machine(1.0)
    assert noise.long_per_cpu_s == 4.0 and noise.max_ms == pytest.approx(3.1)


def test_a_real_machine_is_listened_to() -> None:
    noise = noise_of_machine(0.5)
    assert noise.long_per_cpu_s >= 0 and noise.max_ms > 0
