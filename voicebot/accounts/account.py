"""A person's account."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, get_args

Role = Literal["agent", "supervisor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_NAME: Final = re.compile(r"[\w][\w.@-]{0,63}")


class AccountError(Exception):
    """An account cannot be made or changed as asked. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in, by password, through the company's OpenID provider, or both."""

    name: str
    """What the person types; unique, in the form that `folded` gives it."""
    role: Role
    created_at: datetime
    id: str = ""
    """Given by the book that takes the account in."""
    display_name: str = ""
    agent_id: str | None = None
    """The id in agents.csv whose phone is this person's own; of agents, the calls as well."""
    teams: tuple[str, ...] = ()
    """Supervisors: the teams of agents.csv that are theirs."""
    password_hash: str | None = field(default=None, repr=False)
    """None: no password opens this account."""
    oidc_subject: str | None = None
    """What the provider's claim holds for this person; None: the provider does not open this account."""
    disabled: bool = False

    @property
    def shown_name(self) -> str:
        return self.display_name or self.name

    def with_hash(self, password_hash: str) -> Account:
        return replace(self, password_hash=password_hash)


def folded(name: str) -> str:
    """The one form of a name, however it was typed. Raises AccountError for what cannot be a name."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    if not _NAME.fullmatch(plain):
        raise AccountError(
            f"{name[:80]!r} cannot be an account's name: use 1 to 64 letters, digits, dots, hyphens, underscores or @"
        )
    return plain


def differences(before: Account, after: Account) -> dict[str, str]:
    """What of a person's standing became what, as the audit log tells it."""
    pairs = {
        "role": (before.role, after.role),
        "teams": (" ".join(before.teams), " ".join(after.teams)),
        "agent": (before.agent_id or "", after.agent_id or ""),
    }
    return {name: f"{old or '-'} → {new or '-'}" for name, (old, new) in pairs.items() if old != new}


def check_role(account: Account) -> None:
    """Raises AccountError where a role lacks what makes it of use."""
    if account.role == "agent" and not account.agent_id:
        raise AccountError("an agent's account needs the agent's id in agents.csv (--agent)")
    if account.role == "supervisor" and not account.teams:
        raise AccountError("a supervisor's account needs at least one team of agents.csv (--team)")
