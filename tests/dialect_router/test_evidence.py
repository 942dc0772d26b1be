"""Invariant: the belief is a distribution that follows the evidence, in whatever order it came, and no word decides."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.dialects import STANDARD, dialects, prior
from dialect_router.evidence import LIMITS, MOST_REASONS, DialectEvidence, HeardDialect, fuse
from dialect_router.regions import locate
from dialect_router.requests import requested_dialect
from dialect_router.speech import language_evidence, record_evidence
from dialect_router.words import words_evidence

CHENGDU, BEIJING, GUANGZHOU = (prior(locate(number)) for number in ("02887654321", "01081234567", "02081234567"))

PIECES = st.builds(
    DialectEvidence,
    st.sampled_from([*LIMITS, "hunch"]),
    st.dictionaries(st.sampled_from([*dialects(), "unheard-of"]), st.floats(-50, 50), max_size=4),
    st.sampled_from("甲乙丙丁戊己庚辛壬癸子丑"),
)


@given(st.lists(PIECES, max_size=12), st.integers())
def test_the_order_of_the_evidence_does_not_matter(pieces: list[DialectEvidence], seed: int) -> None:
    shuffled = random.Random(seed).sample(pieces, len(pieces))
    assert fuse(CHENGDU, pieces) == fuse(CHENGDU, shuffled)


@given(st.lists(PIECES, max_size=12))
def test_the_belief_is_a_distribution_over_all_dialects_likeliest_first(pieces: list[DialectEvidence]) -> None:
    belief = fuse(BEIJING, pieces)
    assert belief.probabilities.keys() == dialects().keys()
    assert math.fsum(belief.probabilities.values()) == pytest.approx(1.0)
    assert all(p > 0 for p in belief.probabilities.values())
    assert list(belief.probabilities.values()) == sorted(belief.probabilities.values(), reverse=True)
    assert len(belief.reasons) <= MOST_REASONS + 1
    assert len(set(belief.reasons)) == len(belief.reasons)


@given(st.sampled_from([*LIMITS]), st.floats(0.1, 30), st.integers(1, 200))
def test_no_source_says_more_than_its_limit_however_often_it_speaks(source: str, said: float, times: int) -> None:
    before = fuse(BEIJING, [])
    after = fuse(BEIJING, [DialectEvidence(source, {"hak": said}, "")] * times)
    gained = math.log(after.share("hak") / after.share(STANDARD)) - math.log(
        before.share("hak") / before.share(STANDARD)
    )
    assert 0 < gained <= LIMITS[source] + 1e-9


def test_a_source_at_its_limit_still_tells_dialects_apart() -> None:
    belief = HeardDialect(BEIJING).after([words_evidence("佢唔知几时到")] * 50).belief
    assert belief.share("yue") > 3 * belief.share("hak")


def test_without_evidence_the_number_decides() -> None:
    assert fuse(CHENGDU, []).top() == CHENGDU.top() == "cmn-sichuan"
    assert fuse(CHENGDU, []).reasons == (CHENGDU.reason,)


def test_one_word_does_not_turn_the_belief_and_several_do() -> None:
    caller = HeardDialect(BEIJING).after([words_evidence("啥子")])
    assert caller.belief.top() != "cmn-sichuan"
    for said in ("咋个还没到嘛", "你们搞啥子名堂，要不得哦", "莫得就算了，晓得了"):
        caller = caller.after([words_evidence(said)])
    assert caller.belief.sure("cmn-sichuan")


def test_a_caller_from_guangzhou_who_keeps_to_mandarin_is_believed_less_and_less_cantonese() -> None:
    caller = HeardDialect(GUANGZHOU)
    shares = [caller.belief.share("yue")]
    for _ in range(4):
        caller = caller.after(
            [words_evidence("我想查一下我的订单什么时候能到"), language_evidence({"zh": 0.9, "yue": 0.1})]
        )
        shares.append(caller.belief.share("yue"))
    assert shares == sorted(shares, reverse=True)
    assert caller.belief.top() == STANDARD


def test_several_sources_together_make_sure() -> None:
    evidence = [
        words_evidence("我买嘅嘢而家喺边度"),
        language_evidence({"yue": 0.95, "zh": 0.05}),
        record_evidence("yue"),
    ]
    caller = HeardDialect(BEIJING).after(evidence)
    assert caller.belief.sure("yue")
    assert caller.belief.sure("Yue")


def test_a_request_wins_over_any_belief_and_the_last_one_counts() -> None:
    caller = HeardDialect(CHENGDU).after([], requested_dialect("能不能找个说广东话的"))
    assert caller.belief.top() == "yue"
    assert caller.belief.sure("yue") and caller.belief.sure("Yue") and not caller.belief.sure("cmn-sichuan")
    assert caller.belief.share("cmn-sichuan") > caller.belief.share("yue")
    assert dialects()["yue"].name_zh in caller.belief.reasons[0]
    assert caller.after([words_evidence("啥子")]).belief.requested == "yue"
    assert caller.after([], "cmn").belief.top() == "cmn"


def test_an_unknown_request_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="klingon"):
        fuse(CHENGDU, [], "klingon")


def test_a_group_is_as_likely_as_its_dialects_together() -> None:
    belief = fuse(prior(locate("0592-2212345")), [])
    together = sum(belief.share(tag) for tag, row in dialects().items() if row.group == "Min")
    assert belief.share("Min") == pytest.approx(together)
    assert belief.share("no such group") == 0


def test_nobody_is_excluded_by_the_number() -> None:
    assert fuse(prior(locate("+14155552671")), []).share("cmn-dongbei") > 0


def test_reasons_are_the_number_and_then_the_strongest() -> None:
    weak, strong = DialectEvidence("words", {"yue": 0.2}, "弱"), DialectEvidence("words", {"yue": 2.0}, "强")
    assert fuse(CHENGDU, [weak, strong, weak]).reasons == (CHENGDU.reason, "强", "弱")


def test_what_a_source_says_turn_after_turn_is_told_once_as_it_said_it_most_strongly() -> None:
    weak, strong, other = (
        DialectEvidence("language", {tag: said}, reason)
        for tag, said, reason in (("yue", 1.0, "粤语 ×3"), ("yue", 2.0, "粤语 ×7"), ("wuu", 0.5, "吴语 ×2"))
    )
    words = [DialectEvidence("words", {"yue": 1.0}, f"说了“{word}”") for word in ("咗", "嘅")]
    told = fuse(prior(locate("")), [weak, strong, other, *words]).reasons
    assert told[1:] == ("粤语 ×7", "说了“咗”", "说了“嘅”", "吴语 ×2")
