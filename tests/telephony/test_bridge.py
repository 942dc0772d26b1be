"""Invariant: what a caller hears comes from their agent, a barging supervisor, music or their own announcements, and
from nothing else, whatever happens in the call; and nobody is left in silence by what others do."""

import numpy as np
import pytest

from telephony.audio import FRAME_SAMPLES, SILENCE
from telephony.bridge import Bridge, Supervision
from tests.telephony.bridged_call import GONE, MUSIC, Call, Person, level


def test_before_they_are_joined_the_caller_hears_music_and_the_agent_nothing(call: Call) -> None:
    assert call.heard == (MUSIC, 0, 0)


def test_joined_they_hear_each_other(joined: Call) -> None:
    assert joined.heard == (200, 1000, 0)


@pytest.mark.parametrize("caller_first", [True, False])
def test_every_frame_is_passed_on_once_in_the_same_or_the_next_tick_and_the_delay_never_grows(
    caller_first: bool,
) -> None:
    caller, agent = Person(), Person()
    bridge = Bridge(caller.seat, agent.seat)
    bridge.join()
    frames = [level(number) for number in range(1, 2001)]
    for frame in frames:
        for person in (caller, agent) if caller_first else (agent, caller):
            person.heard.append(person.telephone.tick(frame))
    at_once, one_later = (agent, caller) if caller_first else (caller, agent)
    assert all(heard is said for heard, said in zip(at_once.heard[3:], frames[3:], strict=True))
    assert all(heard is said for heard, said in zip(one_later.heard[3:], frames[2:], strict=False))


def test_a_whisper_before_the_call_is_heard_by_the_agent_alone_and_whole(call: Call) -> None:
    whisper = np.arange(1, 50 * FRAME_SAMPLES + 1).astype(np.int16)
    call.agent.telephone.playout.write(whisper)
    call.tick(50)
    assert np.array_equal(np.concatenate(call.agent.heard), whisper)
    assert set(np.concatenate(call.caller.heard[1:])) == {MUSIC}


def test_a_whisper_during_the_call_lies_over_the_caller_s_voice(joined: Call) -> None:
    joined.agent.telephone.playout.write(np.full(20 * FRAME_SAMPLES, 5000, np.int16))
    joined.tick(10)
    assert joined.agent.hears == 5000 + 1000 // 4
    assert joined.caller.hears == 200


def test_parted_the_caller_waits_again(joined: Call) -> None:
    joined.bridge.part()
    assert joined.heard == (MUSIC, 0, 0)


def test_a_caller_on_hold_hears_music_and_the_agent_does_not_hear_the_caller(joined: Call) -> None:
    joined.bridge.hold(joined.caller.seat)
    assert joined.heard == (MUSIC, 0, 0)
    joined.bridge.resume(joined.caller.seat)
    assert joined.heard == (200, 1000, 0)


def test_while_the_agent_is_on_hold_the_caller_hears_only_what_the_owner_says(joined: Call) -> None:
    joined.bridge.hold(joined.agent.seat)
    assert joined.heard == (0, MUSIC, 0)
    joined.caller.telephone.playout.write(np.full(20 * FRAME_SAMPLES, 4444, np.int16))
    assert joined.heard == (4444, MUSIC, 0)


@pytest.mark.parametrize("who", ["caller", "agent"])
def test_whose_telephone_holds_the_call_has_the_other_hear_music_and_the_owner_is_told(joined: Call, who: str) -> None:
    person: Person = getattr(joined, who)
    person.telephone.listener.on_hold(True)
    assert joined.heard == ((MUSIC, 0, 0) if who == "agent" else (0, MUSIC, 0))
    assert person.owner.holds == [True]
    person.telephone.listener.on_hold(False)
    assert joined.heard == (200, 1000, 0)


def test_a_caller_whose_agent_is_gone_hears_music_until_the_owner_decides(joined: Call) -> None:
    joined.agent.telephone.listener.on_ended(GONE)
    joined.tick()
    assert joined.caller.hears == MUSIC
    assert joined.agent.owner.endings == [GONE]
    assert joined.caller.owner.endings == []


def test_an_agent_whose_caller_is_gone_hears_only_what_the_owner_says(joined: Call) -> None:
    joined.caller.telephone.listener.on_hold(True)
    joined.caller.telephone.listener.on_ended(GONE)
    joined.tick()
    assert joined.agent.hears == 0


def test_an_agent_who_left_before_the_bridge_was_made_leaves_the_caller_waiting() -> None:
    call = Call()
    call.bridge.close()
    call.agent.telephone.listener.on_ended(GONE)
    bridge = Bridge(call.caller.seat, call.agent.seat)
    bridge.join()
    call.tick()
    assert call.caller.hears == MUSIC


def test_a_muted_agent_hears_the_caller_and_nobody_hears_or_writes_down_the_agent(joined: Call) -> None:
    joined.bridge.supervise(joined.supervisor.seat, Supervision.LISTEN)
    joined.bridge.mute(joined.agent.seat)
    assert joined.heard == (0, 1000, 1000)
    assert joined.agent.owner.frames[-1][0] is SILENCE
    joined.bridge.unmute(joined.agent.seat)
    assert joined.heard == (200, 1000, 1200)


def test_listeners_get_each_party_apart_and_the_caller_s_what_the_caller_really_heard(joined: Call) -> None:
    joined.agent.telephone.playout.write(np.full(20 * FRAME_SAMPLES, 5000, np.int16))
    joined.tick(10)
    assert [frame[0] for frame in joined.caller.owner.frames[-1]] == [1000, 200]
    assert [frame[0] for frame in joined.agent.owner.frames[-1]] == [200, 5250]


# Keys


def test_keys_go_through_to_the_other_party_and_to_both_owners_who_asked(joined: Call) -> None:
    joined.caller.telephone.listener.on_dtmf("1")
    joined.agent.telephone.listener.on_dtmf("#")
    assert (joined.agent.telephone.keys, joined.caller.telephone.keys) == ("1", "#")
    assert (joined.caller.owner.keys, joined.agent.owner.keys) == ("1", "#")


def test_the_key_that_skips_a_whisper_does_not_reach_the_caller(joined: Call) -> None:
    playout = joined.agent.telephone.playout
    playout.write(level(5))
    joined.agent.owner.on_key = lambda digit: playout.clear()
    joined.agent.telephone.listener.on_dtmf("*")
    assert joined.caller.telephone.keys == ""
    assert playout.pending_samples == 0
    joined.agent.telephone.listener.on_dtmf("1")
    assert joined.caller.telephone.keys == "1"


def test_keys_pressed_while_the_two_are_apart_stay_with_their_owner(call: Call) -> None:
    call.caller.telephone.listener.on_dtmf("1")
    call.bridge.join()
    call.bridge.hold(call.caller.seat)
    call.caller.telephone.listener.on_dtmf("2")
    assert call.agent.telephone.keys == ""
    assert call.caller.owner.keys == "12"


def test_a_flood_of_keys_does_not_drown_the_voice_for_long(joined: Call) -> None:
    for _ in range(1000):
        joined.caller.telephone.listener.on_dtmf("9")
    assert len(joined.agent.telephone.keys) == 20
    joined.tick(250)
    joined.caller.telephone.listener.on_dtmf("1")
    assert joined.agent.telephone.keys[-1] == "1"


def test_a_telephone_without_keys_goes_on_without_them(joined: Call) -> None:
    joined.agent.telephone.understands_keys = False
    joined.caller.telephone.listener.on_dtmf("1")
    assert joined.heard == (200, 1000, 0)


# From one bridge to the next


def test_a_party_is_in_one_bridge_at_a_time(joined: Call) -> None:
    with pytest.raises(ValueError, match="one bridge only"):
        Bridge(joined.caller.seat, Person().seat)


def test_a_consultation_has_the_caller_wait_and_the_second_agent_take_the_call(joined: Call) -> None:
    second = Person(saying=level(9))
    joined.bridge.close()
    joined.caller.seat.wait()
    consultation = Bridge(second.seat, joined.agent.seat)
    consultation.join()
    for _ in range(3):
        joined.tick(1)
        second.heard.append(second.telephone.tick(second.saying))
    assert (joined.caller.hears, joined.agent.hears, second.hears) == (MUSIC, 9, 200)
    consultation.close()
    Bridge(joined.caller.seat, second.seat).join()
    for _ in range(3):
        joined.tick(1)
        second.heard.append(second.telephone.tick(second.saying))
    assert (joined.caller.hears, joined.agent.hears, second.hears) == (9, 0, 1000)


def test_a_closed_bridge_leaves_nobody_muted_and_nobody_heard(joined: Call) -> None:
    joined.bridge.supervise(joined.supervisor.seat, Supervision.BARGE)
    joined.bridge.mute(joined.agent.seat)
    joined.bridge.close()
    assert joined.heard == (0, 0, 0)
    assert not joined.agent.seat.muted
