"""However much strangers provoke, the log says who and how often in a bounded number of lines."""

import asyncio

from structlog.testing import capture_logs

from tests.virtual_time import in_virtual_time
from voicebot.sparing_log import MOST_ADDRESSES, MOST_OF_ALL, MOST_OF_ONE, SparingLog


@in_virtual_time
async def test_of_one_address_some_lines_are_written_and_the_rest_counted() -> None:
    log = SparingLog(window_s=60)
    with capture_logs() as lines:
        for _ in range(1000):
            log.warning("refused", address="192.0.2.1", path="/")
        log.warning("refused", address="192.0.2.2", path="/")
        log.warning("something_else", address="192.0.2.1")
        assert [line["event"] for line in lines] == ["refused"] * (MOST_OF_ONE + 1) + ["something_else"]
        assert lines[-2]["address"] == "192.0.2.2" and lines[0]["path"] == "/"
        await asyncio.sleep(61)
        assert lines[-1]["event"] == "refused_more" and lines[-1]["log_level"] == "warning"
        assert lines[-1]["left_out"] == 1000 - MOST_OF_ONE
        assert lines[-1]["most_from"] == {"192.0.2.1": 1000 - MOST_OF_ONE}
        log.warning("refused", address="192.0.2.1")
        assert lines[-1]["event"] == "refused"


@in_virtual_time
async def test_of_any_number_of_addresses_lines_and_memory_are_bounded() -> None:
    log = SparingLog(window_s=60)
    with capture_logs() as lines:
        for number in range(5 * MOST_ADDRESSES):
            log.warning("refused", address=f"2001:db8::{number:x}")
        assert len(lines) == MOST_OF_ALL
        await asyncio.sleep(61)
        assert lines[-1]["left_out"] == 5 * MOST_ADDRESSES - MOST_OF_ALL
        assert lines[-1]["addresses"] == MOST_ADDRESSES + 1  # and all others together


@in_virtual_time
async def test_what_was_written_in_full_has_no_line_more() -> None:
    with capture_logs() as lines:
        SparingLog(window_s=60).warning("refused", address="192.0.2.1")
        await asyncio.sleep(61)
    assert len(lines) == 1
