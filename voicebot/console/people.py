"""How the people who have accounts are called by their colleagues."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.accounts.book import AccountBook
from voicebot.accounts.permissions import actor_of
from voicebot.store.store import Store


async def shown_names(store: Store) -> Mapping[str, str]:
    """Account -> name for people. May raise StoreError."""
    return {account.name: account.shown_name for account in await AccountBook(store).all()}


async def shown_actors(store: Store) -> Mapping[str, str]:
    """The same by what the audit log calls them."""
    return {actor_of(account).id: account.shown_name for account in await AccountBook(store).all()}
