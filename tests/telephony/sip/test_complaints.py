"""Invariant: a flood of bad messages fills neither the disk nor hides the first of them."""

import logging

import pytest

from telephony.sip.complaints import Complaints


def test_a_flood_is_logged_sparingly_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    complaints = Complaints(logging.getLogger("test"), burst=2, interval_s=10, now=lambda: now_s[0])
    for number in range(7):
        complaints.warn("bad message %d", number)
    now_s[0] = 10.0
    complaints.warn("bad message %d", 7)
    complaints.warn("bad message %d", 8)
    assert [record.getMessage() for record in caplog.records] == [
        "bad message 0",
        "bad message 1",
        "bad message 7 (5 like it were not logged)",
        "bad message 8",
    ]
