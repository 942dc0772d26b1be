"""Whether a recogniser with a limited set of characters can write down what callers are expected to say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from voicebot.company.places import Places, bare
from voicebot.company.problems import CompanyError, Problem
from voicebot.company.schema import Company


def read_vocabulary(tokenizer: Path) -> frozenset[str]:
    """The characters of a Hugging Face `tokenizer.json`; CompanyError when it is none."""
    try:
        tokens = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
        return frozenset(token for token in tokens if len(token) == 1)
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        remedy = "Name the tokenizer.json of the recogniser's folder"
        raise CompanyError([Problem(str(tokenizer), None, "is no tokenizer", remedy)]) from unreadable


def check_vocabulary(company: Company, places: Places, vocabulary: frozenset[str]) -> list[Problem]:
    """Sentences of callers with characters outside of `vocabulary`."""
    problems = []
    for pattern, sentence in _heard(company):
        if missing := sorted(set(bare(sentence)) - vocabulary):
            message = f"{sentence!r}: the recogniser does not know {'、'.join(missing)}"
            problems.append(places.problem_at_text(pattern, f'"{sentence}"', message, "Say it with other characters"))
    return problems


def _heard(company: Company) -> Iterable[tuple[str, str]]:
    """Where it stands (glob), and what callers say."""
    for name, intent in company.intents.items():
        yield from ((f"intents/{name}.toml", example) for example in intent.examples)
    for entry in company.knowledge:
        yield from (("knowledge/*.toml", text) for text in (entry.question, *entry.variants))
    for name, script in company.callers.items():
        yield from ((f"callers/{name}.toml", turn.say) for turn in script.turns if turn.say)
