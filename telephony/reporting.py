"""The RTCP side of one call: sends a report about every five seconds and keeps what the peer reports."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from telephony.rtcp import (
    NTP_EPOCH_S,
    Reception,
    Report,
    ReportBlock,
    SenderInfo,
    parse_reports,
    source_description,
)
from telephony.udp import Address, DatagramPort

_INTERVAL_S: Final = 5.0
_MAX_REPORTS_PER_POLL: Final = 8


class QualityReports:
    """Polled about once a second by the RTP session that owns it; never waits."""

    def __init__(self, port: DatagramPort, ssrc: int, *, now: Callable[[], float] = time.time) -> None:
        self.remote_lost_share: float | None = None
        self.round_trip_ms: float | None = None
        self._port = port
        self._ssrc = ssrc
        self._now = now
        self._cname = f"{random.getrandbits(64):016x}"  # says nothing about us (RFC 7022)
        self._last_report = 0  # middle 32 bits of the peer's NTP time
        self._last_report_at = 0.0
        self._next_at = now() + _INTERVAL_S * random.uniform(0.5, 1.5)

    def poll(self, peer_ip: str) -> None:
        """Takes in what the peer has reported."""
        for _ in range(_MAX_REPORTS_PER_POLL):
            received = self._port.receive()
            if received is None:
                return
            size, address, age_s = received
            if address[0] == peer_ip:
                for report in parse_reports(bytes(self._port.data[:size])):
                    self._take_in(report, self._now() - age_s)

    def send_if_due(
        self,
        peer: Address,
        *,
        timestamp: int,
        packets: int,
        octets: int,
        source: int | None,
        reception: Reception,
        jitter: int,
    ) -> None:
        """Reports on what we sent and heard, at random intervals around five seconds (section 6.2)."""
        now = self._now()
        if now < self._next_at:
            return
        self._next_at = now + _INTERVAL_S * random.uniform(0.5, 1.5)
        sender = SenderInfo(_ntp(now), timestamp, packets, octets) if packets else None
        blocks = () if source is None else (self._block(source, reception, jitter, now),)
        compound = Report(self._ssrc, sender, blocks).serialize() + source_description(self._ssrc, self._cname)
        with suppress(OSError):  # a report that cannot be sent is not worth a word
            self._port.send(compound, peer)

    def close(self) -> None:
        self._port.close()

    def _block(self, source: int, reception: Reception, jitter: int, now: float) -> ReportBlock:
        since = int((now - self._last_report_at) * 65536) if self._last_report else 0
        return ReportBlock(
            ssrc=source,
            fraction_lost=reception.fraction_lost(),
            lost=reception.lost,
            highest=reception.highest,
            jitter=jitter,
            last_report=self._last_report,
            since_last_report=min(since, 0xFFFFFFFF),
        )

    def _take_in(self, report: Report, arrived_at: float) -> None:
        if report.sender:
            self._last_report = report.sender.ntp >> 16 & 0xFFFFFFFF
            self._last_report_at = arrived_at
        for block in report.blocks:
            if block.ssrc == self._ssrc:
                self.remote_lost_share = block.fraction_lost / 256
                if block.last_report:
                    self._measure_round_trip(block, arrived_at)

    def _measure_round_trip(self, block: ReportBlock, arrived_at: float) -> None:
        elapsed = ((_ntp(arrived_at) >> 16) - block.last_report - block.since_last_report) & 0xFFFFFFFF
        if elapsed < 60 << 16:  # more than a minute is no round trip but a wrong clock or an invented report
            self.round_trip_ms = elapsed / 65.536


def _ntp(unix_s: float) -> int:
    """64-bit NTP time: seconds since 1900 in the upper half, fractions in the lower."""
    return int((unix_s + NTP_EPOCH_S) * (1 << 32))
