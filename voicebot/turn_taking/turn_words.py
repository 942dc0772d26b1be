"""The words by which a caller's turn is judged: data/turn_words.toml, and what a company's own examples teach."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from importlib.resources import files
from typing import Any

from voicebot.company.schema import Company
from voicebot.turn_taking.whole_requests import WholeRequests, learn


class Ending(Enum):
    """What the last word of an utterance says about what follows."""

    CLOSED = auto()
    """Nothing follows."""
    SPOKEN_OUT = auto()
    """Nothing follows where an intent was understood."""
    TRANSITIVE = auto()
    """An object may be missing."""
    OPEN = auto()
    """More follows."""


@dataclass(frozen=True, slots=True)
class DictationWords:
    """Numbers, addresses and spelled names."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    asking: tuple[str, ...]
    of: tuple[str, ...]
    sentence: tuple[str, ...]
    numbers: tuple[str, ...]
    unspecific: tuple[str, ...]
    regions: tuple[str, ...]
    streets: tuple[str, ...]
    houses: tuple[str, ...]
    buildings: tuple[str, ...]
    no_address: tuple[str, ...]
    characters: Mapping[str, str]
    order_digits: frozenset[int]
    """How many digits the company's order numbers have; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class TurnWords:
    """One field a key of the file."""

    backchannels: frozenset[str]
    sounds: frozenset[str]
    hesitations: frozenset[str]
    wanting: frozenset[str]
    whole: frozenset[str]
    followed: frozenset[str]
    begun: frozenset[str]
    endings: Mapping[str, Ending]
    questions: tuple[str, ...]
    verbs: tuple[str, ...]
    makes_nouns: tuple[str, ...]
    dictation: DictationWords
    requests: WholeRequests | None
    """What the company's examples teach; None without a company, or with too few."""
    asked_about: frozenset[str]
    """The company's intents about which the assistant has questions."""

    def ending(self, text: str) -> Ending | None:
        """What the longest listed ending of `text` says; a question that does not break off is closed."""
        longest = range(min(len(text), max(map(len, self.endings))), 0, -1)
        found = next((ending for length in longest if (ending := self.endings.get(text[-length:]))), None)
        if found in (None, Ending.SPOKEN_OUT) and self.asks(text):
            return Ending.CLOSED
        return found

    def asks(self, text: str) -> bool:
        """Whether there is a question word in `text`."""
        return any(word in text for word in self.questions)


def load_turn_words(company: Company | None = None) -> TurnWords:
    """The package's words; with a company also how its callers speak, which takes about a second to learn."""
    table = tomllib.loads(files("voicebot.turn_taking").joinpath("data/turn_words.toml").read_text("utf-8"))
    dictation: dict[str, Any] = {
        key: words if isinstance(words, dict) else tuple(words) for key, words in table["dictation"].items()
    }
    order_digits = frozenset(len(order.order_number) for order in company.orders) if company else frozenset()
    return TurnWords(
        backchannels=frozenset(table["backchannels"]),
        sounds=frozenset(table["sounds"]),
        hesitations=frozenset(table["hesitations"]),
        wanting=frozenset(table["wanting"]),
        whole=frozenset(table["whole"]),
        followed=frozenset(table["followed"]),
        begun=frozenset(table["begun"]),
        endings={word: Ending[kind.upper()] for kind, words in table["endings"].items() for word in words},
        questions=tuple(table["questions"]),
        verbs=tuple(table["predicates"]["verbs"]),
        makes_nouns=tuple(table["predicates"]["makes_nouns"]),
        dictation=DictationWords(**dictation, order_digits=order_digits),
        requests=learn(_said_to(company)) if company else None,
        asked_about=_asked_about(company) if company else frozenset(),
    )


def _said_to(company: Company) -> list[str]:
    """Whole requests that the company's files hold."""
    examples = [example for intent in company.intents.values() for example in intent.examples]
    questions = [question for entry in company.knowledge for question in (entry.question, *entry.variants)]
    return examples + questions


def _asked_about(company: Company) -> frozenset[str]:
    flows = company.flows
    return frozenset(name for name, intent in company.intents.items() if intent.flow and flows[intent.flow].slots)
