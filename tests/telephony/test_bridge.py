"""Invariant: what a caller hears comes from their agent, a barging supervisor, music or their own announcements, and
from nothing else, whatever happens in the call; and nobody is left in silence by what others do."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_SAMPLES, SILENCE, Frame
from telephony.bridge import Bridge, Supervision
from telephony.leg import EndReason, LegEnded, LegListener
from telephony.looped_sound import LoopedSound
from telephony.playout import Playout
from telephony.rtp import DtmfNotNegotiated
from telephony.seat import Seat

MUSIC = 77
GONE = LegEnded(EndReason.REMOTE_HANGUP)


def level(value: int) -> Frame:
    return np.full(FRAME_SAMPLES, value, np.int16)


class Telephone:
    """A leg that is ticked by hand, in the order of a SIP leg: what it is sent is decided before it is heard."""

    def __init__(self) -> None:
        self.playout = Playout()
        self.keys = ""
        self.listener: LegListener
        self.understands_keys = True

    def listen(self, listener: LegListener) -> None:
        self.listener = listener

    def send_dtmf(self, digits: str) -> None:
        if not self.understands_keys:
            raise DtmfNotNegotiated("no telephone-event")
        self.keys += digits

    def tick(self, said: Frame) -> Frame:
        heard = self.playout.next_frame()
        self.listener.on_frame(said, heard)
        return heard


@dataclass
class Owner:
    """What a seat's listener is told."""

    frames: list[tuple[Frame, Frame]] = field(default_factory=list)
    keys: str = ""
    on_key: Callable[[str], None] = lambda digit: None
    holds: list[bool] = field(default_factory=list)
    endings: list[LegEnded] = field(default_factory=list)

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self.frames.append((inbound, outbound))

    def on_dtmf(self, digit: str) -> None:
        self.keys += digit
        self.on_key(digit)

    def on_hold(self, held: bool) -> None:
        self.holds.append(held)

    def on_ended(self, ended: LegEnded) -> None:
        self.endings.append(ended)


@dataclass
class Person:
    telephone: Telephone = field(default_factory=Telephone)
    owner: Owner = field(default_factory=Owner)
    saying: Frame = field(default_factory=lambda: SILENCE)
    heard: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seat = Seat(self.telephone, self.owner, music=LoopedSound(level(MUSIC)))

    @property
    def hears(self) -> int:
        """The level heard last; every voice here is one steady level."""
        assert np.ptp(self.heard[-1]) == 0, "still fading"
        return int(self.heard[-1][0])


class Call:
    """A caller who says 1000, an agent 200 and a supervisor 30, so that every mix tells who is in it."""

    def __init__(self) -> None:
        self.caller, self.agent = Person(saying=level(1000)), Person(saying=level(200))
        self.supervisor = Person(saying=level(30))
        self.bridge = Bridge(self.caller.seat, self.agent.seat)

    def tick(self, times: int = 3) -> None:
        """More than one: a change takes a frame, and a frame from one leg the next tick of the other."""
        for _ in range(times):
            for person in (self.caller, self.agent, self.supervisor):
                if person.seat.ended is None:
                    person.heard.append(person.telephone.tick(person.saying))

    @property
    def heard(self) -> tuple[int, int, int]:
        """What caller, agent and supervisor hear once all is settled."""
        self.tick()
        return self.caller.hears, self.agent.hears, self.supervisor.hears


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def joined(call: Call) -> Call:
    call.bridge.join()
    call.tick()
    return call


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


# Supervision

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


# Whatever happens

TICK, WHISPER, SKIP = "tick", "whisper", "skip"
PARTIES = st.sampled_from(["caller", "agent"])
STEPS = st.one_of(
    st.just((TICK, "")),
    st.just((TICK, "")),
    st.just((WHISPER, "")),
    st.just((SKIP, "")),
    st.tuples(st.sampled_from(["join", "part", "end_supervision"]), st.just("")),
    st.tuples(st.sampled_from(["hold", "resume", "mute", "unmute", "phone_holds", "phone_resumes"]), PARTIES),
    st.tuples(st.just("supervise"), st.sampled_from([Supervision.LISTEN, Supervision.WHISPER])),
)


def played(steps: list[tuple[str, str]], *, seed: int | None) -> Call:
    """A call in which these things happen. seed: of what is whispered, by machine and supervisor; None for nothing."""
    call = Call()
    call.supervisor.saying = SILENCE
    voices, whispers = np.random.default_rng(1), np.random.default_rng(seed)

    def noise(source: np.random.Generator, size: int = FRAME_SAMPLES) -> Frame:
        return source.integers(-32768, 32767, size, dtype=np.int16)

    for step, argument in steps:
        match step:
            case "tick":
                call.caller.saying, call.agent.saying = noise(voices), noise(voices)
                if seed is not None:
                    call.supervisor.saying = noise(whispers)
                call.tick(1)
            case "whisper":
                if seed is not None:
                    call.agent.telephone.playout.write(noise(whispers, 500))
            case "skip":
                call.agent.telephone.playout.clear()
            case "supervise":
                call.bridge.supervise(call.supervisor.seat, Supervision(argument))
            case "phone_holds" | "phone_resumes":
                getattr(call, argument).telephone.listener.on_hold(step == "phone_holds")
            case "hold" | "resume" | "mute" | "unmute":
                getattr(call.bridge, step)(getattr(call, argument).seat)
            case _:
                getattr(call.bridge, step)()
    return call


@given(st.lists(STEPS, max_size=60))
def test_no_sample_of_a_whisper_ever_reaches_the_caller(steps: list[tuple[str, str]]) -> None:
    without, with_whispers = played(steps, seed=None), played(steps, seed=2)
    assert np.array_equal(without.caller.heard, with_whispers.caller.heard)
    heard_by_recorder = [outbound for _, outbound in with_whispers.caller.owner.frames]
    assert np.array_equal(heard_by_recorder, without.caller.heard)


def test_the_agent_does_hear_what_the_caller_must_not() -> None:
    steps = [("join", ""), ("supervise", "whisper"), (WHISPER, ""), (TICK, ""), (TICK, ""), (TICK, "")]
    without, with_whispers = played(steps, seed=None), played(steps, seed=2)
    for silent, whispered in zip(without.agent.heard, with_whispers.agent.heard, strict=True):
        assert not np.array_equal(silent, whispered)
