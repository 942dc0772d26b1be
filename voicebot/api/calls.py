"""Calls: found by what they were about, read turn by turn, heard."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import AfterValidator, AwareDatetime
from starlette.responses import FileResponse

from voicebot.accounts.call_access import looks_for_numbers, reached_calls, subject_of
from voicebot.accounts.permissions import Action
from voicebot.api.asking import Asking, Asks
from voicebot.api.known_values import Dialect, Province
from voicebot.api.paging import After, Limit, Offset, Page, newest_page, place_of
from voicebot.api.shape import Shape
from voicebot.company.schema import Language
from voicebot.store.call_search import CallFilter, CallSearch, FoundCall, Mood, Outcome
from voicebot.store.place import Place
from voicebot.store.records import CallRecord, TurnRecord

router = APIRouter(prefix="/calls", tags=["calls"])

NOT_FOUND: Final = "There is no such call among those that you reach."


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Text = Annotated[str, Query(max_length=100)]


class Call(Shape):
    """One call. Times are in UTC."""

    id: str
    direction: str
    caller_number: str
    caller_label: str
    called_number: str
    region_province: str | None
    region_city: str | None
    dialect_prior: dict[str, float]
    """Dialect (BCP 47) -> probability, from the number."""
    dialects: dict[str, float]
    """The same by everything known of the caller and said in the call; what a search by dialect goes by."""
    customer_number: str | None
    language: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    """null while the call is going on."""
    end_reason: str | None
    agent_id: str | None
    """The human who had the call last."""
    team: str | None
    disposition: str | None
    has_recording: bool


class ListedCall(Call):
    intents: list[str]
    mood: str
    """The caller's worst; empty where nothing was said."""
    turns: int
    snippet: str
    """A turn in which the first of the wanted words was said."""


class Turn(Shape):
    """What one party said. Milliseconds count from the answer."""

    seq: int
    role: str
    text: str
    heard_text: str | None
    """What the caller really heard of an interrupted reply."""
    started_ms: int
    ended_ms: int
    language: str | None
    intent: str | None
    intent_confidence: float | None
    emotion: str | None
    slots: dict[str, Any]
    reply_latency_ms: int | None
    dialect_reasons: list[str]
    """Why the caller is believed to speak what they do, after this turn."""
    handover_reason: str
    """Why a human was brought up after this turn; empty where none was."""


class CallWithTurns(Call):
    quality: dict[str, Any]
    """Packets lost and late, jitter."""
    turns: list[Turn]


@router.get("")
async def list_calls(
    request: Request,
    asks: Asks,
    since: Moment | None = None,
    until: Moment | None = None,
    number: Text = "",
    words: Text = "",
    intent: Text = "",
    province: Province | None = None,
    dialect: Dialect | None = None,
    outcome: Outcome | None = None,
    emotion: Mood | None = None,
    language: Language | None = None,
    agent: Text = "",
    limit: Limit = 50,
    offset: Offset = 0,
    after: After = "",
) -> Page[ListedCall]:
    """Calls, newest first. Outcome `open`: those going on.

    number: part of the caller's. words: each of them was said in the call. Masked numbers cannot be searched for: a
    filter with digits needs permission to see numbers.
    """
    asks.need(Action.VIEW_CALL)
    if looks_for_numbers(number=number, words=words) and not asks.may(Action.SEE_NUMBERS):
        raise HTTPException(403, "Looking for numbers needs the permission to see them.")
    wanted = CallFilter(
        since=since,
        until=until,
        number=number,
        words=words,
        intent=intent,
        province=province or "",
        dialect=dialect or "",
        outcome=outcome or "",
        emotion=emotion or "",
        language=language or "",
        agent=agent,
    )
    search = CallSearch(asks.web.store).within(reached_calls(asks.actor, Action.VIEW_CALL))
    found = await search.find(wanted, limit=limit + 1, offset=offset, after=place_of(after))
    if asks.may(Action.SEE_NUMBERS):
        await asks.audit("calls.listed", "calls", {"count": min(len(found), limit), "offset": offset})
    listed = [_listed(asks, each) for each in found]
    return newest_page(request, listed, limit=limit, place=lambda call: Place(call.started_at, call.id))


@router.get("/{call_id}")
async def read_call(call_id: str, asks: Asks) -> CallWithTurns:
    """One call, turn by turn."""
    call = await reached_call(asks, call_id, Action.VIEW_CALL)
    turns = await asks.web.store.turns(call_id)
    await asks.audit("call.read", f"call:{call.id}")
    return CallWithTurns(
        **_fields(asks, call),
        quality=dict(call.quality),
        turns=[_turn(asks, call, turn) for turn in turns],
    )


@router.get(
    "/{call_id}/recording",
    response_class=FileResponse,
    responses={200: {"content": {"audio/wav": {}}}, 206: {"content": {"audio/wav": {}}}},
)
async def recording(call_id: str, asks: Asks) -> FileResponse:
    """The recording: a WAV file, the caller on the left channel. Parts of it by Range."""
    call = await reached_call(asks, call_id, Action.LISTEN_TO_CALL)
    path = Path(call.recording_path) if call.recording_path else None
    if path is None or not path.is_file():
        raise HTTPException(404, "This call has no recording.")
    await asks.audit("recording.heard", f"call:{call.id}")
    return FileResponse(path, media_type="audio/wav", filename=f"{call.id}.wav")


async def reached_call(asks: Asking, call_id: str, action: Action) -> CallRecord:
    """404 also for calls out of reach: whether a call exists is nobody else's business."""
    asks.need(action)
    call = await asks.web.store.call(call_id)
    if call is None or not asks.may(action, subject_of(call)):
        raise HTTPException(404, NOT_FOUND)
    return call


def _fields(asks: Asking, call: CallRecord) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(call).items() if name in Call.model_fields}
    shown: dict[str, Any] = asks.shown({name: plain[name] for name in PERSONAL}, subject_of(call))
    return {**plain, **shown, "has_recording": call.recording_path is not None}


PERSONAL: Final = ("caller_number", "caller_label", "called_number", "customer_number")


def _listed(asks: Asking, found: FoundCall) -> ListedCall:
    return ListedCall(
        **_fields(asks, found.call),
        intents=list(found.intents),
        mood=found.mood,
        turns=found.turns,
        snippet=asks.shown(found.snippet, subject_of(found.call)),
    )


def _turn(asks: Asking, call: CallRecord, turn: TurnRecord) -> Turn:
    plain = {name: value for name, value in asdict(turn).items() if name in Turn.model_fields}
    shown = asks.shown({name: plain[name] for name in ("text", "heard_text", "slots")}, subject_of(call))
    reasons = asks.shown(
        {"dialect_reasons": list(turn.dialect_reasons), "handover_reason": turn.handover_reason}, subject_of(call)
    )
    return Turn(**{**plain, **shown, **reasons})
