"""One day in a discrete-event simulation, with the queue and the presence board that calls really go through."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import simpy

from dialect_router.presence import AgentState, PresenceBoard, PresenceChange, PresenceConfig
from dialect_router.queue import WaitingCall, WaitingQueue
from voicebot.bench.routing.callers import HOUR_S, Caller
from voicebot.bench.routing.staff import Duty

Pairs = Sequence[tuple[str, str]]
Router = Callable[[Sequence[WaitingCall], Sequence[AgentState], float], Pairs]
"""Waiting calls, agents' states and the time -> call ids with agent ids."""
Steps = Generator[simpy.Event, Any, None]

TICK_S: Final = 1.0
LAST_CALLS_S: Final = 2 * HOUR_S
"""Simulated beyond closing, until the last call is over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. agent_id: who answered; None: the caller hung up. Waiting ends with either."""

    caller: Caller
    waited_s: float
    agent_id: str | None


@dataclass(frozen=True, slots=True)
class DayResult:
    """All calls, and how busy each agent was at the end of the shift, 0..1."""

    outcomes: Sequence[Outcome]
    occupancy: Sequence[float]


class Day:
    """Runs one day; time is in seconds from opening. on_call: called when a caller rings."""

    def __init__(
        self,
        callers: Sequence[Caller],
        staff: Sequence[Duty],
        router: Router,
        *,
        wrap_up_s: float,
        on_call: Callable[[], None] = lambda: None,
    ) -> None:
        self._env = simpy.Environment()
        self._callers = callers
        self._staff = staff
        self._router = router
        self._on_call = on_call
        self._board = PresenceBoard((duty.agent for duty in staff), 0.0, PresenceConfig(wrap_up_s=wrap_up_s))
        self._queue = WaitingQueue()
        self._calls = {caller.call.call_id: caller for caller in callers}
        self._answered: dict[str, simpy.Event] = {}
        self._somebody_waits = self._env.event()
        self._wrap_up_s = wrap_up_s
        self._outcomes: list[Outcome] = []
        self._occupancy: list[float] = []

    def run(self) -> DayResult:
        """From opening until everything is over."""
        self._env.process(self._arrivals())
        self._env.process(self._ticks())
        for duty in self._staff:
            self._env.process(self._shift(duty))
        self._env.run(until=max(duty.end_s for duty in self._staff) + LAST_CALLS_S)
        return DayResult(self._outcomes, self._occupancy)

    def _arrivals(self) -> Steps:
        for caller in self._callers:
            yield self._env.timeout(max(0.0, caller.call.entered_at - self._env.now))
            self._env.process(self._call(caller))
            self._on_call()

    def _call(self, caller: Caller) -> Steps:
        call_id = caller.call.call_id
        answered = self._answered[call_id] = self._env.event()
        self._wait(caller.call)
        patience = self._env.timeout(caller.patience_s)
        yield answered | patience
        waited_s = caller.call.waited_s(self._env.now)
        if not answered.triggered:
            self._hang_up(call_id)
            self._outcomes.append(Outcome(caller, waited_s, None))
            return
        agent_id = str(answered.value)
        self._outcomes.append(Outcome(caller, waited_s, agent_id))
        yield self._env.timeout(caller.talk_s)
        self._board.on_ended(agent_id, call_id, self._env.now)
        yield self._env.timeout(self._wrap_up_s)
        self._board.on_time(self._env.now)

    def _wait(self, call: WaitingCall) -> None:
        self._queue.join(call)
        if not self._somebody_waits.triggered:
            self._somebody_waits.succeed()

    def _hang_up(self, call_id: str) -> None:
        if self._queue.leave(call_id) is not None:
            return
        for state in list(self._board.states.values()):
            if state.ringing == call_id:
                self._board.on_withdrawn(state.agent_id, call_id, self._env.now)

    def _ticks(self) -> Steps:
        """As the live system does: when a call comes, and once a second while any waits."""
        while True:
            if not len(self._queue):
                self._somebody_waits = self._env.event()
                yield self._somebody_waits
            states = list(self._board.states.values())
            for call_id, agent_id in self._router(self._queue.ordered(self._env.now), states, self._env.now):
                self._env.process(self._ring(call_id, agent_id))
            yield self._env.timeout(TICK_S)

    def _ring(self, call_id: str, agent_id: str) -> Steps:
        self._queue.leave(call_id)
        self._board.on_offered(agent_id, call_id, self._env.now)
        yield self._env.timeout(self._calls[call_id].pick_up_s)
        if self._board.on_answered(agent_id, call_id, self._env.now) is not None:
            self._answered[call_id].succeed(agent_id)

    def _shift(self, duty: Duty) -> Steps:
        agent_id = duty.agent.id
        yield self._env.timeout(duty.start_s)
        self._board.on_ready(agent_id, self._env.now)
        yield self._env.timeout(duty.rest_s - duty.start_s)
        self._give_back(self._board.on_break(agent_id, self._env.now))
        yield self._env.timeout(HOUR_S)
        self._board.on_ready(agent_id, self._env.now)
        yield self._env.timeout(duty.end_s - self._env.now)
        self._occupancy.append(self._board.state(agent_id).occupancy(self._env.now))
        self._give_back(self._board.on_offline(agent_id, self._env.now))

    def _give_back(self, change: PresenceChange | None) -> None:
        """A call that rang when its agent left waits again, in its old place."""
        if change is not None and change.given_back is not None:
            self._wait(self._calls[change.given_back].call)
