"""What was shown as certain while a caller speaks never changes again."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.hearing.partials import Partial, StablePrefix


def test_what_two_looks_agree_on_is_stable_and_the_rest_may_change() -> None:
    prefix = StablePrefix()
    assert prefix.hear(1, "我想") == Partial("", "我想")
    assert prefix.hear(1, "我想退") == Partial("我想", "退")
    assert prefix.hear(1, "我想推荐") == Partial("我想", "推荐")
    assert prefix.hear(1, "我想推荐个") == Partial("我想推荐", "个")


def test_another_utterance_begins_anew() -> None:
    prefix = StablePrefix()
    prefix.hear(1, "好的")
    prefix.hear(1, "好的")
    assert prefix.hear(2, "好的") == Partial("", "好的")


@given(st.lists(st.text("我想退货", max_size=8), max_size=20))
def test_the_stable_part_only_grows(hypotheses: list[str]) -> None:
    prefix, stable = StablePrefix(), ""
    for hypothesis in hypotheses:
        partial = prefix.hear(1, hypothesis)
        assert partial.stable.startswith(stable)
        stable = partial.stable
