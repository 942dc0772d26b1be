"""The company's customers and their orders."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from voicebot.accounts.permissions import Action
from voicebot.api.asking import Asking, Asks
from voicebot.api.paging import Limit, Offset, Page, page
from voicebot.api.shape import Shape
from voicebot.masking import mask
from voicebot.store.records import CustomerRecord, OrderRecord

router = APIRouter(prefix="/customers", tags=["customers"])


class Customer(Shape):
    number: str
    """E.164"""
    name: str
    salutation: str
    level: str
    tags: list[str]
    dialect: str
    note: str


class Order(Shape):
    order_number: str
    product: str
    amount: Decimal
    """Yuan."""
    status: str
    ordered_on: date
    expected_on: date | None
    carrier: str
    tracking: str
    returnable_until: date | None
    invoice: str


class CustomerWithOrders(Customer):
    orders: list[Order]
    """Newest first."""


@router.get("")
async def list_customers(
    request: Request,
    asks: Asks,
    name: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[Customer]:
    """Customers whose name contains `name`, by number."""
    asks.need(Action.VIEW_CUSTOMER)
    found = await asks.web.store.customers(name=name, limit=limit + 1, offset=offset)
    await asks.audit("customers.listed", "customers", {"count": min(len(found), limit), "offset": offset})
    return page(request, [Customer(**_fields(asks, each)) for each in found], limit=limit, offset=offset)


@router.get("/{number}")
async def read_customer(number: str, asks: Asks) -> CustomerWithOrders:
    """One customer, by E.164 number, with orders."""
    asks.need(Action.VIEW_CUSTOMER)
    found = await asks.web.store.customer_by_number(number)
    if found is None:
        raise HTTPException(404, "There is no customer with this number.")
    orders = await asks.web.store.orders_of(number)
    await asks.audit("customer.read", f"customer:{mask(number)}")
    return CustomerWithOrders(**_fields(asks, found), orders=[_order(each) for each in orders])


def _fields(asks: Asking, customer: CustomerRecord) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(customer).items() if name in Customer.model_fields}
    return {**plain, **asks.shown({"number": customer.number, "note": customer.note})}


def _order(order: OrderRecord) -> Order:
    return Order(**{name: value for name, value in asdict(order).items() if name in Order.model_fields})
