"""Who is calling, as far as the store knows the number."""

from __future__ import annotations

from voicebot.company import Company
from voicebot.dialogue.types import KnownCaller
from voicebot.store.store import Store


async def known_caller(store: Store, company: Company, number: str) -> KnownCaller:
    """`number` in E.164, "" when withheld. Raises StoreError."""
    customer = await store.customer_by_number(number) if number else None
    if customer is None:
        return KnownCaller(number)
    listed = next((row.called for row in company.customers if row.number == number), None)
    return KnownCaller(
        number=number,
        called=listed or f"{customer.name[:1]}{customer.salutation}",
        level=customer.level,
        dialect=customer.dialect,
        orders=tuple(await store.orders_of(number)),
    )
