"""What the pages fetch besides themselves: a call's audio, the list of calls as a table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from voicebot.accounts.call_access import may_with_call
from voicebot.accounts.permissions import Action
from voicebot.console.auditing import EXPORTED, Listening
from voicebot.console.blind_scores import fair, withheld
from voicebot.console.call_query import CallQuery
from voicebot.console.csv_export import BEGINNING, csv_lines
from voicebot.console.live_calls import likeliest
from voicebot.console.sources import Sources
from voicebot.console.visit import ViewerOf, Visit
from voicebot.privacy.audit import Audit, Detail
from voicebot.qa.review.samples import SampleStore
from voicebot.store.call_search import FoundCall

MOST_EXPORTED: Final = 1_000_000
"""As many lines as a spreadsheet holds."""
_AT_ONCE: Final = 250
"""Calls that are read and written out together: what others ask for comes in between."""
_COLUMNS: Final = (
    *("id", "begun", "number", "caller", "place", "dialect", "about", "mood", "outcome", "agent", "team", "score"),
    "length_s",
)


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
        owed = await SampleStore(sources.store).owed(visit.viewer.actor.name)
        ids = await _exported(visit, owed)
        name = f"calls-{datetime.now(sources.company.zone):%Y%m%d-%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingResponse(_table(visit, ids, owed), media_type="text/csv; charset=utf-8", headers=headers)


async def _exported(visit: Visit, owed: Collection[str]) -> Sequence[str]:
    """The calls that are asked for, once it is written down that they were."""
    query = CallQuery.parsed(visit.request.query_params)
    wanted = fair(query.filter(datetime.now(UTC), visit.sources.company.zone), owed)
    ids = await visit.search.ids(wanted, limit=MOST_EXPORTED)
    detail: Detail = {"query": query.address(), "calls": len(ids)}
    await Audit(visit.sources.store).record(visit.viewer.actor.id, EXPORTED, "calls", detail)
    return ids


async def _table(visit: Visit, ids: Sequence[str], owed: Collection[str]) -> AsyncIterator[bytes]:
    yield BEGINNING + csv_lines([[visit.t(f"csv.{name}") for name in _COLUMNS]])
    for start in range(0, len(ids), _AT_ONCE):
        found = await visit.search.described(ids[start : start + _AT_ONCE])
        yield csv_lines([_line(visit, each) for each in withheld(found, owed)])


def _line(visit: Visit, found: FoundCall) -> Sequence[str]:
    t, names, call = visit.t, visit.names, found.call
    return (
        call.id,
        names.time(call.started_at, "exact"),
        names.said(call.caller_number),
        call.caller_label,
        names.place(call.region_province, call.region_city),
        names.dialect(likeliest(call.dialects)),
        names.matters(found.intents),
        t.named("mood", found.mood),
        t.named("outcome", call.outcome or "open"),
        names.agent(call.agent_id),
        call.team or "",
        "" if found.score is None else f"{found.score:.1f}",
        _seconds(call.answered_at, call.ended_at),
    )


def _seconds(since: datetime | None, until: datetime | None) -> str:
    return f"{(until - since).total_seconds():.1f}" if since and until else ""


def _refused(visit: Visit) -> Response:
    return PlainTextResponse(visit.t("refused.title"), 403)
