"""Lists in pages: how a client asks for one, and where the next one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request

from voicebot.api.shape import Shape

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="How many to leave out from the beginning.")]


class Page(Shape, Generic[T]):
    """Part of a list."""

    items: list[T]
    next: str | None
    """Address of the next part; null at the end."""


def page(request: Request, found: Sequence[T], *, limit: int, offset: int) -> Page[T]:
    """found: one more than the limit where there are more."""
    more = len(found) > limit
    url = request.url.include_query_params(limit=limit, offset=offset + limit)
    return Page(items=list(found[:limit]), next=f"{url.path}?{url.query}" if more else None)
