"""Guards the labelled calls: enough of them, the same every time, every item kept and violated in both halves, and no
line of the held-out half spoken in the other."""

import random
from collections import Counter

import pytest

from voicebot.company import load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.accuracy.construction import LabelledCall, labelled_calls
from voicebot.qa.accuracy.figures import figures, verdicts
from voicebot.qa.accuracy.lines import Half, State, lines, questions
from voicebot.qa.accuracy.misheard import misheard
from voicebot.qa.judges.small import SmallJudges
from voicebot.qa.scorecard.files import load_scorecards


@pytest.fixture(scope="module")
def calls() -> list[LabelledCall]:
    return list(labelled_calls())


def test_there_are_enough_and_they_are_always_the_same(calls: list[LabelledCall]) -> None:
    assert len(calls) >= 120
    assert Counter(call.half for call in calls) == {Half.TUNING: len(calls) // 2, Half.HELD_OUT: len(calls) // 2}
    assert list(labelled_calls(8)) == calls[:8]
    assert 0.2 < sum(call.misheard for call in calls) / len(calls) < 0.5


def test_every_item_of_the_scorecard_is_kept_and_violated_in_both_halves(calls: list[LabelledCall]) -> None:
    (card,) = [card for card in load_scorecards(SAMPLE_COMPANY) if card.name == "service"]
    for half in Half:
        labels = Counter((item, answer) for call in calls if call.half is half for item, answer in call.labels.items())
        for item in card.items:
            assert labels[item.name, "fail"] >= 3, (half, item.name)
            assert labels[item.name, "pass"] >= 3, (half, item.name)


@pytest.mark.parametrize("group", ["abuse", "empathy", "ending"])
def test_no_line_serves_both_halves(group: str) -> None:
    tuning, held_out = (set(lines(group, State.VIOLATED.value, half)) for half in Half)
    assert tuning and held_out
    assert not tuning & held_out
    assert not {each.ask for each in questions(Half.TUNING)} & {each.ask for each in questions(Half.HELD_OUT)}


def test_a_recogniser_errs_in_sounds_that_are_alike() -> None:
    text = "我想查一下订单到哪里了"
    wrong = misheard(text, 0.5, random.Random(3))
    assert wrong != text
    assert len(wrong) == len(text)
    assert misheard(text, 0.0, random.Random(3)) == text


def test_the_scorecard_is_measured_against_the_labels(calls: list[LabelledCall]) -> None:
    """On a few calls: what was violated plainly is found, and undecided verdicts are no finds."""
    company = load_company(SAMPLE_COMPANY)
    (card,) = [card for card in load_scorecards(SAMPLE_COMPANY) if card.name == "service"]
    few = calls[:12]
    found = verdicts(few, company, card, [SmallJudges()])
    told = figures(few, found)
    assert told.calls == 12
    assert told.kappa is not None and told.kappa > 0.6
    assert told.items["interruptions"].recall == 1
    undecided = {call: dict.fromkeys(answers, "unsure") for call, answers in found.items()}
    nothing = figures(few, undecided)
    assert (nothing.recall, nothing.precision, nothing.kappa, nothing.undecided) == (0, None, None, 1)
