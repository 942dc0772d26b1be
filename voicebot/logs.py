"""Structured logs: JSON lines or a readable console, every line with its call's id, personal numbers masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, TextIO

import structlog
from structlog.typing import Processor

from voicebot.config import LogSection
from voicebot.masking import mask_values

_CHATTY = (
    "alembic",
    "amqtt",
    "asyncio",
    "faster_whisper",
    "httpx",
    "httpx2",
    "jieba",
    "mqtt",
    "sippy",
    "transitions",
    "uvicorn",
)
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Without the line feed: characters that terminals obey, and those that turn the direction of writing."""
_OF_SEVERAL_LINES: Final = frozenset({"exception", "stack"})
_NEVER_PERSONAL = frozenset({"call_id", "timestamp", "level", "logger"})


FILES: Final = "logs"
"""Folder of the data folder in which each process keeps its latest lines, for the console's page about a call."""
KEPT_BYTES: Final = 8_000_000
KEPT_FILES: Final = 4


def configure_logging(settings: LogSection, *, stream: TextIO | None = None, file: Path | None = None) -> None:
    """Send all logs of the process, structlog's and the standard library's, to `stream` (default: stderr).

    file: where the latest of them are kept besides, as JSON lines.
    """
    stream = stream or sys.stderr
    console = settings.format == "console" or (settings.format == "auto" and stream.isatty())
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask_personal_numbers,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # loggers made before this call follow the new configuration too
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *((written_out, _console(stream)) if console else (_json,)),
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        if isinstance(old, RotatingFileHandler):
            old.close()
    root.addHandler(handler)
    if file is not None:
        root.addHandler(_kept(file, common, handler))
    root.setLevel(settings.level.upper())
    for each in root.handlers:
        each.setLevel(settings.level.upper())  # a library may have set its own logger lower, when it was imported
    logging.captureWarnings(True)
    for name in _CHATTY:  # their informative level is noise here; --log.level debug brings it back
        logging.getLogger(name).setLevel(logging.NOTSET if settings.level == "debug" else logging.WARNING)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of each form that a stranger breaks


class _KeptLines(RotatingFileHandler):
    """A disk that takes no more is told once, beside, until it takes some again."""

    def __init__(self, file: Path, beside: logging.Handler) -> None:
        super().__init__(file, maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
        self._beside = beside
        self._fails = self._failed = False

    def emit(self, record: logging.LogRecord) -> None:
        self._failed, self._fails = self._fails, False
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's own name
        self._fails = True
        if not self._failed:
            why = f"{self.baseFilename} is not written: {sys.exc_info()[1]}; free or repair the disk under data_dir"
            told = logging.LogRecord(__name__, logging.ERROR, __file__, 0, why, None, None)
            self._beside.handle(told)


def _kept(file: Path, common: list[Processor], beside: logging.Handler) -> logging.Handler:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = _KeptLines(file, beside)
    processors: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _json]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=processors))
    return handler


def call_context(call_id: str) -> AbstractContextManager[Mapping[str, Any]]:
    """Within this, in this task and those it starts, every log line carries the call's id."""
    return structlog.contextvars.bound_contextvars(call_id=call_id)  # type: ignore[return-value]


def mask_personal_numbers(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: masks numbers in the message and in every value, however deeply nested."""
    for key, value in entry.items():
        if key not in _NEVER_PERSONAL and not key.startswith("_"):
            entry[key] = mask_values(value)
    return entry


def written_out(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: what callers, browsers or peers sent neither begins a line of its own nor rules the terminal
    that shows it. Only tracebacks keep their lines."""
    for key, value in entry.items():
        if isinstance(value, str):
            text = _CONTROLS.sub(_escaped, value)
            entry[key] = text if key in _OF_SEVERAL_LINES else text.replace("\n", "\\n")
    return entry


def _json(logger: Any, method: str, entry: MutableMapping[str, Any]) -> str:
    """As a line of JSON, in which control characters beyond ASCII are escaped too."""
    line = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)(logger, method, entry)
    return _CONTROLS.sub(_escaped, line if isinstance(line, str) else line.decode())


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _console(stream: TextIO) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )
