"""Every log line of the process is one parsable line with its call's id, and shows no personal number."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from voicebot.config import LogSection
from voicebot.console.operator.log_search import logs_of_call
from voicebot.logs import FILES, call_context, configure_logging

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    configure_logging(LogSection(format="json"), stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = kept
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_numbers_are_masked_in_the_message_and_in_values_however_deep(lines: Lines) -> None:
    structlog.get_logger("test").info(
        "call from 13800138000",
        to="+86 571 8888 8888",
        slots={"phone": ["13800138000", ("13800138000",)]},
        n=13800138000,
    )
    assert "13800138000" not in json.dumps(lines())
    assert lines()[0]["slots"] == {"phone": ["138******00", ["138******00"]]}


def test_what_libraries_log_is_masked_and_structured_too(lines: Lines) -> None:
    logging.getLogger("some.library").warning("bad number %s", "13800138000")
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("bad number 138******00", "some.library", "warning")


def test_a_traceback_is_masked_and_stays_one_line(lines: Lines) -> None:
    try:
        raise ValueError("no customer 13800138000")
    except ValueError:
        structlog.get_logger("test").exception("failed")
        logging.getLogger("library").exception("failed")
    assert len(lines()) == 2
    assert all("138******00" in line["exception"] and "13800138000" not in line["exception"] for line in lines())


async def test_each_call_s_lines_carry_its_own_id(lines: Lines) -> None:
    async def talk(call_id: str) -> None:
        with call_context(call_id):
            await asyncio.sleep(0)
            structlog.get_logger("test").info(call_id)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(in_a_task(call_id))

    async def in_a_task(call_id: str) -> None:
        await asyncio.sleep(0)
        logging.getLogger("library").warning(call_id)

    await asyncio.gather(*(talk(f"call-{number}") for number in range(5)))
    structlog.get_logger("test").info("between calls")
    assert len(lines()) == 11
    assert all(line.get("call_id") == line["event"] for line in lines()[:-1])
    assert "call_id" not in lines()[-1]


def test_chatty_libraries_are_quiet_unless_asked(lines: Lines) -> None:
    logging.getLogger("amqtt.broker").info("listener started")
    logging.getLogger("amqtt.broker").warning("listener lost")
    assert [line["event"] for line in lines()] == ["listener lost"]


def test_the_console_is_masked_as_well() -> None:
    stream = io.StringIO()
    kept = logging.getLogger().handlers[:]
    configure_logging(LogSection(format="console"), stream=stream)
    try:
        raise ValueError("no customer 13800138000")
    except ValueError:
        structlog.get_logger("test").exception("call from 13800138000")
    logging.getLogger().handlers[:] = kept
    structlog.reset_defaults()
    assert "138******00" in stream.getvalue() and "13800138000" not in stream.getvalue()


def test_the_latest_lines_are_kept_in_a_file_too_and_are_found_by_call(lines: Lines, tmp_path: Path) -> None:
    configure_logging(LogSection(format="console"), stream=io.StringIO(), file=tmp_path / FILES / "media.jsonl")
    with call_context("c1"):
        structlog.get_logger("test").info("call_rings", caller="13800138000")
    structlog.get_logger("test").info("other")
    (found,) = logs_of_call(tmp_path, "c1")
    assert (found.process, found.event, found.rest) == ("media", "call_rings", "caller=138******00")
    assert logs_of_call(tmp_path, "c2") == []


HOSTILE = "x\r\n2026-11-30 [critical] made up\x1b[2J\x9b31m\u2028\u202eyz\x85"


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_strangers_sent_begins_no_line_and_rules_no_terminal(lines: Lines, form: Any) -> None:
    stream = io.StringIO()
    configure_logging(LogSection(format=form), stream=stream)
    structlog.get_logger("test").warning("refused", origin=HOSTILE, deep={"name": [HOSTILE]})
    logging.getLogger("some.library").warning("not found: %s", HOSTILE)
    written = stream.getvalue()
    assert len(written.splitlines()) == 2
    assert written.replace("\n", "").isprintable()
    assert "made up" in written
    if form == "json":
        assert json.loads(written.splitlines()[0])["origin"] == HOSTILE


def test_a_traceback_keeps_its_lines_on_the_console(lines: Lines) -> None:
    stream = io.StringIO()
    configure_logging(LogSection(format="console"), stream=stream)
    try:
        raise ValueError("made\x1b[2J up")
    except ValueError:
        structlog.get_logger("test").exception("failed")
    assert len(stream.getvalue().splitlines()) > 3 and "\x1b" not in stream.getvalue()


def test_a_library_that_asks_for_more_than_the_log_s_level_gets_no_more(lines: Lines) -> None:
    library = logging.getLogger("bm25s")
    before = library.level
    library.setLevel(logging.DEBUG)  # as bm25s does when it is imported
    library.debug("Building index from tokens")
    library.setLevel(before)
    assert lines() == []


def test_a_full_disk_is_told_in_one_line_and_every_other_line_stays_whole(lines: Lines, tmp_path: Path) -> None:
    """Else each of them would bring a trace of sixty, on the very disk that is full."""
    full, stream = tmp_path / "media.jsonl", io.StringIO()
    full.symlink_to("/dev/full")
    configure_logging(LogSection(format="json"), stream=stream, file=full)
    for number in range(3):
        structlog.get_logger("test").info("goes_on", number=number)
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    (told,) = (entry for entry in entries if entry["level"] == "error")
    assert str(full) in told["event"] and "No space left" in told["event"] and "data_dir" in told["event"]
    assert [entry["number"] for entry in entries if entry["event"] == "goes_on"] == [0, 1, 2]
