"""The passwords with which agents' phones register: a file of their own, for its owner's eyes only.

# id = "password"
8001 = "kM3-vT9q-xW2d"
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from voicebot.company.problems import CompanyError, Problem, suggest
from voicebot.company.tomlfile import read_toml

SHORTEST = 10
"""Characters of a password. Whoever reaches the SIP port can try them out, if slowly."""


def read_passwords(file: Path, agents: Collection[str] | None) -> Mapping[str, SecretStr]:
    """Agent's id -> password. `agents` are the ids that exist, None where that is not known; not each needs a password:
    a fixed phone has none.

    Raises CompanyError for a file that others may read, and for passwords that are too easy or nobody's. No message
    holds a password.
    """
    problems = list(_too_open(file))
    found = read_toml(file, str(file))
    if isinstance(found, Problem):
        raise CompanyError([found])
    for id_, password in found.data.items():
        if (message := _fault(id_, password, agents)) is not None:
            problems.append(Problem(str(file), found.line([id_]), *message))
    if problems:
        raise CompanyError(problems)
    return MappingProxyType({id_: SecretStr(password) for id_, password in found.data.items()})


def _too_open(file: Path) -> list[Problem]:
    try:
        if not open_to_others(file):
            return []
    except OSError:
        return []  # reading it says why
    return [Problem(str(file), None, "others may read the passwords", f"Run: chmod 600 {file}")]


def open_to_others(file: Path) -> bool:
    """Whether anybody but its owner may read, write or run it. Raises OSError."""
    return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _fault(id_: str, password: object, agents: Collection[str] | None) -> tuple[str, str] | None:
    """Message and remedy."""
    if agents is not None and id_ not in agents:
        return f"there is no agent {id_!r} in agents.csv", suggest(id_, agents)
    if not isinstance(password, str):
        return f"the password of {id_!r} is no text", 'Put it in quotes: "…"'
    if len(password) < SHORTEST or id_ in password:
        return f"the password of {id_!r} is easy to guess", f"Take {SHORTEST} characters or more, without the id"
    return None
