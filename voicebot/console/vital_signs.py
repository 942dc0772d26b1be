"""How the media process and the model host are doing, from the metrics that the media process exports."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from voicebot.config import MetricsSection

EVERY_S: Final = 3.0
TIMEOUT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class ModelLoad:
    waiting: int = 0
    """Requests that wait for the model."""
    wait_ms: float = 0.0
    """Their wait, 95th percentile of ten seconds."""
    run_ms: float = 0.0
    """Time of a batch in the model, 95th percentile."""


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """One reading. `reachable` False: nothing is known, the other values are as if nothing went on."""

    reachable: bool = False
    calls: int = 0
    late_p99_ms: float = 0.0
    """Lateness of sent packets."""
    loop_lag_max_ms: float = 0.0
    """Largest lag of the event loop in the last one to two minutes."""
    broker_connected: bool = False
    models: Mapping[str, ModelLoad] = field(default_factory=dict)


class VitalSignsMonitor:
    """Reads the metrics again and again; `latest` is for anyone to look at."""

    def __init__(self, settings: MetricsSection) -> None:
        self._settings = settings
        self.latest = VitalSigns()

    async def run(self) -> None:
        """Until cancelled. Without metrics there is nothing to read."""
        if not self._settings.enabled:
            return
        url = f"http://{self._settings.bind}:{self._settings.port}/metrics"
        async with httpx2.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            while True:
                try:
                    self.latest = parsed((await client.get(url)).text)
                except (httpx2.HTTPError, ValueError):
                    self.latest = VitalSigns()
                await asyncio.sleep(EVERY_S)


def parsed(text: str) -> VitalSigns:
    """text: in Prometheus' exposition format. Raises ValueError for anything else."""
    values: dict[str, float] = {}
    by_model: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if model := sample.labels.get("model"):
                by_model.setdefault(model, {})[sample.name] = sample.value
            elif sample.labels.get("quantile") in (None, "0.99"):
                values[sample.name] = sample.value
    if "voicebot_calls_active" not in values:
        raise ValueError("these are not the media process's metrics")
    return VitalSigns(
        reachable=True,
        calls=round(values["voicebot_calls_active"]),
        late_p99_ms=1000 * values.get("voicebot_media_late_seconds", 0.0),
        loop_lag_max_ms=1000 * values.get("voicebot_loop_lag_max_seconds", 0.0),
        broker_connected=values.get("voicebot_broker_connected") == 1,
        models={model: _load(found) for model, found in by_model.items()},
    )


def _load(found: Mapping[str, float]) -> ModelLoad:
    return ModelLoad(
        waiting=round(found.get("voicebot_model_waiting", 0)),
        wait_ms=1000 * found.get("voicebot_model_wait_seconds", 0.0),
        run_ms=1000 * found.get("voicebot_model_run_seconds", 0.0),
    )
