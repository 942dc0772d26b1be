"""Piper voices: natural speech from an ONNX file. piper-tts is GPL-3.0 (see NOTICE); it is imported only here."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.mastering import master
from models.tts import Language, TtsEngine, speakable

_LANGUAGE_OF_VOICE: Final[dict[str, tuple[Language, ...]]] = {
    "cmn": ("cmn",),
    "zh": ("cmn",),
    "zh-CN": ("cmn",),
    "yue": ("yue",),
}
"""espeak voice of the Piper file -> languages that it speaks. None of them has the tones of Sichuan."""


class VoiceUnusable(RuntimeError):
    """A Piper voice could not be loaded."""


class PiperEngine:
    """One Piper voice; what it does not speak goes to another engine."""

    def __init__(self, model: Path, fallback: TtsEngine, *, length_scale: float = 1.0) -> None:
        """model: x.onnx with x.onnx.json beside it. length_scale: over 1 is slower."""
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf
        from piper import PiperVoice, SynthesisConfig
        from piper.config import PhonemeType

        config_path = Path(f"{model}.json")
        for path in (model, config_path):
            if not path.is_file():
                raise VoiceUnusable(f"the Piper voice needs {path}; put both files there or leave models.tts empty")
        try:
            self._voice = PiperVoice.load(model, config_path=config_path)
        except (Fail, InvalidGraph, InvalidProtobuf, ValueError, KeyError, OSError) as error:
            raise VoiceUnusable(f"{model} is no Piper voice: {error}; download it again") from error
        if self._voice.config.phoneme_type == PhonemeType.PINYIN:
            self._languages: tuple[Language, ...] = ("cmn",)
        else:
            self._languages = _LANGUAGE_OF_VOICE.get(self._voice.config.espeak_voice, ())
        self._fallback = fallback
        self._config = SynthesisConfig(length_scale=length_scale * self._voice.config.length_scale)
        self._name = f"piper-{model.stem}-{length_scale:g}"

    @property
    def name(self) -> str:
        return self._name

    @property
    def languages(self) -> tuple[Language, ...]:
        """What this voice speaks by itself."""
        return self._languages

    def synthesize(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
        if language not in self._languages:
            return self._fallback.synthesize(sentence, language=language)
        text = speakable(sentence)
        if not text:
            return np.zeros(0, np.int16)
        chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(text, self._config)]
        if not chunks:
            return np.zeros(0, np.int16)
        return master(np.concatenate(chunks), self._voice.config.sample_rate)
