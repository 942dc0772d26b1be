"""Guards the measurement of batches: every size gets the same utterances, whole batches only, and its own figures."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.asr import ModelDescription, Transcript, Utterance
from voicebot.bench import asr_throughput
from voicebot.bench.asr_throughput import Throughput


class Engine:
    """Takes 10 ms for a batch and 5 ms for each utterance in it, on a clock of its own."""

    max_batch = 4

    def __init__(self) -> None:
        self.clock_s = 0.0
        self.sizes: list[int] = []

    def transcribe_batch(self, utterances: Sequence[Utterance]) -> list[Transcript]:
        self.sizes.append(len(utterances))
        self.clock_s += 0.010 + 0.005 * len(utterances)
        return []

    def describe(self) -> ModelDescription:
        return ModelDescription("clock", 0, "cpu", "", "")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(asr_throughput, "perf_counter", lambda: engine.clock_s)
    return engine


def test_rates_ratios_and_times_are_those_of_each_size(engine: Engine) -> None:
    throughput = Throughput(engine, [Utterance(np.zeros(16_000, np.int16), 8_000)] * 9, [4, 1, 2])
    throughput.warm_up()
    assert engine.sizes == [1, 2, 4]
    done = [list(throughput.run()) for _ in range(3)]
    assert [sum(sizes) for sizes in done] == [9 + 8 + 8] * 3
    figures = throughput.figures(threads=2)
    one, two, four = figures.batches
    assert [row.batch for row in figures.batches] == [1, 2, 4]
    assert one.utterances_per_s == pytest.approx(1 / 0.015)
    assert two.ratio == pytest.approx(2 * 15 / 20)
    assert four.ratio == pytest.approx(4 * 15 / 30)
    assert [four.p50_ms, four.p95_ms] == pytest.approx([30, 30])
    assert (figures.utterances, figures.mean_s, figures.rounds, figures.threads) == (9, 2.0, 3, 2)
    assert figures.capacity.batch == 4


def test_rounds_begin_with_another_size_each(engine: Engine) -> None:
    throughput = Throughput(engine, [Utterance(np.zeros(800, np.int16), 8_000)] * 4, [1, 4])
    firsts = [next(iter(list(throughput.run()))) for _ in range(4)]
    assert firsts == [1, 4, 1, 4]
