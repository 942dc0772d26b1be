"""Whether intents and knowledge can be told apart and lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.company.places import Places, bare, repeated
from voicebot.company.problems import Problem, suggest
from voicebot.company.schema import Company, Role

MIN_EXAMPLES = 10
"""Below that an intent cannot be told from the others; thirty and more are good."""

NEEDED_ROLES: tuple[Role, ...] = ("handover", "goodbye", "yes", "no", "repeat", "none")
"""Without these a caller cannot confirm, refuse, end the call or reach a human."""


def check_understanding(company: Company, places: Places) -> list[Problem]:
    return [
        *_targets(company, places),
        *_roles(company),
        *_enough_examples(company, places),
        *_examples_are_distinct(company, places),
        *_knowledge(company, places),
    ]


def _targets(company: Company, places: Places) -> Iterable[Problem]:
    for name, intent in company.intents.items():
        shown = f"intents/{name}.toml"
        if intent.flow is not None and intent.flow not in company.flows:
            message = f"flow {intent.flow!r} does not exist"
            yield places.problem(shown, ["flow"], message, suggest(intent.flow, company.flows))
        if intent.answer is not None and intent.answer not in company.prompts:
            message = f"prompt {intent.answer!r} does not exist"
            yield places.problem(shown, ["answer"], message, suggest(intent.answer, company.prompts))


def _roles(company: Company) -> Iterable[Problem]:
    present = {intent.role for intent in company.intents.values()}
    for role in NEEDED_ROLES:
        if role not in present:
            remedy = f'Add an intent with role = "{role}" and its examples'
            yield Problem("intents/", None, f"no intent has the role {role!r}", remedy)


def _enough_examples(company: Company, places: Places) -> Iterable[Problem]:
    for name, intent in company.intents.items():
        count = len(intent.examples)
        if count < MIN_EXAMPLES:
            remedy = f"Write at least {MIN_EXAMPLES}, better 30, as callers really say it"
            yield places.problem(f"intents/{name}.toml", ["examples"], f"only {count} examples", remedy)


def _examples_are_distinct(company: Company, places: Places) -> Iterable[Problem]:
    owner: dict[str, str] = {}
    for name, intent in company.intents.items():
        for example in intent.examples:
            first = owner.setdefault(bare(example), name)
            if first is not name:
                message = f"{example!r} is also an example of intents/{first}.toml"
                remedy = "Keep it where it belongs; one sentence cannot mean two things"
                yield places.problem_at_text(f"intents/{name}.toml", f'"{example}"', message, remedy)
        for twice in repeated([bare(example) for example in intent.examples]):
            first, *_, last = (f'"{example}"' for example in intent.examples if bare(example) == twice)
            message = f"{last[1:-1]!r} stands twice, first in {{place}}"
            yield places.problem_of_two(f"intents/{name}.toml", first, last, message, "Remove one")


def _knowledge(company: Company, places: Places) -> Iterable[Problem]:
    if not company.knowledge:
        yield Problem("knowledge/", None, "holds no entry", "Add a .toml file with [[entry]] tables")
    names = {product.name for product in company.products}
    for id_ in repeated([entry.id for entry in company.knowledge]):
        message, remedy = f"id {id_!r} stands twice, first in {{place}}", "Give one of them another id"
        yield places.problem_of_two("knowledge/*.toml", f'id = "{id_}"', f'id = "{id_}"', message, remedy)
    for entry in company.knowledge:
        if entry.product is not None and entry.product not in names:
            message = f"product {entry.product!r} is not in products.csv"
            yield places.problem_at_text(
                "knowledge/*.toml", f'"{entry.product}"', message, suggest(entry.product, names)
            )
    questions = [(bare(text), text) for entry in company.knowledge for text in (entry.question, *entry.variants)]
    for twice in repeated([key for key, _ in questions]):
        first, *_, last = (f'"{text}"' for key, text in questions if key == twice)
        message = f"{last[1:-1]!r} is asked twice, first in {{place}}"
        remedy = "Keep it in one entry only, where its answer is"
        yield places.problem_of_two("knowledge/*.toml", first, last, message, remedy)
