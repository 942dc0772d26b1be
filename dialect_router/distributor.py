"""Waiting calls and the people who take them, brought together: the automatic call distributor. No I/O and no clock.

An owner drives it from one loop, once a second and at once after anything has happened:

    floor = CallDistributor(agents, at, rules=rules)

    refused = floor.enter(WaitingCall("c1", at, "order", belief), open_now=True)
                                               # None: it waits; GiveUp: closed or full, say so and do what it says
    tick = floor.tick(at, open_now=True)
    for offer in tick.offers: ...              # ring offer.agent_id; of kind "callback": then the customer
    for call, action in tick.due: ...          # Announce, OfferCallback, Overflow, GiveUp (see `queue_rules`)
    for change in tick.presence: ...           # who ran out of ringing, wrap-up or break

What happens between a call and an agent comes here:

    floor.on_answered("8001", "c1", at)        # join the two; the call waits no more. None: too late, hang up
    floor.on_not_taken("8001", "c1", at)       # refused, rung out or out of reach; the next tick offers it to another
    floor.on_ended("8001", "c1", at)           # either hung up: wrap-up begins

what a caller does:

    floor.direct(call, "8002", at)             # a colleague passes the call on to this agent
    floor.leave("c1", at)                      # hung up, or went elsewhere; stop the phone that rings for it
    floor.update(call)                         # more is known: dialect, emotion, what is asked for

and what an agent does alone goes to the board: on_ready, on_break, on_offline, on_agents_changed. Whatever ends a
ringing there brings the call back into its old place at the next tick.

The queue is in memory only. Who is to be called back leaves it, and is entered again, now or after a restart, as of
kind "callback" with the old `entered_at`: that is the place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from dialect_router.agents import Agent
from dialect_router.assignment import Assignment, AssignmentPolicy, assign
from dialect_router.estimates import HandlingTimes, outlooks
from dialect_router.presence import Cause, PresenceBoard, PresenceChange, PresenceConfig
from dialect_router.queue import QueueFull, WaitingCall, WaitingQueue
from dialect_router.queue_rules import Action, GiveUp, Overflow, QueueRules, Waiting
from dialect_router.routing import Staffing
from dialect_router.shadow import Comparison, compare


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring this agent for this call. The decision is what is stored, with reasons and alternatives."""

    call: WaitingCall
    decision: Assignment

    @property
    def agent_id(self) -> str:
        return self.decision.agent_id


@dataclass(frozen=True, slots=True)
class Tick:
    """What is to be done now."""

    presence: Sequence[PresenceChange]
    """What ran out by itself, and who rings now."""
    offers: Sequence[Offer]
    due: Sequence[tuple[WaitingCall, Action]]
    """For callers who go on waiting, or give it up; who gives up has left the queue."""
    shadow: Comparison | None
    """What the other policy would have done, where one runs in the shadow and anybody waited."""


@dataclass(frozen=True, slots=True)
class _Conversation:
    skill: str
    since: float


class CallDistributor:
    """All calls that wait for a person, and all people. Drive it as the module says."""

    def __init__(
        self,
        agents: Iterable[Agent],
        at: float,
        *,
        rules: QueueRules | None = None,
        policy: AssignmentPolicy | None = None,
        presence: PresenceConfig | None = None,
        shadow: AssignmentPolicy | None = None,
    ) -> None:
        """at: seconds of the clock that all later times are from. shadow: compared at every tick, never acted on."""
        self.board = PresenceBoard(agents, at)
        self._queue = WaitingQueue()
        self.follow(rules or QueueRules(), policy or AssignmentPolicy(), presence or PresenceConfig(), shadow=shadow)
        self._waits: dict[str, Waiting] = {}
        self._ringing: dict[str, str] = {}  # call id -> agent id; the call is still in the queue
        self._talking: dict[tuple[str, str], _Conversation] = {}  # agent id, call id
        self._handling = HandlingTimes()

    def follow(
        self,
        rules: QueueRules,
        policy: AssignmentPolicy,
        presence: PresenceConfig,
        *,
        shadow: AssignmentPolicy | None = None,
    ) -> None:
        """From now on. What has begun to wait goes on by the rules of then, and a timer that runs keeps its end."""
        self._rules = rules
        self._policy = policy
        self._shadow = shadow
        self._queue.head_start = policy.head_start
        self.board.config = presence

    def __contains__(self, call_id: object) -> bool:
        """Whether the call waits, or rings at an agent."""
        return call_id in self._queue

    def enter(self, call: WaitingCall, *, open_now: bool) -> GiveUp | None:
        """A call begins to wait; or what is done instead. open_now: within the hours of human service."""
        if not open_now:
            return self._rules.closed()
        try:
            self._queue.join(call)
        except QueueFull:
            return self._rules.full()
        self._waits[call.call_id] = Waiting(self._rules)
        return None

    def direct(self, call: WaitingCall, agent_id: str, at: float) -> PresenceChange | None:
        """Ring this agent for the call, whoever else might have it: a colleague passes it on, or asks.

        None: cannot take one now. Who does not pick up is passed over, and the call waits for the others, unless it is
        of kind "dial": then it is for the owner to end.
        """
        state = self.board.states.get(agent_id)
        if state is None or not state.free or call.call_id in self._queue:
            return None
        try:
            self._queue.join(call)
        except QueueFull:
            return None
        self._waits[call.call_id] = Waiting(self._rules)
        self._ringing[call.call_id] = agent_id
        return self.board.on_offered(agent_id, call.call_id, at)

    def update(self, call: WaitingCall) -> None:
        """More is known of a call that is in the queue. Neither place nor who passed it over is lost."""
        if (known := self._queue.get(call.call_id)) is not None:
            gathered = {name: getattr(known, name) for name in ("kind", "passed_over", "overflow_teams")}
            self._queue.update(replace(call, **gathered))

    def leave(self, call_id: str, at: float) -> PresenceChange | None:
        """The call waits no more. A change: the phone that rang for it."""
        self._forget(call_id)
        agent_id = self._ringing.pop(call_id, None)
        if agent_id is None or agent_id not in self.board.states:
            return None
        return self.board.on_withdrawn(agent_id, call_id, at)

    def on_answered(self, agent_id: str, call_id: str, at: float) -> PresenceChange | None:
        """The agent picked up. None: the call is not for this agent (any more)."""
        if self._ringing.get(call_id) != agent_id or agent_id not in self.board.states:
            return None
        change = self.board.on_answered(agent_id, call_id, at)
        if change is not None:
            call = self._forget(call_id)
            del self._ringing[call_id]
            self._talking[agent_id, call_id] = _Conversation(call.skill if call else "", at)
        return change

    def on_not_taken(
        self, agent_id: str, call_id: str, at: float, cause: Cause = Cause.DECLINED
    ) -> PresenceChange | None:
        """The agent's phone refused the call or could not be reached (DECLINED), or rang out (MISSED)."""
        return self.board.on_not_taken(agent_id, call_id, at, cause) if agent_id in self.board.states else None

    def on_ended(self, agent_id: str, call_id: str, at: float) -> PresenceChange | None:
        """The conversation is over."""
        talk = self._talking.pop((agent_id, call_id), None)
        if talk is None:
            return None
        self._handling.on_handled(talk.skill, at - talk.since + self.board.config.wrap_up_s)
        return self.board.on_ended(agent_id, call_id, at)

    def staffing(self, call: WaitingCall, at: float, *, open_now: bool) -> Staffing:
        """Who could take a call that does not wait yet, and how long it would: for `routing.decide`."""
        able = [state for state in self.board.states.values() if state.working and call.may_go_to(state.agent)]
        others = [each for each in self._waiting(at) if each.call_id != call.call_id]
        ordered = self._policy.head_start.ordered([*others, call], at)
        outlook = outlooks(ordered, self.board.states.values(), self._handling)[call.call_id]
        return Staffing(open_now, len(able), sum(state.free for state in able), outlook.wait_s)

    def tick(self, at: float, *, open_now: bool) -> Tick:
        """Who is rung, and what waiting callers are told, at this moment."""
        presence = list(self.board.on_time(at))
        self._take_back()
        waiting, states = self._waiting(at), list(self.board.states.values())
        decisions = assign(waiting, states, at, self._policy)
        shadow = None
        if self._shadow is not None and waiting:
            shadow = compare(partial(assign, policy=self._shadow), waiting, states, at, decisions)
        offers: list[Offer] = []
        calls = {call.call_id: call for call in waiting}
        for decision in decisions:
            presence.append(self.board.on_offered(decision.agent_id, decision.call_id, at))
            self._ringing[decision.call_id] = decision.agent_id
            offers.append(Offer(calls[decision.call_id], decision))
        return Tick(presence, offers, self._due(at, open_now), shadow)

    def _waiting(self, at: float) -> Sequence[WaitingCall]:
        """Without those that ring, and those that are for one agent alone."""
        ordered = self._queue.ordered(at)
        return [call for call in ordered if call.call_id not in self._ringing and call.kind != "dial"]

    def _take_back(self) -> None:
        """Calls that no phone rings for any more: missed, refused, or the agent went."""
        for call_id, agent_id in list(self._ringing.items()):
            state = self.board.states.get(agent_id)
            if state is not None and state.ringing == call_id:
                continue
            del self._ringing[call_id]
            if (call := self._queue.get(call_id)) is not None:
                self._queue.update(replace(call, passed_over=call.passed_over | {agent_id}))

    def _due(self, at: float, open_now: bool) -> Sequence[tuple[WaitingCall, Action]]:
        waiting = self._waiting(at)
        expected = outlooks(waiting, self.board.states.values(), self._handling)
        due: list[tuple[WaitingCall, Action]] = []
        for call in waiting:
            for action in self._waits[call.call_id].on_time(call, expected[call.call_id], at, open_now=open_now):
                if isinstance(action, Overflow):
                    self._queue.update(replace(call, overflow_teams=call.overflow_teams | {action.team}))
                elif isinstance(action, GiveUp):
                    self._forget(call.call_id)
                due.append((call, action))
        return due

    def _forget(self, call_id: str) -> WaitingCall | None:
        self._waits.pop(call_id, None)
        return self._queue.leave(call_id)
