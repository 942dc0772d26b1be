"""Who calls: the number and name in the headers of an INVITE, reduced to what is safe to show, store and log."""

from __future__ import annotations

import re
from typing import Any

from telephony.leg import Party

MAX_NUMBER_CHARS = 32
MAX_NAME_CHARS = 64
_NOT_IN_NUMBERS = re.compile(r"[^0-9A-Za-z+*#._-]")
_NUMBER = re.compile(r"\+?[0-9]{3,}")
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>\"\\]")
"""Controls, invisible and direction-changing characters, and what could end a quoted string or a tag."""


def party(number: str | None, name: str | None) -> Party:
    """A sanitised party; "" for what is not there."""
    return Party(
        number=_NOT_IN_NUMBERS.sub("", number or "")[:MAX_NUMBER_CHARS],
        display_name=_NOT_IN_NAMES.sub("", name or "").strip()[:MAX_NAME_CHARS],
    )


def caller_of(request: Any, *, trusted: bool) -> Party:
    """The calling party: P-Asserted-Identity (RFC 3325) from a peer that we trust, From otherwise."""
    asserted = request.getHFBodys("p-asserted-identity") if trusted else []
    header = asserted[0] if asserted else request.getHFBody("from")
    return party(header.getUrl().username, header.getUri().name)


def called_of(request: Any) -> Party:
    """The number that was dialled: the user part of the Request-URI. A trunk that we have signed in at puts our
    account's name there, and the number into To."""
    user, dialled = request.getRURI().username, request.getHFBody("to").getUrl().username
    named = not _NUMBER.fullmatch(user or "") and _NUMBER.fullmatch(dialled or "")
    return party(dialled if named else user, None)
