"""Guards the shape of the command's figures, and that what is asked wrongly is said before any model is loaded."""

import json

import pytest
from typer.testing import CliRunner

from models.whisper import DeviceMissing, choose_device
from voicebot.commands.bench_asr import app

RUNNER = CliRunner()


def test_batches_of_the_bundled_model_are_measured_against_the_first() -> None:
    result = RUNNER.invoke(app, ["--batch", "1,2", "--clips", "3", "--rounds", "1", "--threads", "2", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.output.splitlines()[-1])
    assert [row["batch"] for row in figures["batches"]] == [1, 2]
    assert figures["batches"][0]["ratio"] == 1.0
    assert {"utterances_per_s", "ratio", "p50_ms", "p95_ms"} < set(figures["batches"][1])
    assert (figures["model"], figures["device"], figures["threads"]) == ("bundled", "cpu", 2)
    assert {"within_ms", "callers", "turns_per_minute", "recognitions_per_turn"} < set(figures["capacity"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--batch", "0"], "sizes from 1"),
        (["--batch", "1,x"], "sizes from 1"),
        (["--batch", ""], "sizes from 1"),
        (["--shape", "tiny"], "needs --batch"),
        (["--shape", "enormous", "--batch", "1"], "tiny, small, large-v3-turbo"),
    ],
)
def test_what_is_asked_wrongly_is_named(arguments: list[str], message: str) -> None:
    result = RUNNER.invoke(app, arguments, env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 2
    assert message in result.output


def test_a_gpu_that_is_not_there_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.whisper.ctranslate2.get_cuda_device_count", lambda: 0)
    with pytest.raises(DeviceMissing, match=r"models\.asr_device"):
        choose_device("cuda")
    assert choose_device("auto") == "cpu"
