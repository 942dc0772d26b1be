"""Which order a caller means: by number, by its last digits, by product; forgiving what the recogniser mishears.

caller's own orders  20241105 (headphones)   20240538 (mug)
"20241105"           sure                    "20241106"   one digit off: asked back
"尾号0538", "杯子"    sure                    "87654321"   not theirs: to be verified by phone number
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicebot.dialogue.digits import DigitString, digit_strings
from voicebot.dialogue.lexicon import first_in, lexicon
from voicebot.dialogue.sound import edit_distance, sounds_in
from voicebot.store.records import OrderRecord

SHORTEST, LONGEST = 8, 12
"""Digits of an order number."""
_SHORTEST_TAIL = 3

_CLOSED = frozenset({"returned", "cancelled", "refunded"})
_UNDER_WAY = frozenset({"paid", "packed", "shipped", "out_for_delivery", "delayed"})
_DELIVERED = frozenset({"delivered"})
_CONCERNED: Mapping[str, frozenset[str]] = {
    "order_status": _UNDER_WAY,
    "delivery_delay": _UNDER_WAY,
    "cancel_order": _UNDER_WAY,
    "change_address": _UNDER_WAY,
    "request_return": _DELIVERED,
    "request_exchange": _DELIVERED,
    "request_repair": _DELIVERED,
    "request_invoice": _UNDER_WAY | _DELIVERED,
}
"""Tool -> statuses of the orders that a caller most likely means."""


@dataclass(frozen=True, slots=True)
class OrderMatch:
    number: str
    sure: bool = True
    """Whether to go on without asking back."""


def likely_orders(orders: Sequence[OrderRecord], tool: str) -> list[OrderRecord]:
    """The caller's orders that `tool` is probably about: in the right state, else open, else any."""
    concerned = _CONCERNED.get(tool, _UNDER_WAY | _DELIVERED)
    return (
        [order for order in orders if order.status in concerned]
        or [order for order in orders if order.status not in _CLOSED]
        or list(orders)
    )


def find_order(
    text: str, own: Sequence[OrderRecord], products: Mapping[str, Sequence[str]], *, offered: Sequence[OrderRecord] = ()
) -> OrderMatch | None:
    """The order that `text` names. `offered`: those just listed to the caller, in that order."""
    runs = digit_strings(text)
    return (
        _by_number(runs, own)
        or _by_tail(runs, own)
        or _by_product(text, offered or own, products)
        or _by_place(text, own, offered)
    )


def _by_number(runs: Sequence[DigitString], own: Sequence[OrderRecord]) -> OrderMatch | None:
    numbers = [run.digits for run in runs if not run.tail]
    joined = "".join(number for number in numbers if len(number) > 1)
    candidates = [number for number in (*numbers, joined) if SHORTEST - 1 <= len(number) <= LONGEST + 1]
    for number in candidates:
        if any(order.order_number == number for order in own):
            return OrderMatch(number)
    for number in candidates:
        near = [order.order_number for order in own if edit_distance(order.order_number, number) == 1]
        if len(near) == 1:
            return OrderMatch(near[0], sure=False)
    return next((OrderMatch(number) for number in candidates if SHORTEST <= len(number) <= LONGEST), None)


def _by_tail(runs: Sequence[DigitString], own: Sequence[OrderRecord]) -> OrderMatch | None:
    for run in runs:
        if not _SHORTEST_TAIL <= len(run.digits) < SHORTEST - 1:
            continue
        ending = [order.order_number for order in own if order.order_number.endswith(run.digits)]
        if len(ending) == 1:
            return OrderMatch(ending[0], sure=len(run.digits) > _SHORTEST_TAIL)
        near = [
            order.order_number
            for order in own
            if len(run.digits) > _SHORTEST_TAIL
            and edit_distance(order.order_number[-len(run.digits) :], run.digits) == 1
        ]
        if len(near) == 1:
            return OrderMatch(near[0], sure=False)
    return None


def _by_product(text: str, orders: Sequence[OrderRecord], products: Mapping[str, Sequence[str]]) -> OrderMatch | None:
    names = {order.product: (order.product, *products.get(order.product, ())) for order in orders}
    product = sounds_in(text, names)
    matching = [order.order_number for order in orders if order.product == product]
    return OrderMatch(matching[0]) if len(matching) == 1 else None


def _by_place(text: str, own: Sequence[OrderRecord], offered: Sequence[OrderRecord]) -> OrderMatch | None:
    words = lexicon()
    for order, ordinals in zip(offered, words.ordinals, strict=False):
        if first_in(text, ordinals):
            return OrderMatch(order.order_number)
    if own and first_in(text, words.latest):
        return OrderMatch(max(own, key=lambda order: order.ordered_on).order_number, sure=False)
    return None
