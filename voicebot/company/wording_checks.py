"""Whether everything that can happen has words, and the words use only values that exist."""

from __future__ import annotations

from collections.abc import Iterable, Set
from string import Formatter

from voicebot.company.flows import Flow, Outcome
from voicebot.company.places import Places
from voicebot.company.problems import Problem, suggest
from voicebot.company.prompts import REQUIRED_PROMPTS
from voicebot.company.schema import Company
from voicebot.company.tools import TOOLS


def check_wording(company: Company, places: Places) -> list[Problem]:
    problems = list(_prompts(company, places))
    for name, flow in company.flows.items():
        shown = f"flows/{name}.toml"
        problems += _slots(flow, company, shown, places)
        problems += _outcomes(flow, shown, places)
    return problems


def _prompts(company: Company, places: Places) -> Iterable[Problem]:
    for key in REQUIRED_PROMPTS.keys() - company.prompts.keys():
        yield Problem("prompts.toml", None, f"prompt {key!r} is missing", f"Add [prompts.{key}] with its text")
    used = {intent.answer for intent in company.intents.values()}
    used |= {slot.ask_prompt for flow in company.flows.values() for slot in flow.slots}
    for key, prompt in company.prompts.items():
        if key not in REQUIRED_PROMPTS and key not in used:
            message = f"prompt {key!r} is used nowhere"
            yield places.problem("prompts.toml", ["prompts", key], message, suggest(key, REQUIRED_PROMPTS))
        allowed = REQUIRED_PROMPTS.get(key, frozenset())
        texts = {"text": (prompt.text,), "variants": prompt.variants, "yue": (prompt.yue,)}
        for field, text in ((field, text) for field, found in texts.items() for text in found):
            for message, remedy in _placeholder_faults(text, allowed):
                yield places.problem("prompts.toml", ["prompts", key, field], message, remedy)


def _slots(flow: Flow, company: Company, shown: str, places: Places) -> Iterable[Problem]:
    names = [slot.name for slot in flow.slots]
    for index, slot in enumerate(flow.slots):
        if slot.name in names[:index]:
            message = f"slot {slot.name!r} stands twice"
            yield places.problem(shown, ["slots", index, "name"], message, "Give one of them another name")
        if slot.ask_prompt is not None and slot.ask_prompt not in company.prompts:
            message = f"prompt {slot.ask_prompt!r} does not exist"
            remedy = suggest(slot.ask_prompt, company.prompts)
            yield places.problem(shown, ["slots", index, "ask_prompt"], message, remedy)
        for text in (slot.ask, slot.ask_yue, *slot.reask, *slot.reask_yue):
            for message, remedy in _placeholder_faults(text, frozenset(names[:index])):
                yield places.problem(shown, ["slots", index, "ask"], message, remedy)


def _outcomes(flow: Flow, shown: str, places: Places) -> Iterable[Problem]:
    tool = TOOLS.get(flow.action.tool)
    if tool is None:
        message = f"tool {flow.action.tool!r} does not exist"
        yield places.problem(shown, ["action", "tool"], message, suggest(flow.action.tool, TOOLS))
        return
    slots = {slot.name for slot in flow.slots}
    for missing in sorted(tool.slots - slots):
        message = f"tool {flow.action.tool!r} needs a slot {missing!r}"
        yield places.problem(shown, ["action", "tool"], message, f'Add [[slots]] with name = "{missing}"')
    for missing in sorted(tool.outcomes.keys() - flow.outcomes.keys()):
        message = f"nothing to say when {flow.action.tool} ends in {missing!r}"
        yield places.problem(shown, ["outcomes"], message, f'Add [outcomes.{missing}] with say = "…"')
    for name, outcome in flow.outcomes.items():
        if name not in tool.outcomes:
            message = f"{flow.action.tool} never ends in {name!r}"
            yield places.problem(shown, ["outcomes", name], message, suggest(name, tool.outcomes))
        else:
            told = slots - {slot.name for slot in flow.slots if slot.is_private}
            yield from _outcome(name, outcome, tool.outcomes[name] | told, slots, shown, places)


def _outcome(
    name: str, outcome: Outcome, values: Set[str], slots: Set[str], shown: str, places: Places
) -> Iterable[Problem]:
    for key, text in (("say", outcome.say), ("yue", outcome.yue)):
        for message, remedy in _placeholder_faults(text, values):
            yield places.problem(shown, ["outcomes", name, key], message, remedy)
    asked = outcome.then.removeprefix("ask:")
    if outcome.then.startswith("ask:") and asked not in slots:
        message = f"there is no slot {asked!r} to ask again"
        yield places.problem(shown, ["outcomes", name, "then"], message, suggest(asked, slots))


def _placeholder_faults(text: str, allowed: Set[str]) -> list[tuple[str, str]]:
    """Message and remedy for every {name} in a wording that will have no value."""
    try:
        fields = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return [(f"braces do not match in {text!r}", "Write a value as {name}")]
    return [
        (f"{{{name}}} has no value here", suggest(name, allowed) if allowed else "Remove it: there are no values here")
        for name in fields
        if name not in allowed
    ]
