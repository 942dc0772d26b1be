"""Loss and jitter are counted as RFC 3550 (appendix A) counts them, and reports survive hostile peers."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.rtcp import Reception, Report, ReportBlock, SenderInfo, parse_reports, source_description

uint32 = st.integers(0, 2**32 - 1)
blocks = st.builds(
    ReportBlock,
    ssrc=uint32,
    fraction_lost=st.integers(0, 255),
    lost=st.integers(0, 0x7FFFFF),
    highest=uint32,
    jitter=uint32,
    last_report=uint32,
    since_last_report=uint32,
)
senders = st.builds(SenderInfo, ntp=st.integers(0, 2**64 - 1), timestamp=uint32, packets=uint32, octets=uint32)
reports = st.builds(Report, uint32, st.none() | senders, st.lists(blocks, max_size=3).map(tuple))


@given(reports, reports)
def test_a_compound_of_reports_survives_the_wire(first: Report, second: Report) -> None:
    compound = first.serialize() + source_description(1, "someone") + second.serialize()
    assert list(parse_reports(compound)) == [first, second]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    list(parse_reports(data))


@given(reports, st.integers(0, 80))
def test_a_report_cut_short_is_left_out(report: Report, cut: int) -> None:
    data = report.serialize()
    if cut < len(data):
        assert list(parse_reports(data[:cut])) == []


@given(st.integers(0, 65535), st.sets(st.integers(1, 298), max_size=100))
def test_lost_packets_are_counted_over_the_wrap_of_the_sequence_numbers(first: int, lost: set[int]) -> None:
    reception = Reception()
    for n in range(300):
        if n not in lost:
            reception.put((first + n) & 0xFFFF)
    assert (reception.lost, reception.received) == (len(lost), 300 - len(lost))
    assert reception.fraction_lost() == 256 * len(lost) // 300


def test_the_fraction_is_that_of_the_time_since_the_last_report() -> None:
    reception = Reception()
    for n in range(0, 100, 2):
        reception.put(n)
    reception.put(99)
    assert 120 < reception.fraction_lost() < 130
    for n in range(100, 200):
        reception.put(n)
    assert reception.fraction_lost() == 0


def test_reordered_packets_are_not_lost() -> None:
    reception = Reception()
    for sequence in (10, 12, 11, 14, 13):
        reception.put(sequence)
    assert (reception.lost, reception.expected) == (0, 5)


def test_a_peer_that_begins_anew_has_lost_nothing() -> None:
    reception = Reception()
    for sequence in [*range(100), *range(40_000, 40_100)]:
        reception.put(sequence)
    assert reception.lost == 0
