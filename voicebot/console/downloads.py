"""What the pages fetch besides themselves: a call's audio, the list of calls as a table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.auditing import EXPORTED, Listening
from voicebot.console.call_query import CallQuery
from voicebot.console.csv_export import csv_bytes
from voicebot.console.sources import Sources
from voicebot.console.visit import ViewerOf, Visit
from voicebot.privacy.audit import Audit, Detail

MOST_EXPORTED: Final = 10_000


def add_downloads(app: FastAPI, sources: Sources, viewer_of: ViewerOf) -> None:
    listening = Listening(sources.store)

    @app.get("/calls/{call_id}/audio", include_in_schema=False)
    async def audio(request: Request, call_id: str) -> Response:
        visit = Visit(viewer_of(request), sources, request)
        call = await sources.store.call(call_id)
        reached = call is not None and may_with_call(visit.viewer.actor, Action.LISTEN_TO_CALL, call)
        path = Path(call.recording_path) if call and reached and call.recording_path else None
        if path is None or not path.is_file():
            return PlainTextResponse(visit.t("not_found.title"), 404)
        await listening.heard(visit.viewer.actor.id, call_id, at=monotonic())
        return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "private, no-store"})

    @app.get("/calls.csv", include_in_schema=False)
    async def table(request: Request) -> Response:
        visit = Visit(viewer_of(request), sources, request)
        if not visit.viewer.may(Action.EXPORT_CALLS):
            return _refused(visit)
        content = await _table(visit)
        name = f"calls-{datetime.now(sources.company.zone):%Y%m%d-%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _table(visit: Visit) -> bytes:
    t, names = visit.t, visit.names
    query = CallQuery.parsed(visit.request.query_params)
    wanted = query.filter(datetime.now(UTC), visit.sources.company.zone)
    found = await visit.search.find(wanted, limit=MOST_EXPORTED)
    detail: Detail = {"query": query.address(), "calls": len(found)}
    await Audit(visit.sources.store).record(visit.viewer.actor.id, EXPORTED, "calls", detail)
    header = ("id", "begun", "number", "caller", "place", "about", "mood", "outcome", "length_s")
    lines = [
        (
            each.call.id,
            names.time(each.call.started_at, "exact"),
            names.said(each.call.caller_number),
            each.call.caller_label,
            names.place(each.call.region_province, each.call.region_city),
            names.matters(each.intents),
            t.named("mood", each.mood),
            t.named("outcome", each.call.outcome or "open"),
            _seconds(each.call.answered_at, each.call.ended_at),
        )
        for each in found
    ]
    return csv_bytes([t(f"csv.{name}") for name in header], lines)


def _seconds(since: datetime | None, until: datetime | None) -> str:
    return f"{(until - since).total_seconds():.1f}" if since and until else ""


def _refused(visit: Visit) -> Response:
    return PlainTextResponse(visit.t("refused.title"), 403)
