"""Invariant: a supervisor hears both parties, and is heard by exactly those whom the mode of supervision says."""

import pytest

from telephony.bridge import Supervision
from tests.telephony.bridged_call import GONE, MUSIC, Call, Person

MODES = {
    Supervision.LISTEN: (200, 1000, 1200),
    Supervision.WHISPER: (200, 1030, 1200),
    Supervision.BARGE: (230, 1030, 1200),
}


@pytest.mark.parametrize("mode", Supervision)
def test_a_supervisor_hears_both_and_is_heard_by_whom_the_mode_says(joined: Call, mode: Supervision) -> None:
    joined.bridge.supervise(joined.supervisor.seat, mode)
    assert joined.heard == MODES[mode]


def test_modes_change_while_the_call_goes_on(joined: Call) -> None:
    for mode in (*Supervision, *reversed(Supervision)):
        joined.bridge.supervise(joined.supervisor.seat, mode)
        assert joined.heard == MODES[mode]
    joined.bridge.end_supervision()
    assert joined.heard == (200, 1000, 0)


def test_a_supervisor_who_leaves_is_out_and_the_others_go_on(joined: Call) -> None:
    joined.bridge.supervise(joined.supervisor.seat, Supervision.BARGE)
    joined.supervisor.telephone.listener.on_ended(GONE)
    joined.tick()
    assert (joined.caller.hears, joined.agent.hears) == (200, 1000)
    assert joined.bridge.supervisor is None


def test_a_barging_supervisor_takes_the_call_over_from_an_agent_who_is_gone(joined: Call) -> None:
    joined.bridge.supervise(joined.supervisor.seat, Supervision.BARGE)
    joined.agent.telephone.listener.on_ended(GONE)
    joined.tick()
    assert (joined.caller.hears, joined.supervisor.hears) == (30, 1000)
    joined.supervisor.telephone.listener.on_hold(True)
    joined.tick()
    assert joined.caller.hears == MUSIC


def test_a_supervisor_does_not_hear_what_a_bot_collects_while_the_agent_is_on_hold(joined: Call) -> None:
    joined.bridge.supervise(joined.supervisor.seat, Supervision.LISTEN)
    joined.bridge.hold(joined.agent.seat)
    assert joined.heard == (0, MUSIC, 0)


def test_a_second_supervisor_is_refused(joined: Call) -> None:
    joined.bridge.supervise(joined.supervisor.seat, Supervision.LISTEN)
    with pytest.raises(ValueError, match="another supervisor"):
        joined.bridge.supervise(Person().seat, Supervision.LISTEN)
    assert joined.heard == MODES[Supervision.LISTEN]
