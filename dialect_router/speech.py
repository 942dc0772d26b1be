"""What the sound of the speech and the customer's history say about the dialect, as evidence.

A model's probabilities are not taken at their word. A probability near 0 or 1 is cut to the model's known error, since
no model is ever surer than it is often right; and the log-odds are multiplied by a reliability below 1, since all
utterances of one call come from one voice on one line and repeat one another's errors. What remains adds up over the
turns, up to the source's limit in `evidence.LIMITS`.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dialect_router.dialects import STANDARD, dialects
from dialect_router.evidence import DialectEvidence, names
from dialect_router.tables import evidence_reasons

LANGUAGE_ERROR: Final = 0.05
"""Share of utterances whose language a recogniser takes wrongly over the telephone. An estimate; Mandarin spoken with
a Cantonese accent is the usual case."""
LANGUAGE_RELIABILITY: Final = 0.8

MANDARIN_SAYS_LESS: Final = 0.5
"""Weight of hearing Mandarin against hearing a dialect's own language: many who speak a dialect at home begin a service
call in Mandarin, and hardly anybody begins in a dialect that is not theirs."""

CLASSIFIER_ERROR: Final = 0.15
"""Least error granted to an accent classifier, whatever it claims: it was trained on other speakers, mostly clean read
speech, and hears a telephone. An estimate, to be replaced by the error measured on calls of one's own."""
CLASSIFIER_RELIABILITY: Final = 0.5

RECORD_RIGHT: Final = 0.85
"""How often the dialect in a customer's record is that of the person on the line: records age, and families share a
telephone. An estimate; an agent wrote it down after hearing the caller, so it says more than the number."""

SAME_CALLER: Final = 2.0
"""How many times likelier a dialect gets for each earlier call in which it was served."""
MOST_CALLS: Final = 3
"""Earlier calls that count; more of the same say nothing new."""

_CHINESE: Final = "zh"
"""The code of Mandarin and of every dialect that the recogniser does not tell from it."""

_UNTOLD: Final = 0.05
"""Evidence weaker than this, in log-odds, is not worth a line in the record."""


def language_evidence(probabilities: Mapping[str, float], trust: float = 1.0) -> DialectEvidence | None:
    """From a recogniser's language identification: code ("zh" or "cmn", "yue", "nan", ...) -> probability.

    Codes that are no Chinese language count for nothing. Every dialect is heard under the code that serves it best
    (`asr_language` in dialects.csv) unless the recogniser has a code of its own for it. None where nothing Chinese was
    identified or where the dialects are all alike to it. trust: as for `words_evidence`.
    """
    heard = _usable(probabilities)
    codes = {tag: tag if tag in heard and tag != STANDARD else row.asr_language for tag, row in dialects().items()}
    chinese = {code: heard.get(code, 0.0) for code in sorted({*codes.values()})}
    chinese[_CHINESE] += heard.get(STANDARD, 0.0)  # some recognisers name it so
    against_mandarin = _tempered(chinese, _CHINESE, LANGUAGE_ERROR, LANGUAGE_RELIABILITY)
    log_odds = {
        code: trust * (said if said > 0 else MANDARIN_SAYS_LESS * said) for code, said in against_mandarin.items()
    }
    return _evidence("language", {tag: log_odds[code] for tag, code in codes.items() if code in log_odds})


def classifier_evidence(probabilities: Mapping[str, float], error: float = CLASSIFIER_ERROR) -> DialectEvidence | None:
    """From an accent classifier: tag -> probability. Labels that are no tags of dialects.csv count for nothing.

    error: how often it was measured to be wrong; less than CLASSIFIER_ERROR is not believed. The classifier should
    have been trained on equally many utterances of each class. One without standard Mandarin is compared with its own
    average, so that it can tell dialects apart and nothing more.
    """
    heard = _usable({tag: p for tag, p in probabilities.items() if tag in dialects()})
    return _evidence("classifier", _tempered(heard, STANDARD, max(error, CLASSIFIER_ERROR), CLASSIFIER_RELIABILITY))


def record_evidence(tag: str) -> DialectEvidence | None:
    """From the dialect in the customer's record; None where it is empty or no tag of dialects.csv."""
    if tag not in dialects():
        return None
    return _evidence("record", {tag: math.log(RECORD_RIGHT / (1 - RECORD_RIGHT))})


def earlier_calls_evidence(tags: Sequence[str]) -> DialectEvidence | None:
    """From the dialects in which the customer was served before, one tag for each call; other words are passed over."""
    served = Counter(tag for tag in tags if tag in dialects())
    log_odds = {tag: min(calls, MOST_CALLS) * math.log(SAME_CALLER) for tag, calls in served.items()}
    return _evidence("earlier_calls", log_odds, served)


def _tempered(heard: Mapping[str, float], reference: str, error: float, reliability: float) -> dict[str, float]:
    """Class -> tempered log-odds against the reference class, or against the mean of all where it is not a class."""
    total = math.fsum(heard.values())
    if total <= 0 or len(heard) < 2:
        return {}
    spread = error / len(heard)
    logs = {name: math.log((1 - error) * p / total + spread) for name, p in heard.items()}
    standard = logs[reference] if reference in logs else math.fsum(logs.values()) / len(logs)
    return {name: reliability * (log - standard) for name, log in logs.items() if name != reference}


def _evidence(
    source: str, log_odds: Mapping[str, float], served: Mapping[str, int] | None = None
) -> DialectEvidence | None:
    """With a reason that names what it favours: a dialect, or standard Mandarin where all others lose."""
    if not log_odds or max(abs(said) for said in log_odds.values()) < _UNTOLD:
        return None
    likeliest = min(log_odds, key=lambda tag: (-log_odds[tag], tag))
    factor = math.exp(log_odds[likeliest])
    if log_odds[likeliest] < 0:
        likeliest, factor = STANDARD, math.exp(-min(log_odds.values()))
    reason = evidence_reasons()[source].format(
        dialects=names([likeliest]), factor=factor, calls=served[likeliest] if served else 0
    )
    return DialectEvidence(source, MappingProxyType(dict(log_odds)), reason)


def _usable(probabilities: Mapping[str, float]) -> dict[str, float]:
    """What can be a probability: a broken model's huge numbers count as certainty, its others for nothing."""
    return {name: min(p, 1.0) for name, p in probabilities.items() if math.isfinite(p) and p >= 0}
