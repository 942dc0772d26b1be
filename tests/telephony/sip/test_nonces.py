"""Invariant: a nonce is good for the address it was issued to, for its lifetime, and once for each count of use."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telephony.sip.nonces import Nonces

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def nonces() -> Nonces:
    return Nonces(b"key", life_s=300.0, max_used=4)


def test_a_nonce_is_good_where_it_was_issued_until_it_is_too_old(nonces: Nonces) -> None:
    nonce = nonces.issue(HERE, 1000.0)
    assert nonces.current(nonce, HERE, 1000.0)
    assert nonces.current(nonce, HERE, 1300.0)
    assert not nonces.current(nonce, HERE, 1300.1)
    assert not nonces.current(nonce, THERE, 1000.0)


def test_no_two_are_alike_even_at_the_same_moment(nonces: Nonces) -> None:
    assert len({nonces.issue(HERE, 5.0) for _ in range(100)}) == 100


def test_another_process_has_other_nonces(nonces: Nonces) -> None:
    assert not nonces.current(Nonces(b"other", life_s=300.0).issue(HERE, 0.0), HERE, 0.0)


def test_a_count_of_use_only_rises(nonces: Nonces) -> None:
    nonce = nonces.issue(HERE, 0.0)
    assert not nonces.spend(nonce, 0, 0.0)
    assert nonces.spend(nonce, 1, 0.0)
    assert not nonces.spend(nonce, 1, 0.0)
    assert nonces.spend(nonce, 5, 0.0)
    assert not nonces.spend(nonce, 4, 0.0)


def test_a_forgotten_nonce_is_never_good_again(nonces: Nonces) -> None:
    used = [nonces.issue(HERE, float(second)) for second in range(10)]
    for nonce in used:
        assert nonces.spend(nonce, 1, 10.0)
    replayable = [nonce for nonce in used if nonces.current(nonce, HERE, 10.0) and nonces.spend(nonce, 1, 10.0)]
    assert replayable == []
    assert [nonces.current(nonce, HERE, 10.0) for nonce in used] == [False] * 6 + [True] * 4


def test_expired_ones_make_room_before_any_other_does(nonces: Nonces) -> None:
    for second in range(4):
        nonces.spend(nonces.issue(HERE, float(second)), 1, 4.0)
    fresh = [nonces.issue(HERE, 400.0 + second) for second in range(2)]
    assert [nonces.spend(nonce, 1, 402.0) for nonce in fresh] == [True, True]
    assert all(nonces.current(nonce, HERE, 402.0) for nonce in fresh)


@given(st.text(max_size=60))
def test_nothing_that_we_did_not_issue_is_good(text: str) -> None:
    assert not Nonces(b"key", life_s=300.0).current(text, HERE, 0.0)


@given(st.floats(0, 1e9), st.integers(0, 51), st.sampled_from("0123456789abcdef"))
def test_a_changed_nonce_is_no_nonce(now_s: float, position: int, digit: str) -> None:
    nonces = Nonces(b"key", life_s=300.0)
    nonce = nonces.issue(HERE, now_s)
    changed = nonce[:position] + digit + nonce[position + 1 :]
    assert nonces.current(changed, HERE, now_s) == (changed == nonce)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), max_size=60))
@example([(1, 2), (2, 1), (4, 1), (0, 1), (3, 1), (1, 2)])
def test_however_they_are_used_no_count_is_taken_twice(uses: list[tuple[int, int]]) -> None:
    nonces = Nonces(b"key", life_s=300.0, max_used=3)
    issued = [nonces.issue(HERE, float(second)) for second in range(7)]
    taken = [
        (which, count)
        for which, count in uses
        if nonces.current(issued[which], HERE, 7.0) and nonces.spend(issued[which], count, 7.0)
    ]
    assert len(taken) == len(set(taken))
