"""How soon boards show what is said is counted from when that was last told, whoever heard of it first."""

import json

import pytest

from voicebot.bench.console.run import Watch


def script(stable: str, unstable: str) -> str:
    part = json.dumps(
        {"role": "caller", "who": "来电人", "stable": stable, "unstable": unstable}, separators=(",", ":")
    )
    return f'runMethod(7, "speaking", [{part}])'


def test_each_board_counts_from_the_event() -> None:
    watch = Watch()
    watch.hear(("我想", "退"), 10.0)
    for at in (10.004, 10.010):
        watch.on_page(script("我想", "退"), at)
    shown = watch.shown()
    assert (shown.count, shown.max_ms) == (2, pytest.approx(10))


def test_the_same_words_of_another_caller_count_from_their_own_event() -> None:
    watch = Watch()
    for at in (10.0, 24.0):
        watch.hear(("", "我"), at)
        watch.on_page(script("", "我"), at + 0.005)
    assert watch.shown().max_ms == pytest.approx(5)


def test_a_page_that_heard_of_it_a_moment_sooner_took_no_time() -> None:
    watch = Watch()
    watch.hear(("", "我"), 10.0)
    watch.on_page(script("", "我"), 23.998)
    watch.hear(("", "我"), 24.0)
    assert watch.shown().max_ms == 0


def test_what_was_told_long_ago_shows_how_late_a_page_is() -> None:
    watch = Watch()
    watch.hear(("我想退货", ""), 10.0)
    watch.on_page(script("我想退货", ""), 12.0)
    watch.on_page(script("被遮住的", ""), 12.0)
    shown = watch.shown()
    assert (shown.count, shown.max_ms) == (1, pytest.approx(2000))
