"""Invariant: a key gets its burst at once and its rate over time, and takes nothing from other keys."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.rate_limit import RateLimit


def test_the_burst_is_there_at_once_and_the_rate_brings_it_back() -> None:
    limit = RateLimit(per_s=2.0, burst=3.0, max_keys=10)
    assert [limit.take("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert limit.take("b", 0.0)
    assert limit.exhausted("a", 0.4)
    assert not limit.exhausted("a", 0.5)
    assert limit.take("a", 0.5)
    assert limit.exhausted("a", 0.5)


def test_looking_takes_nothing_and_remembers_nobody() -> None:
    limit = RateLimit(per_s=1.0, burst=1.0, max_keys=10)
    assert not any(limit.exhausted("a", 0.0) for _ in range(5))
    assert len(limit) == 0


def test_the_key_unused_for_longest_is_forgotten() -> None:
    limit = RateLimit(per_s=0.0, burst=1.0, max_keys=2)
    for key in ("a", "b", "a", "c"):
        limit.take(key, 0.0)
    assert (limit.exhausted("a", 0.0), limit.exhausted("b", 0.0), limit.exhausted("c", 0.0)) == (True, False, True)


@given(st.lists(st.floats(0, 1), max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses_s: list[float]) -> None:
    limit = RateLimit(per_s=3.0, burst=5.0, max_keys=10)
    now_s, taken = 0.0, 0
    for pause_s in pauses_s:
        now_s += pause_s
        expected = not limit.exhausted("a", now_s)
        assert limit.take("a", now_s) == expected
        taken += expected
    assert taken <= 5 + 3 * now_s + 1e-6
