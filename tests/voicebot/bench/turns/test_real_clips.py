"""Recordings of people become scenarios of the same form; without them nothing is pretended."""

from pathlib import Path

import numpy as np
import pytest

from voicebot.bench.turns.real_clips import NoRecordings, real_beds, real_scenarios
from voicebot.bench.turns.scenarios import Half, Kind, Recording
from voicebot.bench.turns.voices import say

DATA = Path(__file__).parents[5] / "shared" / "data"


def test_a_folder_without_recordings_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(NoRecordings, match=tmp_path.name):
        real_scenarios(tmp_path)
    assert real_beds(tmp_path) == {}


def test_a_word_in_a_list_becomes_a_short_answer_and_an_early_one(tmp_path: Path) -> None:
    folder = tmp_path / "speech_zh_audio_cmn"
    folder.mkdir()
    (folder / "clips.tsv").write_text("file\tvoice\ttext\na.mp3\tY\t好\nb.mp3\tY\t骡子\nc.mp3\tW\thao3\n", "utf-8")
    found = real_scenarios(tmp_path)
    assert [scenario.kind for scenario in found] == [Kind.SHORT_ANSWER, Kind.EARLY_ANSWER]
    assert found[0].turns == ((Recording(folder / "audio" / "a.mp3", "好"),),)


@pytest.mark.skipif(not (DATA / "speech_zh_clips").exists(), reason="the folder with recordings is absent")
def test_recordings_are_in_both_halves_and_speak_where_they_say() -> None:
    scenarios = real_scenarios(DATA)
    assert {scenario.half for scenario in scenarios} == set(Half)
    assert real_scenarios(DATA) == scenarios
    word = next(scenario for scenario in scenarios if scenario.kind is Kind.SHORT_ANSWER)
    said = say(word.turns[0], word)
    [(start_s, end_s)] = said.speech
    assert start_s == 0.0 and 0.1 < end_s < 2.0
    assert np.max(np.abs(said.samples)) > 0.01
