"""Invariant: whatever happens in a call, no sample that is whispered to the agent reaches the caller."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_SAMPLES, SILENCE, Frame
from telephony.bridge import Supervision
from tests.telephony.bridged_call import Call

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
