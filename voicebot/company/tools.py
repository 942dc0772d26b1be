"""The tools that flows may call: what each returns. Flows are checked against this, `voicebot.tools` implements it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ORDER_VALUES = frozenset({
    "order_number", "order_tail", "product", "amount", "ordered_on", "expected_on", "carrier", "tracking",
    "address_city",
})  # fmt: skip
"""Values that every outcome about an order that was found carries. `order_tail` is its last four digits."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One action a flow may end in."""

    outcomes: Mapping[str, frozenset[str]]
    """Outcome name -> names of the values that a wording of it may use in braces."""
    slots: frozenset[str] = field(default_factory=frozenset)
    """Slots that the flow must collect for it; further slots of the flow are stored with the task."""


_NOTHING: frozenset[str] = frozenset()
_LATE = ORDER_VALUES | {"days_late"}
_RETURN = ORDER_VALUES | {"returnable_until"}
_RETURN_OUTCOMES = {
    "accepted": _RETURN, "window_over": _RETURN, "not_delivered": ORDER_VALUES, "not_returnable": ORDER_VALUES,
    "already_closed": ORDER_VALUES, "not_found": _NOTHING,
}  # fmt: skip
ORDER_STATUSES = (
    "paid", "packed", "shipped", "out_for_delivery", "delivered", "delayed", "returned", "cancelled", "refunded",
)  # fmt: skip

TOOLS: Mapping[str, Tool] = {
    "order_status": Tool({**dict.fromkeys(ORDER_STATUSES, _LATE), "not_found": _NOTHING}, frozenset({"order"})),
    "delivery_delay": Tool(
        {
            "urged": _LATE,
            "on_time": ORDER_VALUES,
            "delivered": ORDER_VALUES,
            "already_closed": ORDER_VALUES,
            "not_found": _NOTHING,
        },
        frozenset({"order"}),
    ),
    "request_return": Tool(_RETURN_OUTCOMES, frozenset({"order"})),
    "request_exchange": Tool(_RETURN_OUTCOMES, frozenset({"order"})),
    "request_invoice": Tool(
        {
            "accepted": ORDER_VALUES,
            "already_issued": ORDER_VALUES,
            "not_eligible": ORDER_VALUES,
            "not_found": _NOTHING,
        },
        frozenset({"order"}),
    ),
    "request_repair": Tool(
        {
            "in_warranty": ORDER_VALUES | {"warranty_until"},
            "out_of_warranty": ORDER_VALUES | {"warranty_until"},
            "no_warranty": ORDER_VALUES,
            "not_delivered": ORDER_VALUES,
            "already_closed": ORDER_VALUES,
            "not_found": _NOTHING,
        },
        frozenset({"order"}),
    ),
    "register_complaint": Tool({"accepted": frozenset({"ticket"})}, frozenset({"details"})),
    "cancel_order": Tool(
        {
            "cancelled": ORDER_VALUES,
            "already_shipped": ORDER_VALUES,
            "already_closed": ORDER_VALUES,
            "declined": ORDER_VALUES,
            "not_found": _NOTHING,
        },
        frozenset({"order", "sure"}),
    ),
    "change_address": Tool(
        {
            "accepted": ORDER_VALUES,
            "already_shipped": ORDER_VALUES,
            "already_closed": ORDER_VALUES,
            "not_found": _NOTHING,
        },
        frozenset({"order", "address"}),
    ),
    "product_question": Tool({"answered": frozenset({"answer"}), "unknown": _NOTHING}, frozenset({"question"})),
    "price_lookup": Tool({"found": frozenset({"product", "price"}), "unknown": _NOTHING}, frozenset({"product"})),
    "callback_task": Tool({"promised": frozenset({"number_tail"})}),
    "voicemail_task": Tool({"taken": _NOTHING}),
}
"""`sure` is a yes_no slot: "declined" when the caller does not confirm. `ticket` is the complaint's number to quote.
`answer` comes in the caller's language where the knowledge entry has it."""
