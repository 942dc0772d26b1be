"""What a script, a sentence or a sound file says is what the caller will say; mistakes are named with their remedy."""

from pathlib import Path

import numpy as np
import pytest

from models.tts import EspeakEngine
from tests.wav import write_wav
from voicebot.caller.script import UnusableAudio, load_script, prepare_files, prepare_script, prepare_sentences
from voicebot.company.problems import CompanyError

CALLERS = Path(__file__).parents[3] / "voicebot/demo/company/callers"


@pytest.mark.parametrize("path", sorted(CALLERS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_caller_of_the_sample_company_can_speak(path: Path) -> None:
    script = load_script(path)
    turns = prepare_script(script)
    assert [turn.said for turn in turns] == [turn.say or turn.dtmf for turn in script.turns]
    for turn in turns:
        if turn.audio is None:
            assert turn.dtmf
        else:
            assert 0.3 < turn.audio.size / 8000 < 15
            assert np.abs(turn.audio).max() > 3000


def test_a_mistake_in_a_script_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('number = "+8613800138000"\nname = "某"\n\n[[turns]]\nsya = "你好"\n')
    with pytest.raises(CompanyError, match=r"wrong\.toml:[45]"):
        load_script(path)


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompanyError, match=r"nobody\.toml"):
        load_script(tmp_path / "nobody.toml")


def test_a_sentence_without_words_cannot_be_said() -> None:
    with pytest.raises(UnusableAudio, match="words"):
        prepare_sentences(["……"], EspeakEngine(), "cmn")


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44_100, 2), (16_000, 1)])
def test_a_sound_file_of_any_rate_is_played_at_the_lines(tmp_path: Path, rate: int, channels: int) -> None:
    tone = 9000 * np.sin(2 * np.pi * 500 * np.arange(rate) / rate)
    sound = np.repeat(tone[:, None], channels, axis=1)
    (turn,) = prepare_files([write_wav(tmp_path / "hello.wav", sound, rate_hz=rate)])
    assert turn.said == "hello.wav"
    assert turn.audio is not None and turn.audio.size == pytest.approx(8000, abs=2)
    assert np.argmax(np.abs(np.fft.rfft(turn.audio[:8000], 8000))) == pytest.approx(500, abs=1)


def test_sound_files_that_cannot_be_used_say_what_would_do(tmp_path: Path) -> None:
    text = tmp_path / "notes.wav"
    text.write_text("not a sound")
    empty = write_wav(tmp_path / "empty.wav", np.empty(0))
    for path in (text, tmp_path / "missing.wav", empty):
        with pytest.raises(UnusableAudio, match=path.name):
            prepare_files([path])
