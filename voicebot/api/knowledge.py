"""What the assistant knows, and what it would answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from models.inference import ModelClient
from voicebot.accounts.permissions import Action
from voicebot.api.asking import Asks
from voicebot.api.paging import Limit, Offset, Page, page
from voicebot.api.shape import Shape
from voicebot.config import secret
from voicebot.knowledge_service import ask_host

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


class Entry(Shape):
    id: str
    question: str
    variants: list[str]
    answer: str
    answer_yue: str | None
    tags: list[str]
    product: str | None


class Answer(Shape):
    id: str
    answer: str
    answer_yue: str | None
    score: float
    """0 to 1: how much of the question the entry covers."""
    product: str | None


class Found(Shape):
    answer: Answer | None
    """null: the assistant would say that it does not know."""


@router.get("")
async def list_entries(
    request: Request,
    asks: Asks,
    words: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[Entry]:
    """Entries of the company's folder as it is now. `words`: each stands in question, variants, answer or tags."""
    asks.need(Action.VIEW_KNOWLEDGE)
    company = await asks.web.company.current()
    entries = [Entry(**entry.model_dump()) for entry in company.knowledge]
    found = [entry for entry in entries if all(word in _text(entry) for word in words.casefold().split())]
    return page(request, found[offset : offset + limit + 1], limit=limit, offset=offset)


@router.get("/answer")
async def answer(
    asks: Asks,
    question: Annotated[str, Query(min_length=1, max_length=500)],
    product: Annotated[str | None, Query(max_length=100)] = None,
) -> Found:
    """What the assistant would answer to a question: asks the model host."""
    asks.need(Action.VIEW_KNOWLEDGE)
    settings = asks.web.settings
    async with ModelClient(settings.model_host, token=secret(settings.models.token) or "") as client:
        found = await ask_host(client, question, product=product)
    if found is None:
        return Found(answer=None)
    return Found(
        answer=Answer(
            id=found.id, answer=found.answer, answer_yue=found.answer_yue, score=found.score, product=found.product
        )
    )


def _text(entry: Entry) -> str:
    return "\n".join((entry.question, *entry.variants, entry.answer, *entry.tags)).casefold()
