"""Does what a visitor asked for, and says in the page why where it cannot be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from nicegui import ui

from voicebot.console.texts import Texts
from voicebot.qa.review.reviews import CannotReview
from voicebot.store.database import StoreError

log = structlog.get_logger(__name__)


async def attempted(
    t: Texts, work: Awaitable[object], *, on_refused: Callable[[CannotReview], None] | None = None
) -> bool:
    """Whether it was done. To be called from a handler of the page. on_refused: after a refusal that is for good."""
    try:
        await work
    except CannotReview as why:
        ui.notify(t("command.refused"), caption=t.said("refusal", str(why)), type="warning", multi_line=True)
        if on_refused is not None:
            on_refused(why)
        return False
    except StoreError as error:
        log.error("not_written", reason=str(error))
        ui.notify(t("store_away.title"), caption=t("store_away.what_to_do"), type="negative", multi_line=True)
        return False
    return True
