"""The company's customer and order files as rows of the store."""

from dataclasses import fields
from typing import Any, TypeVar

from pydantic import BaseModel

from voicebot.company import Company
from voicebot.store.records import CustomerRecord, OrderRecord

R = TypeVar("R", CustomerRecord, OrderRecord)


def customer_records(company: Company) -> list[CustomerRecord]:
    return [_record(CustomerRecord, customer) for customer in company.customers]


def order_records(company: Company) -> list[OrderRecord]:
    return [_record(OrderRecord, order) for order in company.orders]


def _record(kind: type[R], row: BaseModel) -> R:
    values: dict[str, Any] = row.model_dump()
    return kind(**{field.name: values[field.name] for field in fields(kind) if field.name in values})
