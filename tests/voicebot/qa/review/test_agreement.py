"""Guards the statistics: kappa is what the literature and scikit-learn say, its interval is the large-sample one where
there are many answers and never a point, and an item that people do not agree with only assists."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from voicebot.qa.review.agreement import ORDER, agreement_interval, kappa_interval, table, weighted_kappa
from voicebot.qa.review.calibration import BlindAnswer, calibrate
from voicebot.qa.review.sampling import Candidate, drawn


def pairs(*counts: tuple[str, str, int]) -> list[tuple[str, str]]:
    return [(first, second) for first, second, count in counts for _ in range(count)]


def test_kappa_of_two_answers_is_the_one_of_the_textbook() -> None:
    """Two readers of 50 grant proposals: 20 times both yes, 15 times both no."""
    counts = table(pairs(("pass", "pass", 20), ("pass", "fail", 5), ("fail", "pass", 10), ("fail", "fail", 15)))
    assert weighted_kappa(counts) == pytest.approx(0.4)


def test_weighted_kappa_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        first = rng.integers(0, 3, 60)
        second = np.where(rng.random(60) < 0.6, first, rng.integers(0, 3, 60))
        counts = table((ORDER[a], ORDER[b]) for a, b in zip(first, second, strict=True))
        assert weighted_kappa(counts) == pytest.approx(cohen_kappa_score(first, second, weights="linear"))


def test_a_fail_for_a_pass_is_worse_than_a_fail_for_a_not_applicable() -> None:
    base = [("pass", "pass", 10), ("fail", "fail", 10), ("not_applicable", "not_applicable", 10)]
    worse = weighted_kappa(table(pairs(*base, ("fail", "pass", 3))))
    milder = weighted_kappa(table(pairs(*base, ("fail", "not_applicable", 3))))
    assert worse is not None and milder is not None and worse < milder


def test_without_any_difference_there_is_no_kappa() -> None:
    assert weighted_kappa(table(pairs(("pass", "pass", 30)))) is None
    assert kappa_interval(table([])) is None
    assert agreement_interval(table([])) is None


def test_the_interval_is_near_the_large_sample_one() -> None:
    """Fleiss, Cohen and Everitt 1969, for two answers."""
    counts = table(pairs(("pass", "pass", 200), ("pass", "fail", 50), ("fail", "pass", 100), ("fail", "fail", 150)))
    shares = counts[np.ix_([0, 2], [0, 2])] / counts.sum()
    kappa = weighted_kappa(counts)
    assert kappa is not None
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    expected = float(rows @ columns)
    weights = np.eye(2)
    mean = (weights @ columns)[:, None] + (weights @ rows)[None]
    variance = (shares * (weights - mean * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    error = float(np.sqrt(variance / counts.sum())) / (1 - expected)
    interval = kappa_interval(counts)
    assert interval is not None
    assert interval.low == pytest.approx(kappa - 1.96 * error, abs=0.015)
    assert interval.high == pytest.approx(kappa + 1.96 * error, abs=0.015)


def test_a_few_answers_that_agree_prove_little() -> None:
    interval = kappa_interval(table(pairs(("pass", "pass", 3), ("fail", "fail", 2))))
    assert interval is not None
    assert interval.low < 0.6 < interval.high <= 1


# Items


def answered(labels: dict[str, str], rater: str = "a") -> list[BlindAnswer]:
    return [BlindAnswer(call, "x", rater, answer) for call, answer in labels.items()]


def labels(passes: int, fails: int) -> dict[str, str]:
    return {f"c{number}": "pass" if number < passes else "fail" for number in range(passes + fails)}


def wrong(truth: dict[str, str], *, every: int) -> dict[str, str]:
    turned = {"pass": "fail", "fail": "pass"}
    return {
        call: turned[answer] if number % every == 0 else answer for number, (call, answer) in enumerate(truth.items())
    }


def test_an_item_that_agrees_with_people_scores() -> None:
    truth = labels(20, 12)
    found = calibrate("x", wrong(truth, every=16), answered(truth), {}, least_kappa=0.6)
    assert not found.assist_only
    assert found.n == 32
    assert found.kappa is not None and found.kappa > 0.8
    assert found.prevalence == pytest.approx(12 / 32)


def test_an_item_that_does_not_agree_with_people_only_assists_and_says_why() -> None:
    truth = labels(20, 12)
    found = calibrate("x", wrong(truth, every=3), answered(truth), {}, least_kappa=0.6)
    assert found.assist_only
    assert "0.6" in found.why and "32" in found.why


def test_too_few_answers_switch_nothing() -> None:
    truth = labels(6, 4)
    assert not calibrate("x", wrong(truth, every=1), answered(truth), {}, least_kappa=0.6).assist_only


def test_where_people_always_pass_the_agreement_decides() -> None:
    """One false alarm in 30: kappa is 0, the item is good. Ten: it is not."""
    truth = labels(30, 0)
    once = calibrate("x", wrong(truth, every=30), answered(truth), {}, least_kappa=0.6)
    assert once.kappa == pytest.approx(0)
    assert not once.assist_only
    assert calibrate("x", wrong(truth, every=3), answered(truth), {}, least_kappa=0.6).assist_only


def test_bias_recall_and_precision_are_about_fails() -> None:
    truth = labels(10, 10)
    lenient = {call: "pass" if answer == "pass" or call in ("c10", "c11") else "fail" for call, answer in truth.items()}
    found = calibrate("x", lenient, answered(truth), {}, least_kappa=0.6)
    assert found.bias == pytest.approx(0.1)
    assert found.recall == pytest.approx(0.8)
    assert found.precision == 1


def test_what_people_disagree_about_counts_only_once_it_is_settled() -> None:
    truth = labels(12, 12)
    other = truth | {"c0": "fail"}
    both = [*answered(truth, "a"), *answered(other, "b")]
    found = calibrate("x", truth, both, {}, least_kappa=0.6)
    assert (found.n, found.disputed) == (23, 1)
    assert found.people_kappa is not None and found.people_kappa < 1
    settled = calibrate("x", truth, both, {"c0": "fail"}, least_kappa=0.6)
    assert (settled.n, settled.disputed) == (24, 0)
    assert settled.agreement == pytest.approx(23 / 24)


def test_verdicts_that_were_left_to_people_are_counted_apart() -> None:
    truth = labels(12, 12)
    verdicts = truth | {"c0": "unsure", "c13": "unsure"}
    found = calibrate("x", verdicts, answered(truth), {}, least_kappa=0.6)
    assert (found.n, found.unsure, found.kappa) == (22, 2, 1)


# Sampling


def test_a_sample_holds_every_kind_of_call_and_is_the_same_again() -> None:
    common = [Candidate(f"c{n:03}", "8001", "order_status", 95, 0.95) for n in range(200)]
    rare = [
        Candidate("r1", "8002", "order_status", 95, 0.95),
        Candidate("r2", "8001", "complaint", 95, 0.95),
        Candidate("r3", "8001", "order_status", 40, 0.95),
        Candidate("r4", "8001", "order_status", None, 0.95),
        Candidate("r5", "8001", "order_status", 95, 0.5),
    ]
    sample = drawn([*common, *rare], 12, seed=7)
    assert {each.call_id for each in rare} <= {each.call_id for each in sample}
    assert len({each.call_id for each in sample}) == 12
    assert sample == drawn([*rare, *reversed(common)], 12, seed=7)
    assert sample != drawn([*common, *rare], 12, seed=8)


def test_a_sample_is_no_larger_than_what_there_is() -> None:
    assert len(drawn([Candidate("a", "x", "y", 90, 0.9)], 30, seed=1)) == 1
    assert drawn([], 30, seed=1) == []
