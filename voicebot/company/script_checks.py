"""Whether simulated callers can be served by this company, and test it honestly."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voicebot.company.places import Places, bare
from voicebot.company.problems import Problem, suggest
from voicebot.company.schema import Company
from voicebot.company.scripts import CallerTurn

_ORDER_NUMBER = re.compile(r"(?<!\d)\d{8}(?!\d)|(?<!\d)\d{10,12}(?!\d)")


def check_scripts(company: Company, places: Places) -> list[Problem]:
    problems: list[Problem] = []
    known = _trained_sentences(company)
    for name, script in company.callers.items():
        for index, turn in enumerate(script.turns):
            for key, message, remedy in _faults(turn, company, known):
                problems.append(places.problem(f"callers/{name}.toml", ["turns", index, key], message, remedy))
    return problems


def _faults(turn: CallerTurn, company: Company, known: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    """Key, message, remedy."""
    if turn.expect_intent is not None and turn.expect_intent not in company.intents:
        message = f"intent {turn.expect_intent!r} does not exist"
        yield "expect_intent", message, suggest(turn.expect_intent, company.intents)
    slots = {slot.name for flow in company.flows.values() for slot in flow.slots}
    for name in turn.expect_slots:
        if name not in slots:
            yield "expect_slots", f"no flow has a slot {name!r}", suggest(name, slots)
    if len(bare(turn.say)) > 4 and (where := known.get(bare(turn.say))):
        remedy = "Say it in other words: a caller that repeats the training proves nothing"
        yield "say", f"{turn.say!r} stands word for word in {where}", remedy
    orders = {order.order_number for order in company.orders}
    for number in _ORDER_NUMBER.findall(f"{turn.say} {turn.dtmf or ''} {turn.expect_slots.get('order', '')}"):
        if number not in orders:
            yield ("dtmf" if turn.dtmf else "say"), f"order {number} is not in orders.csv", suggest(number, orders)


def _trained_sentences(company: Company) -> dict[str, str]:
    """What the models learn from, bare -> where it stands."""
    sentences = {
        bare(example): f"intents/{name}.toml" for name, intent in company.intents.items() for example in intent.examples
    }
    for entry in company.knowledge:
        sentences |= {bare(text): f"knowledge entry {entry.id}" for text in (entry.question, *entry.variants)}
    return sentences
