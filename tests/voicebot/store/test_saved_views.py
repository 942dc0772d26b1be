"""A view that was saved is listed: where there is room for no more, saving says so."""

from datetime import UTC, datetime

import pytest

from voicebot.store.saved_views import MOST_VIEWS, SavedViews, ViewsFull
from voicebot.store.store import Store

NOW = datetime.now(UTC)


async def test_one_view_too_many_is_refused_and_every_other_one_listed(store: Store) -> None:
    views = SavedViews(store)
    for number in range(MOST_VIEWS):
        await views.save("eve", f"{number}", "", NOW)
    with pytest.raises(ViewsFull):
        await views.save("eve", "one more", "", NOW)
    await views.save("eve", "7", "words=new", NOW)
    await views.save("adam", "one more", "", NOW)
    listed = await views.of("eve")
    assert (len(listed), [view.query for view in listed if view.name == "7"]) == (MOST_VIEWS, ["words=new"])
