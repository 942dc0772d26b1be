"""Whether a company's scorecards fit the rest of its folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from voicebot.company import Company, load_company
from voicebot.company.places import Places
from voicebot.company.problems import CompanyError, Problem, in_order, suggest
from voicebot.company.tomlfile import Location
from voicebot.qa.scorecard.conditions import Facts
from voicebot.qa.scorecard.files import FOLDER, read_scorecards
from voicebot.qa.scorecard.model import Applies, Scorecard


def check_scorecards(directory: Path) -> list[Problem]:
    """The problems of the files themselves, and intents and teams that a usable company does not have."""
    cards, problems = read_scorecards(directory)
    try:
        company = load_company(directory)
    except CompanyError:  # said by whoever checks the rest of the folder
        return problems
    return in_order([*problems, *_misfits(company, cards, Places(directory))])


def _misfits(company: Company, cards: Iterable[Scorecard], places: Places) -> list[Problem]:
    problems: list[Problem] = []
    teams = {agent.team for agent in company.agents}
    for card in cards:
        shown = f"{FOLDER}/{card.name}.toml"
        for place, used in _intents(card):
            problems += _unknown(places, shown, place, used, company.intents, "intent")
        for place, applies in _applies(card):
            if teams:
                problems += _unknown(places, shown, (*place, "teams"), applies.teams, teams, "team")
    return problems


def _applies(card: Scorecard) -> Iterator[tuple[tuple[str | int, ...], Applies]]:
    yield ("applies",), card.applies
    for index, item in enumerate(card.items):
        yield ("items", index, "applies"), item.applies


def _intents(card: Scorecard) -> Iterator[tuple[Location, tuple[str, ...]]]:
    for place, applies in _applies(card):
        yield (*place, "intents"), applies.intents
    for name, condition in card.conditions.items():
        if isinstance(condition, Facts):
            yield ("conditions", name, "intents"), condition.intents


def _unknown(
    places: Places, shown: str, place: Location, used: Iterable[str], known: Iterable[str], what: str
) -> list[Problem]:
    names = set(known)
    wrong = [name for name in used if name not in names]
    return [places.problem(shown, place, f"there is no {what} {name!r}", suggest(name, names)) for name in wrong]
