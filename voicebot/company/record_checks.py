"""Whether customers, orders and products refer to each other rightly."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.company.places import Places, repeated
from voicebot.company.problems import Problem, suggest
from voicebot.company.schema import Company

_NEEDS_DAY = frozenset({"shipped", "out_for_delivery", "delivered", "delayed"})


def check_records(company: Company, places: Places) -> list[Problem]:
    return [*_customers(company, places), *_orders(company, places), *_products(company, places)]


def _customers(company: Company, places: Places) -> Iterable[Problem]:
    for number in repeated(customer.number for customer in company.customers):
        message, remedy = f"{number} stands twice", "One number belongs to one customer: merge the rows"
        yield places.problem_at_text("customers.csv", number, message, remedy, last=True)


def _orders(company: Company, places: Places) -> Iterable[Problem]:
    for number in repeated(order.order_number for order in company.orders):
        message = f"order {number} stands twice"
        yield places.problem_at_text("orders.csv", number, message, "Give one of them its own number", last=True)
    customers = {customer.number for customer in company.customers}
    products = {product.name for product in company.products}
    for order in company.orders:
        found: list[tuple[str, str]] = []
        if order.customer_number not in customers:
            found.append(
                (f"{order.customer_number} is not in customers.csv", suggest(order.customer_number, customers))
            )
        if order.product not in products:
            found.append((f"product {order.product!r} is not in products.csv", suggest(order.product, products)))
        if order.status in _NEEDS_DAY and order.expected_on is None:
            found.append((f"an order that is {order.status} needs expected_on", "Write a date, or today+2"))
        if order.expected_on is not None and order.expected_on < order.ordered_on:
            found.append(("expected_on lies before ordered_on", "Correct one of the two"))
        for message, remedy in found:
            yield places.problem_at_text("orders.csv", order.order_number, message, remedy)


def _products(company: Company, places: Places) -> Iterable[Problem]:
    called = (name for product in company.products for name in {product.name, *product.aliases})
    for name in repeated(called):
        message, remedy = f"{name!r} names two products", "Let each name and alias stand for one product"
        yield places.problem_at_text("products.csv", name, message, remedy, last=True)
