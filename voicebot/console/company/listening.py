"""A sentence as callers would hear it, from the very voice that speaks to them."""

from __future__ import annotations

import asyncio
import io
import math
import re
import wave
from collections.abc import Callable
from typing import Final, Literal, cast

import numpy as np
from fastapi import FastAPI, Request, Response
from starlette.responses import PlainTextResponse

from models.address import InferenceError
from models.speech_client import SpeechModels
from voicebot.accounts.permissions import Action
from voicebot.console.shell import Viewer
from voicebot.console.sources import Sources
from voicebot.web.rate_limit import RateLimit

LONGEST: Final = 200
PER_MINUTE: Final = 60
AT_ONCE: Final = 20
"""Sentences of one person: callers wait for the same voice."""
_VALUE: Final = re.compile(r"\{[a-z_]+\}")


def add_listening(app: FastAPI, sources: Sources, viewer_of: Callable[[Request], Viewer]) -> None:
    """/company/listen?text=…&language=cmn|yue"""
    limit = RateLimit(per_minute=PER_MINUTE, burst=AT_ONCE)

    @app.get("/company/listen", include_in_schema=False)
    async def listen(request: Request) -> Response:
        viewer = viewer_of(request)
        if not viewer.may(Action.VIEW_COMPANY):
            return PlainTextResponse(viewer.t("refused.title"), 403)
        text = _VALUE.sub("某某", request.query_params.get("text", ""))[:LONGEST]
        language = request.query_params.get("language")
        if not text.strip() or language not in ("cmn", "yue"):
            return PlainTextResponse(viewer.t("not_found.title"), 404)
        if wait_s := limit.wait_s(viewer.actor.id, at_s=asyncio.get_running_loop().time()):
            return PlainTextResponse(viewer.t("too_many"), 429, {"Retry-After": str(math.ceil(wait_s))})
        try:
            models = SpeechModels(sources.models)
            spoken = [part async for part in models.speak(text, language=cast(Literal["cmn", "yue"], language))]
        except InferenceError as error:
            return PlainTextResponse(str(error), 503)
        return Response(_wav(spoken), media_type="audio/wav", headers={"Cache-Control": "no-store"})


def _wav(parts: list[np.ndarray]) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.concatenate(parts).astype("<i2").tobytes() if parts else b"")
    return content.getvalue()
