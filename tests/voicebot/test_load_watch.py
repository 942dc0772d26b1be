"""Guards what the door knows of the model host: its figures once a second, also as metrics; a host that is away is no
figure."""

import asyncio
import time

from models.address import InferenceError
from models.batch_stats import BatchStats
from tests.virtual_time import in_virtual_time
from voicebot.background import background
from voicebot.call.admission import Admission, AdmissionLimits
from voicebot.load_watch import watch_lag, watch_models
from voicebot.metrics import Metrics

BEHIND = BatchStats(
    waiting=7, batches=40, mean_batch=4, mean_wait_ms=500, p95_wait_ms=900, mean_run_ms=100, p95_run_ms=200
)


class Models:
    """A model host that is behind, and away for its first `away` answers."""

    def __init__(self, away: int = 0) -> None:
        self.asked = 0
        self._away = away

    async def load(self) -> dict[str, BatchStats]:
        self.asked += 1
        if self.asked <= self._away:
            raise InferenceError("away")
        return {"asr": BEHIND}


def admission() -> Admission:
    return Admission(AdmissionLimits(calls=10, recognition_ms=1000, loop_lag_ms=20))


@in_virtual_time
async def test_a_host_that_is_behind_closes_the_door_and_shows_in_the_metrics() -> None:
    door, metrics, models = admission(), Metrics(), Models(away=3)
    async with background(watch_models(models, door, metrics)):  # type: ignore[arg-type]
        await asyncio.sleep(4.5)
        assert door.refusal(calls=3, at=4.5) is None
        await asyncio.sleep(2)
        assert "max_recognition_ms" in (door.refusal(calls=3, at=6.5) or "")
    assert models.asked == 7
    value = metrics.registry.get_sample_value
    assert value("voicebot_model_waiting", {"model": "asr"}) == 7
    assert value("voicebot_model_wait_seconds", {"model": "asr"}) == 0.9
    assert value("voicebot_model_run_seconds", {"model": "asr"}) == 0.2


async def test_a_loop_that_is_held_up_again_and_again_closes_the_door() -> None:
    door, clock = admission(), asyncio.get_running_loop().time

    async with background(watch_lag(door)):
        async with asyncio.timeout(60):
            while (refusal := door.refusal(calls=3, at=clock())) is None:
                time.sleep(0.2)  # noqa: ASYNC251 - this is what holds it up
                await asyncio.sleep(0)
    assert "max_loop_lag_ms" in refusal
