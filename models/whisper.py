"""Recognition by faster-whisper: hub models as they are, and the bundled model through its CTC head."""

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Literal

import ctranslate2
import faster_whisper
import numpy as np
import soxr
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from models.asr import Language, ModelDescription, Transcript, Utterance
from models.bundle import ModelError
from models.catalogue import Model
from models.hybrid import HEAD_FILE, HybridRecogniser, Recognised, language_shares, likeliest
from models.text import normalise

Device = Literal["auto", "cpu", "cuda"]

WHISPER_HZ: Final = 16_000
MOST_AT_ONCE: Final = 4
"""Utterances that are worked on at a time: more would wait for the interpreter, not for a core."""
SHORTEST_S: Final = 0.1
"""Shorter audio holds no word, and less than a feature window."""

# The thresholds of OpenAI's whisper/transcribe.py.
NO_SPEECH: Final = 0.6
LOW_LOG_PROB: Final = -1.0
COMPRESSION: Final = 2.4


class DeviceMissing(ModelError):
    """The model is to run on a device that this machine lacks."""


class FasterWhisperEngine:
    """A Whisper-shaped model on the GPU when there is one, else on the CPU."""

    def __init__(
        self,
        model: Model,
        folder: Path,
        *,
        languages: Sequence[Language] = ("zh", "yue"),
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        """folder: the model's files; languages: those that callers may speak.

        threads: of the CPU for one batch; None is up to four for the bundled model, else all. On the CPU the bundled
        model takes a batch one by one, an utterance to a thread: nothing is padded, and its products are too small to
        gain from more threads or from more rows.
        """
        self._model = model
        self._device = choose_device(device)
        on_gpu = self._device == "cuda"
        hybrid = (folder / HEAD_FILE).exists()
        at_once = threads or min(_cores(), MOST_AT_ONCE)
        self._one_by_one = hybrid and not on_gpu
        self._whisper: Any = faster_whisper.WhisperModel(
            str(folder),
            device=self._device,
            compute_type="float16" if on_gpu else "int8",
            cpu_threads=1 if hybrid else threads or 0,
            num_workers=at_once if self._one_by_one else 1,
            local_files_only=True,
        )
        known = self._whisper.hf_tokenizer.get_vocab()
        self._languages: tuple[Language, ...] = tuple(x for x in languages if f"<|{x}|>" in known) or ("zh",)
        self._hybrid = HybridRecogniser(self._whisper, folder) if hybrid else None
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="asr")
        self.max_batch = 16 if on_gpu else 2 * at_once if hybrid else 2
        # numpy's threads spin against CTranslate2's: an utterance took 171 ms on a busy machine, with one thread 47.
        self._blas = ThreadpoolController().select(user_api="blas")
        self._size_mb = sum(path.stat().st_size for path in folder.iterdir()) / 1e6

    def transcribe_batch(self, utterances: Sequence[Utterance]) -> list[Transcript]:
        """One transcript for each utterance, in order; empty text where nothing was said."""
        started = time.perf_counter()
        long_enough = [i for i, u in enumerate(utterances) if u.samples.size >= SHORTEST_S * u.rate_hz]
        recognised = [Recognised("", self._allowed(u)[0], 1.0) for u in utterances]
        if long_enough:
            with self._blas.limit(limits=1):
                found = self._recognise([utterances[i] for i in long_enough])
            for index, result in zip(long_enough, found, strict=True):
                recognised[index] = result
        elapsed_ms = 1000 * (time.perf_counter() - started)
        return [
            Transcript(normalise(r.text), r.text, r.language, r.confidence, elapsed_ms, self._model.name, r.languages)
            for r in recognised
        ]

    def describe(self) -> ModelDescription:
        """The model in use and its limits."""
        model = self._model
        return ModelDescription(model.name, self._size_mb, self._device, model.trained_on, model.limits)

    def _allowed(self, utterance: Utterance) -> tuple[Language, ...]:
        if utterance.language in self._languages:
            return (utterance.language,)
        return self._languages

    def _recognise(self, utterances: Sequence[Utterance]) -> list[Recognised]:
        if not self._one_by_one:
            return self._recognise_together(utterances)
        longest_first = sorted(range(len(utterances)), key=lambda index: -utterances[index].samples.size)
        alone = self._threads.map(lambda index: self._recognise_together([utterances[index]])[0], longest_first)
        by_index = dict(zip(longest_first, alone, strict=True))
        return [by_index[index] for index in range(len(utterances))]

    def _recognise_together(self, utterances: Sequence[Utterance]) -> list[Recognised]:
        """As one batch of the model, the shorter ones padded to the longest."""
        features = list((map if self._one_by_one else self._threads.map)(self._features, utterances))
        allowed = [self._allowed(utterance) for utterance in utterances]
        if self._hybrid:
            return self._hybrid.recognise(features, allowed)
        hotwords = [utterance.hotwords if self._model.hotwords else "" for utterance in utterances]
        return self._recognise_windows(features, allowed, hotwords)

    def _features(self, utterance: Utterance) -> NDArray[np.float32]:
        """[mels, frames of 10 ms]"""
        audio = utterance.samples.astype(np.float32) / 32768
        if utterance.rate_hz != WHISPER_HZ:
            audio = soxr.resample(audio, utterance.rate_hz, WHISPER_HZ)
        return np.asarray(self._whisper.feature_extractor(audio), dtype=np.float32)

    def _recognise_windows(
        self, features: list[NDArray[np.float32]], allowed: list[tuple[Language, ...]], hotwords: list[str]
    ) -> list[Recognised]:
        """Whisper's own way: every utterance in a window of 30 s, the decoder alone."""
        encoded = self._whisper.encode(np.stack([pad_or_trim(feature) for feature in features]))
        told = self._whisper.model.detect_language(encoded)
        shares = [language_shares(*row) for row in zip(told, allowed, strict=True)]
        languages = [likeliest(*row) for row in zip(shares, allowed, strict=True)]
        prompts = [self._prompt(language, words) for language, words in zip(languages, hotwords, strict=True)]
        if len({len(prompt) for prompt in prompts}) > 1:  # a batch needs prompts of one length: leave the hotwords out
            prompts = [self._prompt(language, "") for language in languages]
        results = self._whisper.model.generate(
            encoded, prompts, beam_size=5, return_scores=True, return_no_speech_prob=True, max_length=448
        )
        return [self._judge(*row) for row in zip(results, languages, shares, strict=True)]

    def _tokenizer(self, language: Language) -> Tokenizer:
        whisper = self._whisper
        return Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language=language)

    def _prompt(self, language: Language, hotwords: str) -> list[int]:
        tokenizer = self._tokenizer(language)
        return list(self._whisper.get_prompt(tokenizer, [], without_timestamps=True, hotwords=hotwords or None))

    def _judge(self, result: Any, language: Language, shares: Mapping[str, float]) -> Recognised:
        """Text, or nothing where the model itself doubts that it heard words."""
        text = self._tokenizer(language).decode(result.sequences_ids[0]).strip()
        log_prob = result.scores[0]
        silent = result.no_speech_prob > NO_SPEECH and log_prob < LOW_LOG_PROB
        if silent or repeats(text):
            return Recognised("", language, max(result.no_speech_prob, 0.5), shares)
        return Recognised(text, language, float(np.exp(min(log_prob, 0.0))), shares)


def repeats(text: str) -> bool:
    """Whether a text goes round in circles, as Whisper's inventions over noise do."""
    data = text.encode()
    return len(data) / max(len(zlib.compress(data)), 1) > COMPRESSION


def _cores() -> int:
    """Those that this process may run on."""
    return len(os.sched_getaffinity(0))


def choose_device(device: Device) -> Literal["cpu", "cuda"]:
    """Where a model will run. Raises DeviceMissing where a GPU is asked for and there is none."""
    gpus = ctranslate2.get_cuda_device_count()
    if device == "cuda" and not gpus:
        raise DeviceMissing(
            "no CUDA GPU can be used: nvidia-smi must list one, and CTranslate2 needs the libraries of CUDA 12; "
            'without a GPU, set models.asr_device to "cpu"'
        )
    return "cuda" if gpus and device != "cpu" else "cpu"
