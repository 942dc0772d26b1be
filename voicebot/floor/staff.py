"""The agents at work: who is there by what their phones and desks say, told to the store and to every desk."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog

from dialect_router.agents import Agent
from dialect_router.presence import Cause, Presence, PresenceBoard, PresenceChange
from voicebot.agent_events import PhoneLine, PresenceChanged, Unlisted
from voicebot.floor.services import FloorServices

log = structlog.get_logger(__name__)

_BACK_SOON_S: Final = 60.0
"""Who was at work when their phone in the browser was lost is at work again if it is back within this time."""
_STAYED_AWAY: Final = frozenset({Presence.BREAK, Presence.OFFLINE})


class Staff:
    """A `RegistrationListener` and a `PhoneListener`: a SIP phone that registers signs its agent in; a phone in the
    browser waits until its agent says so. The last phone that goes signs out."""

    def __init__(
        self,
        board: PresenceBoard,
        services: FloorServices,
        *,
        on_given_back: Callable[[str, Cause], None],
        wake: Callable[[], None],
    ) -> None:
        """on_given_back: a call that rang at an agent is to ring elsewhere. wake: there may be something to decide."""
        self._board = board
        self._services = services
        self._on_given_back = on_given_back
        self._wake = wake
        self._registered: set[str] = set()
        self._lines: dict[str, str] = {}
        """Agent -> connection of the phone in the browser."""
        self._cut_off: dict[str, float] = {}
        """Agent -> when their phone in the browser was lost while they were at work."""
        self._shown: set[str] = set()
        """Whom desks and board have been told of, in this process or before it."""

    def agent(self, agent_id: str) -> Agent | None:
        state = self._board.states.get(agent_id)
        return state.agent if state else None

    def presence_of(self, agent_id: str) -> str | None:
        state = self._board.states.get(agent_id)
        return state.presence.value if state else None

    def begin(self, remembered: Collection[tuple[str, str]]) -> None:
        """Whose phone has a fixed address is there from the start, but for those who had signed off or taken a break.

        remembered: agent and presence, as last known before this process began.
        """
        away = {agent_id for agent_id, presence in remembered if presence in _STAYED_AWAY}
        at_work = {agent_id for agent_id, _ in remembered} - away
        self._shown.update(at_work | away)
        self._cut_off = dict.fromkeys(at_work, asyncio.get_running_loop().time())
        for state in list(self._board.states.values()):
            if state.agent.phone and state.agent_id not in away:
                self.set_presence(state.agent_id, "ready")
            else:
                self._tell_state(state.agent_id, "roster")
            self._tell_line(state.agent_id)
        self._tell_who_is_gone()

    # Phones

    def on_registered(self, user: str) -> None:
        self._registered.add(user)
        if user in self._board.states:
            self.set_presence(user, "ready")

    def on_unregistered(self, user: str) -> None:
        self._registered.discard(user)
        if user in self._board.states and user not in self._lines:
            self.set_presence(user, "offline")

    def on_connected(self, user: str, line: str) -> None:
        """Whoever was cut off a moment ago goes on working; everybody else says when they are ready."""
        self._lines[user] = line
        self._tell_line(user)
        now = asyncio.get_running_loop().time()
        if now - self._cut_off.pop(user, -_BACK_SOON_S) < _BACK_SOON_S and self.presence_of(user) == "offline":
            self.set_presence(user, "ready")

    def on_disconnected(self, user: str) -> None:
        if self._lines.pop(user, None) is None:
            return
        self._tell_line(user)
        if user in self._board.states and not self.can_be_rung(user):
            at_work = self.presence_of(user) not in _STAYED_AWAY
            self.set_presence(user, "offline")
            if at_work:
                self._cut_off[user] = asyncio.get_running_loop().time()

    # Desks

    def set_presence(self, agent_id: str, presence: str) -> None:
        """ready, break or offline, now or after the call. The agent exists."""
        at = asyncio.get_running_loop().time()
        self._cut_off.pop(agent_id, None)
        match presence:
            case "ready":
                change = self._board.on_ready(agent_id, at)
            case "break":
                change = self._board.on_break(agent_id, at)
            case _:
                change = self._board.on_offline(agent_id, at)
        self.changed(change)

    def can_be_rung(self, agent_id: str) -> bool:
        agent = self.agent(agent_id)
        phones = (self._registered, self._lines)
        return agent is not None and (bool(agent.phone) or any(agent_id in each for each in phones))

    def read_again(self, agents: Iterable[Agent]) -> None:
        """The list of agents has changed."""
        listed = list(agents)
        known = set(self._board.states)
        self.changed(*self._board.on_agents_changed(listed, asyncio.get_running_loop().time()))
        for agent in listed:
            if agent.id not in known and self.can_be_rung(agent.id):
                self.set_presence(agent.id, "ready")
            else:
                self._tell_state(agent.id, "roster")

    # What follows

    def changed(self, *changes: PresenceChange | None) -> None:
        """Tells everybody, and has a call that was given back ring elsewhere."""
        for change in changes:
            if change is None:
                continue
            state, now = change.after, datetime.now(UTC)
            if change.before is not state.presence:
                write = self._services.store.presence_changed
                self._services.log.put(partial(write, state.agent_id, now, state.presence, change.cause))
            log.info("presence", agent=state.agent_id, presence=state.presence.value, cause=change.cause.value)
            self._tell_state(state.agent_id, change.cause)
            if change.given_back is not None:
                self._on_given_back(change.given_back, change.cause)
        self._tell_who_is_gone()
        self._count()
        self._wake()

    def _tell_state(self, agent_id: str, cause: str) -> None:
        state = self._board.states.get(agent_id)
        if state is None:
            return
        self._shown.add(agent_id)
        now = datetime.now(UTC)
        left_s = None if state.until is None else state.until - asyncio.get_running_loop().time()
        self._services.tell(
            PresenceChanged(
                agent_id=agent_id,
                at=now,
                presence=state.presence.value,
                cause=str(cause),
                name=state.agent.name,
                team=state.agent.team,
                calls=state.calls,
                ringing=state.ringing,
                until=None if left_s is None else now + timedelta(seconds=left_s),
            )
        )

    def _tell_who_is_gone(self) -> None:
        for agent_id in self._shown - self._board.states.keys():
            self._shown.discard(agent_id)
            self._services.tell(Unlisted(agent_id))

    def _tell_line(self, agent_id: str) -> None:
        self._services.tell(PhoneLine(agent_id, datetime.now(UTC), self._lines.get(agent_id, "")))

    def _count(self) -> None:
        counts = Counter(state.presence.value for state in self._board.states.values())
        for presence in Presence:
            self._services.metrics.agents.labels(presence.value).set(counts[presence.value])
