"""Who may see personal data in full on the command line: the accounts of this machine that the settings name."""

from __future__ import annotations

from typing import Final

from voicebot.config import ConfigError
from voicebot.privacy.audit import this_user
from voicebot.privacy.settings import PrivacySection

REVEALED: Final = "data.revealed"
"""The audit log's action for it."""


def require_permission(privacy: PrivacySection) -> None:
    """Raises ConfigError with the remedy."""
    user = this_user().removeprefix("os:")
    if user not in privacy.reveal_to:
        raise ConfigError(
            f"--reveal: {user} may not see personal data in full; an administrator adds the name to privacy.reveal_to"
        )
