"""Digest authentication (RFC 7616, for SIP RFC 3261 22.4 and RFC 8760): challenges written, answers read and checked.

Pure functions of text. Which nonces are good is the business of `nonces`, who may answer that of `authentication`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_ANSWER_CHARS = 2048
QOP = "auth"
"""The only quality of protection that is offered: a REGISTER has no body that auth-int could protect."""

_HASHES: dict[str, Callable[[bytes], Any]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_TOKEN = r"[A-Za-z0-9.!%*_+`'~-]+"
_PARAMETER = re.compile(rf'\s*({_TOKEN})\s*=\s*(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")\s*(?:,|$)')
_NEEDED = ("username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce")


class MalformedDigest(ValueError):
    """An Authorization header that is no answer to a challenge of ours, whatever the password."""


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """What a client answered to a challenge. Strings are unquoted, `response` is lower case."""

    username: str
    realm: str
    nonce: str
    uri: str
    algorithm: str
    cnonce: str
    nonce_count: str
    """Eight hexadecimal digits, as they went into the hash."""
    response: str

    @property
    def count(self) -> int:
        """Which use of the nonce this is, from 1."""
        return int(self.nonce_count, 16)

    def proves(self, password: str, method: str) -> bool:
        """Whether it was made with this password, for this method. Takes equally long either way."""
        key = secret_key(self.algorithm, self.username, self.realm, password)
        return hmac.compare_digest(expected_response(self, key, method).encode(), self.response.encode())


def challenge(realm: str, nonce: str, algorithm: str, *, stale: bool = False) -> str:
    """The value of a WWW-Authenticate header. `stale`: only the nonce was wrong, try again with the same password."""
    text = f'Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}, qop="{QOP}"'
    return f"{text}, stale=true" if stale else text


def parse_answer(header: str) -> DigestAnswer:
    """Read an Authorization header. Raises `MalformedDigest`, for unknown algorithms and a missing qop as well."""
    values = _parameters(header)
    missing = [name for name in _NEEDED if not values.get(name)]
    if missing:
        raise MalformedDigest(f"lacks {', '.join(missing)}")
    algorithm = values.get("algorithm", "MD5").upper()
    if algorithm not in _HASHES:
        raise MalformedDigest("its algorithm was not offered")
    if values["qop"].lower() != QOP:
        raise MalformedDigest("its qop was not offered")
    if not re.fullmatch(r"[0-9a-fA-F]{8}", values["nc"]):
        raise MalformedDigest("its nc is not eight hexadecimal digits")
    response = values["response"].lower()
    if not re.fullmatch(rf"[0-9a-f]{{{2 * _HASHES[algorithm](b'').digest_size}}}", response):
        raise MalformedDigest("its response is no hash")
    return DigestAnswer(
        username=values["username"],
        realm=values["realm"],
        nonce=values["nonce"],
        uri=values["uri"],
        algorithm=algorithm,
        cnonce=values["cnonce"],
        nonce_count=values["nc"],
        response=response,
    )


def secret_key(algorithm: str, username: str, realm: str, password: str) -> str:
    """HA1 of RFC 7616, 3.4.2."""
    return _hash(algorithm, username, realm, password)


def expected_response(answer: DigestAnswer, key: str, method: str) -> str:
    """The `response` that a client who knows the key gives (RFC 7616, 3.4.1)."""
    what = _hash(answer.algorithm, method, answer.uri)
    return _hash(answer.algorithm, key, answer.nonce, answer.nonce_count, answer.cnonce, QOP, what)


def _hash(algorithm: str, *parts: str) -> str:
    return str(_HASHES[algorithm](":".join(parts).encode()).hexdigest())


def _parameters(header: str) -> dict[str, str]:
    """Values by lower-case name, unquoted."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest" or len(header) > MAX_ANSWER_CHARS:
        raise MalformedDigest("is not a Digest answer")
    values: dict[str, str] = {}
    position = 0
    while position < len(rest):
        match = _PARAMETER.match(rest, position)
        if match is None:
            raise MalformedDigest("has parameters that cannot be read")
        name, token, quoted = match[1].lower(), match[2], match[3]
        if name in values:
            raise MalformedDigest(f"says {name} twice")
        values[name] = token if token is not None else re.sub(r"\\(.)", r"\1", quoted)
        position = match.end()
    return values
