"""A browser in which an account was signed in before: its attempts are counted apart from everybody else's.

Without that, whoever guesses at an account from anywhere keeps its owner out. What the browser keeps is a random name
and a code over it that only who has the stored hash of the password can make; a new password makes it worthless. It
opens nothing: the right password is needed all the same, with as many free mistakes as everybody has.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from voicebot.accounts.account import Account

_BYTES: Final = 16


def mark_for(account: Account) -> str:
    """What a browser keeps from now on; empty for an account that no password opens."""
    return _mark(account, secrets.token_hex(_BYTES)) if account.password_hash else ""


def known_key(account: Account | None, mark: str) -> str | None:
    """Under which a browser's failed attempts are counted; None for one that was not signed in to the account."""
    name, _, _ = mark.partition(".")
    if account is None or not account.password_hash:
        return None
    if not hmac.compare_digest(_mark(account, name).encode(), mark.encode()):
        return None
    return "browser:" + hashlib.sha256(f"{account.id}.{name}".encode()).hexdigest()


def _mark(account: Account, name: str) -> str:
    assert account.password_hash
    code = hmac.digest(account.password_hash.encode(), f"known browser {account.id} {name}".encode(), "sha256")
    return f"{name}.{code.hex()}"
