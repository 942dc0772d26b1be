"""What an API key may be given: scopes, each a few actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from voicebot.accounts.permissions import Action

SCOPES: Final[Mapping[str, frozenset[Action]]] = {
    "calls:read": frozenset({Action.VIEW_CALL}),
    "calls:dial": frozenset({Action.DIAL}),
    "recordings:read": frozenset({Action.LISTEN_TO_CALL}),
    "scores:read": frozenset({Action.VIEW_SCORE}),
    "customers:read": frozenset({Action.VIEW_CUSTOMER}),
    "tasks:read": frozenset({Action.VIEW_TASKS}),
    "tasks:write": frozenset({Action.VIEW_TASKS, Action.WORK_ON_TASKS}),
    "agents:read": frozenset({Action.VIEW_AGENT}),
    "knowledge:read": frozenset({Action.VIEW_KNOWLEDGE}),
    "numbers:read": frozenset({Action.SEE_NUMBERS}),
}
"""numbers:read: phone, identity and card numbers in full, in whatever the other scopes let it read."""


def giving(action: Action) -> tuple[str, ...]:
    """The scopes with which a key may do it, the narrowest first."""
    return tuple(
        sorted((name for name, actions in SCOPES.items() if action in actions), key=lambda name: len(SCOPES[name]))
    )


def actions_of(scopes: Iterable[str]) -> frozenset[Action]:
    """Scopes that a later version took away allow nothing."""
    return frozenset[Action]().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
