"""Callers sound the same each time, whatever was spoken before."""

import numpy as np

from voicebot.bench.turns.scenarios import Background, Condition, Half, Kind, Scenario, Words
from voicebot.bench.turns.studio import studio
from voicebot.dialogue.types import Expecting


def scenario(voice: str) -> Scenario:
    condition = Condition(voice, 170, 50, -20.0, "pcma", Background())
    turn = (Words("我要查订单"),)
    return Scenario(voice, Kind.REQUEST, Half.TUNING, "cmn", Expecting.OPEN, 1000, 0, (turn,), condition)


def test_the_same_callers_sound_the_same_in_every_run() -> None:
    callers = [scenario("f5"), scenario("m7")]  # one trembles at random, the other from where it left off
    with studio() as fresh:
        first, second = list(fresh.calls(callers)), list(fresh.calls(callers))
    for (_, one), (_, other) in zip(first, second, strict=True):
        assert np.array_equal(one[0].samples, other[0].samples)
