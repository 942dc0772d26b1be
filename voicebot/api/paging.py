"""Lists in pages: how many, from where on, and the address of the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query, Request

from voicebot.api.shape import Shape
from voicebot.store.place import Place

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="How many to leave out from the beginning.")]
After = Annotated[
    str, Query(pattern=r"^(\d{1,17}-.{1,200})?$", description="Where the page before ended, as `next` has it.")
]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Page(Shape, Generic[T]):
    """Part of a list."""

    items: list[T]
    next: str | None
    """Address of the next part; null at the end."""


def page(request: Request, found: Sequence[T], *, limit: int, offset: int) -> Page[T]:
    """Of a list whose order stays. found: one more than the limit where there are more."""
    more = len(found) > limit
    url = request.url.include_query_params(limit=limit, offset=offset + limit)
    return Page(items=list(found[:limit]), next=f"{url.path}?{url.query}" if more else None)


def newest_page(request: Request, found: Sequence[T], *, limit: int, place: Callable[[T], Place]) -> Page[T]:
    """Of a list to which things are added at the head while it is read: the next page begins behind this one's last."""
    if len(found) <= limit:
        return Page(items=list(found), next=None)
    last = place(found[limit - 1])
    after = f"{(last.at - _EPOCH) // _MICROSECOND}-{last.id}"
    url = request.url.remove_query_params("offset").include_query_params(limit=limit, after=after)
    return Page(items=list(found[:limit]), next=f"{url.path}?{url.query}")


def place_of(after: str) -> Place | None:
    """None at the beginning of a list."""
    microseconds, _, id = after.partition("-")
    return Place(_EPOCH + int(microseconds) * _MICROSECOND, id) if after else None
