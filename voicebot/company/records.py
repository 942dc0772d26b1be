"""What the company knows about its customers: the rows of customers.csv, orders.csv and products.csv."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from voicebot.company.model import E164, Model, Sentence

OrderNumber = Annotated[str, Field(pattern=r"^[0-9]{8,12}$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Money = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=2)]
Level = Literal["normal", "silver", "gold", "vip"]
OrderStatus = Literal[
    "paid",
    "packed",
    "shipped",
    "out_for_delivery",
    "delivered",
    "delayed",
    "returned",
    "cancelled",
    "refunded",
]


class Customer(Model):
    number: E164
    name: Word
    surname: str = ""
    """Only where it is not the name's first character (欧阳)."""
    salutation: Literal["先生", "女士"]
    level: Level = "normal"
    tags: tuple[str, ...] = ()
    dialect: str = ""
    note: Sentence = ""

    @property
    def called(self) -> str:
        """How the assistant addresses the customer: 王女士."""
        return f"{self.surname or self.name[0]}{self.salutation}"


class Order(Model):
    order_number: OrderNumber
    customer_number: E164
    product: Word
    """Name of a product in products.csv."""
    amount: Money
    status: OrderStatus
    ordered_on: date
    expected_on: date | None = None
    """Day of delivery: expected, or, once delivered, the day it was."""
    carrier: str = ""
    tracking: str = ""
    address_city: str = ""
    returnable_until: date | None = None
    """None: cannot be returned (fresh food) or nothing to return."""
    invoice: Literal["none", "issued"] = "none"


class Product(Model):
    name: Word
    aliases: tuple[str, ...] = ()
    category: Word
    price: Money
    warranty_months: int = Field(default=0, ge=0, le=240)
