"""The load that the board shows is what the media process exports."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from voicebot.console.vital_signs import ModelLoad, parsed
from voicebot.metrics import Metrics


def test_the_exported_metrics_are_read() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.calls_active.set(3)
    metrics.media_late_s.labels("0.5").set(0.0001)
    metrics.media_late_s.labels("0.99").set(0.0025)
    metrics.broker_connected.set(1)
    metrics.model_waiting.labels("asr").set(2)
    metrics.model_wait_s.labels("asr").set(0.05)
    signs = parsed(generate_latest(registry).decode())
    assert (signs.calls, signs.broker_connected, signs.reachable) == (3, True, True)
    assert signs.late_p99_ms == pytest.approx(2.5)
    assert signs.models == {"asr": ModelLoad(2, 50.0, 0.0)}


@pytest.mark.parametrize("text", ["", "<html>not metrics</html>", 'other_metric{a="b"} 1\n'])
def test_another_program_s_answer_is_not_taken_for_it(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)
