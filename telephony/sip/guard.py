"""Looks at every SIP datagram before the stack does, and lets through only what the stack can take.

Pure: bytes, source and time in; the text for the stack or the reason for dropping out. What passes is UTF-8, has
strict line ends, one each of the headers that identify a transaction, and a body as long as it claims.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from telephony.sip.rate_limit import RateLimit

MAX_DATAGRAM_BYTES = 16_384
MAX_HEADER_LINES = 96
MAX_LINE_CHARS = 4096
MAX_CALL_ID_CHARS = 256
MAX_TAG_CHARS = 256
MAX_CSEQ = 2**31 - 1
MAX_SOURCES = 4096
"""Sources whose rate is remembered; the one unheard for longest is forgotten first."""

_TOKEN = r"[A-Za-z0-9.!%*_+`'~-]+"
_REQUEST_LINE = re.compile(rf"({_TOKEN}) (\S+) SIP/2\.0")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9])( [^\r\n]*)?")
_HEADER = re.compile(rf"({_TOKEN})[ \t]*:[ \t]*(.*)", re.DOTALL)
_CSEQ = re.compile(rf"([0-9]{{1,10}})\s+({_TOKEN})")
_VIA_PROTOCOL = re.compile(rf"SIP\s*/\s*2\.0\s*/\s*{_TOKEN}", re.IGNORECASE)
_URI = re.compile(r"(sips?|tel):[^\s<>\"]+", re.IGNORECASE)
_TAG = re.compile(r";\s*tag\s*=\s*([^;\s]*)", re.IGNORECASE)
# Besides C0 controls: separators at which Python's str.splitlines, which the stack uses, would begin a new header.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length", "m": "contact"}
_ONCE = ("from", "to", "call-id", "cseq")
_AT_MOST_ONCE = ("content-length", "max-forwards")


class Dropped(StrEnum):
    """Why a datagram did not reach the stack."""

    KEEP_ALIVE = "keep_alive"
    PEER = "peer_not_allowed"
    RATE = "rate"
    SIZE = "size"
    ENCODING = "encoding"
    START_LINE = "start_line"
    HEADERS = "headers"
    VIA = "via"
    IDENTITY = "from_to_call_id"
    CSEQ = "cseq"
    LENGTH = "content_length"


class _Malformed(Exception):
    def __init__(self, reason: Dropped) -> None:
        super().__init__(reason)
        self.reason = reason


class Guard:
    """Decides on datagrams one by one and counts what it dropped in `dropped`."""

    def __init__(self, peers: Sequence[str] = (), *, datagrams_per_s: float = 1000.0, burst: float = 2000.0) -> None:
        """`peers`: networks (CIDR) that may send; none given means everybody. Rates are per source address."""
        self._networks = tuple(IPv4Network(peer) for peer in peers)
        self._named: frozenset[IPv4Address] = frozenset()
        self._rate = RateLimit(per_s=datagrams_per_s, burst=burst, max_keys=MAX_SOURCES)
        self.dropped: Counter[Dropped] = Counter()

    def trusts(self, source: str) -> bool:
        """Whether the address is one of the peers that the operator named."""
        address = IPv4Address(source)
        return address in self._named or any(address in network for network in self._networks)

    def let_in(self, addresses: Collection[str]) -> None:
        """Peers besides the networks, which the operator named by a host's name; instead of those of before."""
        self._named = frozenset(IPv4Address(address) for address in addresses)

    def check(self, data: bytes, source: str, now_s: float) -> str | Dropped:
        """The text for the stack, or why there is none. In the text's body each character stands for one byte."""
        try:
            return self._checked(data, source, now_s)
        except _Malformed as malformed:
            self.dropped[malformed.reason] += 1
            return malformed.reason

    def _checked(self, data: bytes, source: str, now_s: float) -> str:
        if self._networks and not self.trusts(source):
            raise _Malformed(Dropped.PEER)
        if not self._rate.take(source, now_s):
            raise _Malformed(Dropped.RATE)
        if not data.strip(b"\r\n\0"):
            raise _Malformed(Dropped.KEEP_ALIVE)
        if len(data) > MAX_DATAGRAM_BYTES:
            raise _Malformed(Dropped.SIZE)
        return checked_text(data)


def checked_text(data: bytes) -> str:
    head_bytes, separator, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not separator:
        raise _Malformed(Dropped.HEADERS)
    try:
        head = head_bytes.decode("utf-8")
    except UnicodeDecodeError:
        raise _Malformed(Dropped.ENCODING) from None
    if _FORBIDDEN.search(head) or head.count("\r") != head.count("\r\n") or head.count("\n") != head.count("\r\n"):
        raise _Malformed(Dropped.ENCODING)
    start_line, *lines = head.split("\r\n")
    method = _checked_start_line(start_line)
    headers = _checked_headers(lines)
    _checked_via(headers["via"][0], is_request=method is not None)
    _checked_identity(headers)
    _checked_cseq(headers["cseq"][0], method)
    length = _body_length(headers, len(body))
    return head + "\r\n\r\n" + body[:length].decode("latin-1")


def _checked_start_line(line: str) -> str | None:
    """The method of a request, None for a response."""
    if _STATUS_LINE.fullmatch(line):
        return None
    request = _REQUEST_LINE.fullmatch(line)
    if request is None or not _URI.fullmatch(request[2]):
        raise _Malformed(Dropped.START_LINE)
    return request[1]


def _checked_headers(lines: list[str]) -> dict[str, list[str]]:
    """Values by lower-case full name, folded lines joined."""
    if len(lines) > MAX_HEADER_LINES or any(len(line) > MAX_LINE_CHARS for line in lines):
        raise _Malformed(Dropped.SIZE)
    headers: dict[str, list[str]] = {}
    values: list[str] | None = None
    for line in lines:
        if line.startswith((" ", "\t")):
            if values is None:
                raise _Malformed(Dropped.HEADERS)
            values[-1] += " " + line.strip()
            continue
        match = _HEADER.fullmatch(line)
        if match is None:
            raise _Malformed(Dropped.HEADERS)
        name = match[1].lower()
        values = headers.setdefault(_COMPACT.get(name, name), [])
        values.append(match[2].strip())
    if "via" not in headers or any(len(headers.get(name, ())) != 1 for name in _ONCE):
        raise _Malformed(Dropped.HEADERS)
    if any(len(headers.get(name, ())) > 1 for name in _AT_MOST_ONCE):
        raise _Malformed(Dropped.HEADERS)
    return headers


def _checked_via(value: str, *, is_request: bool) -> None:
    """A request's topmost Via is where answers go, so its sender may not preset `received` or `rport`."""
    top = value.partition(",")[0]
    sent_by, *parameters = (part.strip() for part in top.split(";"))
    protocol, _, host = sent_by.rpartition(" ")
    if not _VIA_PROTOCOL.fullmatch(protocol) or not re.fullmatch(r"[\w.\-\[\]:]+", host, re.ASCII):
        raise _Malformed(Dropped.VIA)
    port = re.fullmatch(r"[^:\]]+(?::(\d{1,5}))?|\[[^\]]+\](?::(\d{1,5}))?", host)
    if port is None or not all(0 < int(number) < 65536 for number in port.groups() if number):
        raise _Malformed(Dropped.VIA)
    preset = {name.strip().lower(): value for name, _, value in (p.partition("=") for p in parameters)}
    if is_request and ("received" in preset or preset.get("rport")):
        raise _Malformed(Dropped.VIA)


def _checked_identity(headers: dict[str, list[str]]) -> None:
    call_id = headers["call-id"][0]
    if not call_id or len(call_id) > MAX_CALL_ID_CHARS or re.search(r"\s", call_id):
        raise _Malformed(Dropped.IDENTITY)
    for name in ("from", "to"):
        value = headers[name][0]
        tag = _TAG.search(value)
        if not _URI.search(value) or (tag and not 0 < len(tag[1]) <= MAX_TAG_CHARS):
            raise _Malformed(Dropped.IDENTITY)


def _checked_cseq(value: str, method: str | None) -> None:
    match = _CSEQ.fullmatch(value)
    if match is None or int(match[1]) > MAX_CSEQ or (method is not None and match[2] != method):
        raise _Malformed(Dropped.CSEQ)


def _body_length(headers: dict[str, list[str]], present: int) -> int:
    """How many bytes belong to the message; bytes beyond it are ignored (RFC 3261, 18.3)."""
    if "content-length" not in headers:
        return present
    value = headers["content-length"][0]
    if not (value.isascii() and value.isdigit() and len(value) <= 6 and int(value) <= present):
        raise _Malformed(Dropped.LENGTH)
    return int(value)
