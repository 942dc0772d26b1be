"""Asks the model host once a second how busy it is: for the metrics, and for the door."""

import asyncio
from typing import Final

from models.address import InferenceError
from models.speech_client import SpeechModels
from voicebot.call.admission import Admission
from voicebot.metrics import Metrics

ASKED_EVERY_S: Final = 1.0
LAG_EVERY_S: Final = 0.25


async def watch_models(models: SpeechModels, admission: Admission, metrics: Metrics) -> None:
    """Until cancelled. A host that does not answer says nothing; its calls notice for themselves."""
    clock = asyncio.get_running_loop().time
    while True:
        try:
            load = await models.load()
        except InferenceError:
            load = {}
        for model, stats in load.items():
            metrics.model_waiting.labels(model).set(stats.waiting)
            metrics.model_wait_s.labels(model).set(stats.p95_wait_ms / 1000)
            metrics.model_run_s.labels(model).set(stats.p95_run_ms / 1000)
        if recogniser := load.get("asr"):
            admission.on_recognition(recogniser.p95_wait_ms + recogniser.p95_run_ms, at=clock())
        await asyncio.sleep(ASKED_EVERY_S)


async def watch_lag(admission: Admission) -> None:
    """How late this process's loop wakes, until cancelled."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + LAG_EVERY_S
        await asyncio.sleep(LAG_EVERY_S)
        now = clock()
        admission.on_loop_lag(1000 * (now - due), at=now)
