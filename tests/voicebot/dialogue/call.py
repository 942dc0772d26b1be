"""A call without audio, for tests: what the caller says goes in as understood text, replies come out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import voicebot.demo
from voicebot.company import Company, load_company
from voicebot.company.records import Customer, Order
from voicebot.dialogue import Dialogue, IntentGuess, KnowledgeSearch, Reply, Understood
from voicebot.dialogue.humans import StaffingOf, nobody_works
from voicebot.dialogue.types import Language
from voicebot.store.records import CustomerRecord, OrderRecord
from voicebot.store.store import Store
from voicebot.tools import ShopTools, known_caller

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, 0)
NIGHT = datetime(2026, 11, 22, 23, 30)

WANG = "+8613880080426"
"""A customer with one parcel under way and one delivered."""
CHEN = "+8613802800317"
"""A customer with two parcels under way."""
STRANGER = "+8613900001111"


def sample_shop() -> Company:
    """The sample company with customers and orders that a test can count on."""
    company = load_company(Path(voicebot.demo.__file__).parent / "company", today=TODAY)
    customers = (
        Customer(number=WANG, name="王芳", salutation="女士"),
        Customer(number=CHEN, name="陈志强", salutation="先生"),
    )
    orders = (
        _order("20241105", WANG, "无线耳机", "shipped", 299, expected=date(2026, 11, 24)),
        _order("20240538", WANG, "运动鞋", "delivered", 329, expected=date(2026, 11, 18), until=date(2026, 11, 25)),
        _order("31415926", CHEN, "保温杯", "packed", 89, expected=date(2026, 12, 3)),
        _order("27182818", CHEN, "平板电脑", "shipped", 2399, expected=date(2026, 11, 23)),
    )
    return company.model_copy(update={"customers": customers, "orders": orders})


def _order(
    number: str, customer: str, product: str, status: str, amount: int, *, expected: date, until: date | None = None
) -> Order:
    return Order.model_validate({
        "order_number": number, "customer_number": customer, "product": product, "amount": Decimal(amount),
        "status": status, "ordered_on": date(2026, 11, 15), "expected_on": expected, "carrier": "顺丰",
        "tracking": "SF1" if status == "shipped" else "", "returnable_until": until,
    })  # fmt: skip


def records(company: Company) -> tuple[list[CustomerRecord], list[OrderRecord]]:
    customers = [CustomerRecord(number=c.number, name=c.name, salutation=c.salutation) for c in company.customers]
    return customers, [OrderRecord(**order.model_dump()) for order in company.orders]


def understood(
    text: str,
    intent: str = "none",
    confidence: float = 0.9,
    language: Language = "cmn",
    emotion: str = "calm",
    heard: str | None = None,
) -> Understood:
    guess = IntentGuess() if intent == "none" else IntentGuess(intent, confidence)
    return Understood(text, guess, language, emotion, heard_reply=heard)


class Call:
    """One call to the sample shop. `says` takes what the classifier would have made of the words."""

    def __init__(self, company: Company, dialogue: Dialogue) -> None:
        self.company = company
        self.dialogue = dialogue
        self.opening = dialogue.opening()

    @classmethod
    async def ring(
        cls,
        company: Company,
        store: Store,
        knowledge: KnowledgeSearch,
        number: str,
        at: datetime = NOON,
        staffing: StaffingOf = nobody_works,
    ) -> Call:
        tools = ShopTools(company, store, knowledge, None, lambda: at.astimezone())
        caller = await known_caller(store, company, number)
        return cls(company, Dialogue(company, tools, knowledge, caller, started=at, staffing=staffing))

    async def says(
        self,
        text: str,
        intent: str = "none",
        confidence: float = 0.9,
        *,
        language: Language = "cmn",
        emotion: str = "calm",
        heard: str | None = None,
    ) -> Reply:
        """`heard`: what was heard of the last reply, when the caller talks over it."""
        return await self.dialogue.on_utterance(understood(text, intent, confidence, language, emotion, heard))

    async def keys(self, digits: str) -> Reply:
        return await self.dialogue.on_digits(digits)

    async def silent(self, count: int) -> Reply:
        return await self.dialogue.on_no_input(count)

    def prompt(self, key: str, language: Language = "cmn") -> Sequence[str]:
        """The wordings that the prompt may have."""
        return self.company.prompts[key].wordings(language)
