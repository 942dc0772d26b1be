"""User and password for the trunk; the password's file is read again when it was changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from telephony.sip.settings import Credentials
from voicebot.company.passwords import open_to_others
from voicebot.config import ConfigError
from voicebot.trunk.settings import TrunkSection

log = structlog.get_logger(__name__)


class TrunkAccount:
    """What the trunk is shown when it asks who we are."""

    def __init__(self, settings: TrunkSection) -> None:
        """Raises ConfigError for the password's file."""
        self._settings = settings
        self._stamp = _stamp(settings.password_file)
        self.credentials: Credentials | None = read_credentials(settings)
        """None: the trunk knows us by our address."""

    async def changed(self) -> bool:
        """Whether there is another password since this was asked last."""
        stamp = await asyncio.to_thread(_stamp, self._settings.password_file)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            read = await asyncio.to_thread(read_credentials, self._settings)
        except ConfigError as error:
            log.error("trunk_password_not_read", reason=str(error), consequence="the one before stays in force")
            return False
        same = read == self.credentials
        self.credentials = read
        return not same


def read_credentials(settings: TrunkSection) -> Credentials | None:
    """None where there is no user. Raises ConfigError."""
    if settings.user is None:
        return None
    if settings.password_file is None:
        raise ConfigError("trunk.user is set and trunk.password_file is not: name the file with its password")
    return Credentials(settings.user, _password(settings.password_file))


def _password(file: Path) -> str:
    """Without the line's end. Raises ConfigError; no message holds any of it."""
    try:
        open_to_all, text = open_to_others(file), file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"trunk.password_file: {file} cannot be read: check path, owner and UTF-8") from error
    if open_to_all:
        raise ConfigError(f"trunk.password_file: others may read {file}: chmod 600 {file}")
    password = text.strip("\r\n")
    if not password or "\n" in password:
        raise ConfigError(f"trunk.password_file: {file} must hold the password on one line, and nothing else")
    return password


def _stamp(file: Path | None) -> tuple[int, int]:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size) if found else (0, 0)
