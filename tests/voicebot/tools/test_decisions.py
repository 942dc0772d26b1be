"""What the shop grants depends on the order's state and the day alone, and every answer is one that flows can word."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.company.records import Product
from voicebot.company.schema import Hours
from voicebot.company.tools import ORDER_STATUSES, ORDER_VALUES, TOOLS
from voicebot.dialogue.office_hours import callback_due, is_open
from voicebot.store.records import OrderRecord
from voicebot.tools.decisions import DECISIONS, Case

TODAY = date(2026, 11, 22)
KETTLE = Product(name="养生壶", category="家电", price=Decimal(149), warranty_months=12)


def _order(
    status: str,
    *,
    expected_on: date | None = TODAY,
    returnable_until: date | None = None,
    tracking: str = "SF1",
    invoice: str = "none",
) -> OrderRecord:
    return OrderRecord(
        "12345678", "+8613880080426", "养生壶", Decimal(149), status, TODAY - timedelta(days=9), expected_on, "顺丰",
        tracking, "成都", returnable_until, invoice,
    )  # fmt: skip


def _outcome(tool: str, order: OrderRecord, **slots: str) -> str:
    return DECISIONS[tool](Case(order, KETTLE, TODAY, slots)).outcome


@given(
    st.sampled_from(sorted(DECISIONS)),
    st.sampled_from(ORDER_STATUSES),
    st.none() | st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.none() | st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.sampled_from(["", "SF1"]),
    st.sampled_from(["none", "issued"]),
    st.sampled_from([None, KETTLE]),
    st.sampled_from(["yes", "no", None]),
)
def test_every_decision_is_an_outcome_that_flows_know_with_the_values_they_may_word(
    tool: str,
    status: str,
    expected_on: date | None,
    returnable_until: date | None,
    tracking: str,
    invoice: str,
    product: Product | None,
    sure: str | None,
) -> None:
    order = _order(
        status, expected_on=expected_on, returnable_until=returnable_until, tracking=tracking, invoice=invoice
    )
    decision = DECISIONS[tool](Case(order, product, TODAY, {"sure": sure} if sure else {}))

    assert decision.outcome in TOOLS[tool].outcomes
    assert TOOLS[tool].outcomes[decision.outcome] - ORDER_VALUES <= decision.values.keys()


def test_a_return_is_taken_until_its_last_day_and_not_after() -> None:
    for tool in ("request_return", "request_exchange"):
        assert _outcome(tool, _order("delivered", returnable_until=TODAY)) == "accepted"
        assert _outcome(tool, _order("delivered", returnable_until=TODAY - timedelta(days=1))) == "window_over"
        assert _outcome(tool, _order("delivered", returnable_until=None)) == "not_returnable"
        assert _outcome(tool, _order("shipped", returnable_until=TODAY)) == "not_delivered"
        assert _outcome(tool, _order("refunded", returnable_until=TODAY)) == "already_closed"


def test_an_order_is_cancelled_only_before_it_left_and_only_when_sure() -> None:
    assert _outcome("cancel_order", _order("paid"), sure="yes") == "cancelled"
    assert _outcome("cancel_order", _order("paid"), sure="no") == "declined"
    assert _outcome("cancel_order", _order("paid")) == "declined"
    assert _outcome("cancel_order", _order("shipped"), sure="yes") == "already_shipped"
    assert _outcome("cancel_order", _order("delayed", tracking=""), sure="yes") == "cancelled"


def test_a_warranty_runs_from_delivery() -> None:
    year_ago = date(2025, 11, 22)
    assert _outcome("request_repair", _order("delivered", expected_on=year_ago)) == "in_warranty"
    assert (
        _outcome("request_repair", _order("delivered", expected_on=year_ago - timedelta(days=1))) == "out_of_warranty"
    )


def test_a_warranty_that_ends_in_a_shorter_month_ends_on_its_last_day() -> None:
    case = Case(_order("delivered", expected_on=date(2024, 2, 29)), KETTLE, TODAY, {})

    assert DECISIONS["request_repair"](case).values["warranty_until"] == date(2025, 2, 28)


def test_only_a_late_parcel_is_urged_and_said_to_be_late() -> None:
    late = Case(_order("shipped", expected_on=TODAY - timedelta(days=3)), None, TODAY, {})

    assert DECISIONS["delivery_delay"](late).values["days_late"] == 3
    assert _outcome("delivery_delay", _order("shipped", expected_on=TODAY)) == "on_time"
    assert _outcome("delivery_delay", _order("delivered", expected_on=TODAY - timedelta(days=3))) == "delivered"


@pytest.mark.parametrize(
    ("opens", "closes", "now", "open_now"),
    [(8, 22, 8, True), (8, 22, 22, False), (20, 2, 1, True), (20, 2, 12, False), (0, 0, 3, True)],
)
def test_office_hours_may_pass_midnight(opens: int, closes: int, now: int, open_now: bool) -> None:
    hours = Hours(opens=time(opens), closes=time(closes))

    assert is_open(hours, datetime(2026, 11, 22, now)) is open_now


@given(st.integers(0, 23), st.integers(0, 23), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)))
def test_a_callback_is_due_in_office_hours_and_within_a_day(opens: int, closes: int, at: datetime) -> None:
    hours = Hours(opens=time(opens), closes=time(closes), callback_within_minutes=30)
    due = callback_due(hours, at)

    assert at < due <= at + timedelta(days=1, minutes=30)
    assert is_open(hours, due - timedelta(minutes=30))
