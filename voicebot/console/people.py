"""How the people who have accounts are called by their colleagues."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.accounts.book import AccountBook
from voicebot.store.store import Store


async def shown_names(store: Store) -> Mapping[str, str]:
    """Account -> name for people. May raise StoreError."""
    return {account.name: account.shown_name for account in await AccountBook(store).all()}
