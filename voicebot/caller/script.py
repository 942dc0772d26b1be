"""What a simulated caller is going to do, made ready before the call: its sentences are synthesised beforehand, so
that nothing holds up the media clock while it talks."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from models.tts import EspeakEngine, Language, speak
from telephony.audio import Samples, normalise_peak, resample
from telephony.dtmf import DIGITS
from voicebot.company.problems import CompanyError, Problem
from voicebot.company.scripts import CallerScript, CallerTurn
from voicebot.company.tomlfile import read_toml
from voicebot.company.validation import toml_problems


class UnusableAudio(ValueError):
    """A sound file that the caller cannot speak with."""


@dataclass(frozen=True, slots=True)
class PreparedTurn:
    """What to do when the assistant has finished: play audio at 8 kHz, or press keys."""

    said: str
    """The text or the keys, as they go into reports."""
    audio: Samples | None = None
    dtmf: str = ""


def load_script(path: Path) -> CallerScript:
    """A file of a company's callers/ folder. Raises CompanyError naming line and remedy."""
    file = read_toml(path, path.name)
    if isinstance(file, Problem):
        raise CompanyError([file])
    try:
        return CallerScript.model_validate({**file.data, "script": path.stem})
    except ValidationError as error:
        raise CompanyError(toml_problems(error, CallerScript, file, ())) from error


def prepare_sentences(sentences: Sequence[str], voice: EspeakEngine, language: Language) -> list[PreparedTurn]:
    return [PreparedTurn(sentence, audio=_spoken(sentence, voice, language)) for sentence in sentences]


def prepare_script(script: CallerScript) -> list[PreparedTurn]:
    voice = EspeakEngine(variant=script.voice, rate=script.rate)
    return [_prepare(turn, voice, script.language) for turn in script.turns]


def prepare_files(paths: Sequence[Path]) -> list[PreparedTurn]:
    """One turn a WAV file. Raises UnusableAudio."""
    return [PreparedTurn(path.name, audio=_read_wav(path)) for path in paths]


def _prepare(turn: CallerTurn, voice: EspeakEngine, language: Language) -> PreparedTurn:
    if turn.dtmf is not None:
        assert set(turn.dtmf) <= set(DIGITS), "checked when the script was read"
        return PreparedTurn(turn.dtmf, dtmf=turn.dtmf)
    return PreparedTurn(turn.say, audio=_spoken(turn.say, voice, language))


def _spoken(sentence: str, voice: EspeakEngine, language: Language) -> Samples:
    parts = list(speak(voice, sentence, language=language))
    if not parts:
        raise UnusableAudio(f"there is nothing to be said in {sentence!r}: give words")
    return np.concatenate(parts)


def _read_wav(path: Path) -> Samples:
    try:
        with wave.open(str(path)) as file:
            if file.getsampwidth() != 2:
                raise UnusableAudio(f"{path} has {8 * file.getsampwidth()} bits: convert it to 16-bit PCM")
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            first_channel = samples[:: file.getnchannels()].copy()
            rate = file.getframerate()
    except (wave.Error, EOFError, OSError) as error:
        raise UnusableAudio(f"{path} cannot be read ({error}): give a WAV file of 16-bit PCM") from error
    if first_channel.size == 0:
        raise UnusableAudio(f"{path} holds no audio")
    return normalise_peak(resample(first_channel, rate))
