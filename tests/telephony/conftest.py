from functools import partial

import pytest

from telephony.reporting import QualityReports
from tests.telephony.bridged_call import Call


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def joined(call: Call) -> Call:
    call.bridge.join()
    call.tick()
    return call


class RtpClock:
    """Time as RTP sessions see it, which stands until a test moves it; every packet comes at once."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def rtp_clock(monkeypatch: pytest.MonkeyPatch) -> RtpClock:
    clock = RtpClock()
    monkeypatch.setattr("telephony.rtp.time", clock)
    monkeypatch.setattr("telephony.rtp.QualityReports", partial(QualityReports, now=clock.monotonic))
    monkeypatch.setattr("telephony.udp._age_s", lambda stamp: 0.0)
    return clock
