"""Invariant: a model's or a record's word moves the belief its way, by no more than it is known to be right."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialect_router.dialects import STANDARD, DialectPrior, dialects
from dialect_router.evidence import fuse
from dialect_router.speech import (
    classifier_evidence,
    earlier_calls_evidence,
    language_evidence,
    record_evidence,
)

CODES = st.sampled_from(["zh", "cmn", "yue", "en", "ja", "nan", "wuu", ""])
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
EVEN = DialectPrior({"cmn": 0.5, "yue": 0.5}, "")


def test_cantonese_heard_speaks_for_cantonese() -> None:
    evidence = language_evidence({"yue": 0.9, "zh": 0.1})
    assert evidence is not None
    assert fuse(EVEN, [evidence]).share("yue") > 0.7
    assert dialects()["yue"].name_zh in evidence.reason


def test_mandarin_heard_speaks_less_against_cantonese_than_cantonese_speaks_for_it() -> None:
    cantonese, mandarin = language_evidence({"yue": 0.9, "zh": 0.1}), language_evidence({"yue": 0.1, "zh": 0.9})
    assert cantonese is not None and mandarin is not None
    assert 0 < -mandarin.log_odds["yue"] < cantonese.log_odds["yue"]
    assert dialects()[STANDARD].name_zh in mandarin.reason


def test_dialects_that_the_recogniser_does_not_tell_apart_stay_as_they_were() -> None:
    evidence = language_evidence({"yue": 0.2, "zh": 0.8})
    assert evidence is not None
    assert evidence.log_odds.keys() == {"yue"}


def test_a_recogniser_with_more_codes_is_believed_in_them() -> None:
    evidence = language_evidence({"cmn": 0.1, "nan": 0.8, "yue": 0.1})
    assert evidence is not None
    assert max(evidence.log_odds, key=lambda tag: evidence.log_odds[tag]) == "nan"


@pytest.mark.parametrize("nothing", [{}, {"en": 1.0}, {"zh": 0.0}, {"zh": math.nan}, {"zh": 0.5, "yue": 0.5}])
def test_what_tells_nothing_is_no_evidence(nothing: dict[str, float]) -> None:
    assert language_evidence(nothing) is None


def test_no_claim_of_a_model_counts_beyond_its_known_error() -> None:
    boastful = language_evidence({"yue": 1.0})
    modest = language_evidence({"yue": 0.98, "zh": 0.02})
    assert boastful is not None and modest is not None
    assert boastful.log_odds["yue"] < modest.log_odds["yue"] * 1.5


def test_the_classifier_tells_the_branches_of_mandarin_apart() -> None:
    evidence = classifier_evidence({"cmn": 0.1, "cmn-sichuan": 0.7, "cmn-dongbei": 0.1, "noise": 0.1})
    assert evidence is not None
    assert max(evidence.log_odds, key=lambda tag: evidence.log_odds[tag]) == "cmn-sichuan"
    assert abs(evidence.log_odds["cmn-dongbei"]) < 0.05
    assert "noise" not in evidence.log_odds


def test_a_classifier_without_standard_mandarin_still_ranks() -> None:
    evidence = classifier_evidence({"hak": 0.7, "yue": 0.2, "nan": 0.1})
    assert evidence is not None
    assert evidence.log_odds["hak"] > 0 > evidence.log_odds["nan"]


def test_a_classifier_of_one_class_says_nothing() -> None:
    assert classifier_evidence({"hak": 1.0}) is None


def test_the_record_speaks_for_its_dialect() -> None:
    evidence = record_evidence("cmn-sichuan")
    assert evidence is not None
    assert evidence.log_odds["cmn-sichuan"] > math.log(4)
    assert record_evidence("") is None
    assert record_evidence("klingon") is None


def test_earlier_calls_add_up_to_three() -> None:
    one, three, many = (earlier_calls_evidence(["yue"] * n) for n in (1, 3, 30))
    assert one is not None and three is not None and many is not None
    assert one.log_odds["yue"] < three.log_odds["yue"] == many.log_odds["yue"]
    assert "30" in many.reason
    assert earlier_calls_evidence(["", "klingon"]) is None


@given(st.dictionaries(CODES, NUMBERS))
@example({"zh": 1e308, "cmn": 1e308})
def test_any_identification_is_taken_and_stays_finite(probabilities: dict[str, float]) -> None:
    evidence = language_evidence(probabilities)
    assert evidence is None or all(
        math.isfinite(said) and abs(said) < math.log(60) for said in evidence.log_odds.values()
    )


@given(st.dictionaries(st.sampled_from([*dialects(), "other"]), NUMBERS))
def test_any_classification_is_taken_and_stays_finite(probabilities: dict[str, float]) -> None:
    evidence = classifier_evidence(probabilities)
    assert evidence is None or all(
        math.isfinite(said) and abs(said) < math.log(60) for said in evidence.log_odds.values()
    )
