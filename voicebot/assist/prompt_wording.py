"""What live prompts say, from prompts.toml: warnings, and the records of orders and customers in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from voicebot.assist.templates import clipped, filled
from voicebot.company.model import Model
from voicebot.company.packaged import packaged
from voicebot.store.records import CustomerRecord, OrderRecord

LONGEST_TEXT = 200
"""Characters of one prompt: nobody reads more while talking."""


class PromptWording(Model):
    """data/prompts.toml"""

    text: Mapping[str, str]
    warnings: Mapping[str, str]
    levels: Mapping[str, str]
    statuses: Mapping[str, str]

    def say(self, key: str, **values: str | int) -> str:
        return clipped(filled(self.text[key], values), LONGEST_TEXT)

    def warn(self, key: str, **values: str | int) -> str:
        return clipped(filled(self.warnings[key], values), LONGEST_TEXT)

    def moment(self, at: datetime) -> str:
        return f"{self._day(at)}{at:%H:%M}"

    def order(self, order: OrderRecord) -> str:
        """订单20241105：无线耳机，299元，已发货，预计11月24号送到，顺丰SF1。"""
        day = self._day(order.expected_on) if order.expected_on else ""
        arrival = "order_delivered" if order.status == "delivered" else "order_expected"
        return self.say(
            "order",
            number=order.order_number,
            product=order.product,
            amount=f"{order.amount:.2f}".removesuffix(".00"),
            status=self.statuses.get(order.status, order.status),
            expected=self.say(arrival, day=day) if day else "",
            carrier=self.say("order_carrier", carrier=order.carrier, tracking=order.tracking) if order.carrier else "",
        )

    def customer(self, customer: CustomerRecord, called: str) -> str:
        """王女士：金卡客户，老客户，喜欢晚上收货。"""
        join = self.text["join"]
        return self.say(
            "customer",
            called=called,
            level=self.levels.get(customer.level, ""),
            tags="".join(join + tag for tag in customer.tags),
            note=join + customer.note if customer.note else "",
        )

    def _day(self, day: date) -> str:
        return self.say("day", month=day.month, day=day.day)


@cache
def prompt_wording() -> PromptWording:
    """The wording that ships with the package."""
    return packaged(PromptWording, "voicebot.assist", "prompts")
