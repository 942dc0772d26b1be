"""A burst is allowed, then the average holds, for each asker alone."""

from voicebot.web import rate_limit
from voicebot.web.rate_limit import RateLimit


def test_after_a_burst_requests_are_let_through_at_the_average() -> None:
    limit = RateLimit(per_minute=60, burst=3)
    assert [limit.wait_s("a", at_s=0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert limit.wait_s("b", at_s=0.0) == 0
    assert limit.wait_s("a", at_s=0.5) == 0.5
    assert limit.wait_s("a", at_s=1.0) == 0
    assert [limit.wait_s("a", at_s=100.0) for _ in range(4)] == [0, 0, 0, 1]


def test_memory_stays_bounded() -> None:
    limit = RateLimit(per_minute=60, burst=1)
    for number in range(rate_limit.MOST_BUCKETS + 10):
        limit.wait_s(str(number), at_s=0.0)
    assert limit.wait_s("0", at_s=0.0) == 0, "the oldest was forgotten"
    assert limit.wait_s(str(rate_limit.MOST_BUCKETS), at_s=0.0) > 0
