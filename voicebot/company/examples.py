"""What the intent classifier learns from, and a fingerprint that tells when it must learn again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from voicebot.company.schema import Company

NONE = "none"
"""The classifier's name for "none of these"."""


def intent_examples(company: Company) -> Mapping[str, tuple[str, ...]]:
    """Intent -> examples. Every intent with role = "none" is learned as "none of these"."""
    examples: dict[str, tuple[str, ...]] = {}
    for name, intent in company.intents.items():
        label = NONE if intent.role == "none" else name
        examples[label] = (*examples.get(label, ()), *intent.examples)
    return examples


def fingerprint(company: Company) -> str:
    """Changes when an example or the dictionary changes, and only then."""
    learned = {"examples": dict(intent_examples(company)), "dictionary": company.dictionary}
    return hashlib.sha256(json.dumps(learned, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
