"""Recognition with a small Whisper-shaped model that carries a CTC head: the head proposes, the decoder has a say.

The encoder runs on a window as long as the utterances instead of Whisper's 30 s. The CTC head's beam search, helped by
a character language model, gives a few hypotheses; the attention decoder scores them; the best sum wins (Watanabe et
al., "Hybrid CTC/Attention Architecture", 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from models import ctc
from models.asr import Language

HEAD_FILE: Final = "ctc_head.npz"
LM_FILE: Final = "char_lm.npz"
TAIL_FRAMES: Final = 50
"""Half a second of empty features after the longest utterance: the model was trained to see an end."""
LONGEST_FRAMES: Final = 3000
"""Whisper's 30 s; CTranslate2 takes no longer window."""
FRAMES_PER_STEP: Final = 2
"""The encoder halves the 10 ms feature frames."""


@dataclass(frozen=True, slots=True)
class HybridConfig:
    """Chosen on 200 held-out clips other than those that the model card reports (2026-11-22)."""

    beam: int = 16
    lm_weight: float = 0.5
    length_bonus: float = 2.5
    """For each character, against the language model's liking for short texts."""
    rescored: int = 4
    """Hypotheses that the decoder is asked about."""
    decoder_weight: float = 0.3


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a decoder of any kind makes of one utterance."""

    text: str
    language: Language
    confidence: float
    """0 to 1: geometric mean of the characters' probabilities."""


class HybridRecogniser:
    """Features of a batch in, text out."""

    def __init__(self, whisper: Any, folder: Path, config: HybridConfig | None = None) -> None:
        """whisper: a faster_whisper.WhisperModel loaded from folder, which also holds the CTC head."""
        self._whisper = whisper
        self._config = config or HybridConfig()
        with np.load(folder / HEAD_FILE) as head:
            self._weight = np.ascontiguousarray(head["weight"].astype(np.float32).T)
            self._bias = head["bias"].astype(np.float32)
        self._blank = self._bias.size - 1
        lm_file = folder / LM_FILE
        self._lm = ctc.CharLM.load(lm_file) if lm_file.exists() else None

    def recognise(
        self, features: Sequence[NDArray[np.float32]], languages: Sequence[Sequence[Language]]
    ) -> list[Recognised]:
        """features: [mels, frames] each; languages: those that each utterance may be in."""
        encoded = self._encode(features)
        told = self._whisper.model.detect_language(ctranslate2.StorageView.from_array(encoded))
        results = []
        for states, feature, probabilities, allowed in zip(encoded, features, told, languages, strict=True):
            language = likeliest(probabilities, allowed)
            steps = min((feature.shape[1] + TAIL_FRAMES) // FRAMES_PER_STEP, states.shape[0])
            results.append(self._decode(states[:steps], language))
        return results

    def _encode(self, features: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """[batch, steps, width]"""
        frames = min(max(feature.shape[1] for feature in features) + TAIL_FRAMES, LONGEST_FRAMES)
        batch = np.zeros((len(features), features[0].shape[0], frames), np.float32)
        for row, feature in zip(batch, features, strict=True):
            row[:, : feature.shape[1]] = feature[:, :frames]
        encoded = self._whisper.model.encode(ctranslate2.StorageView.from_array(batch), to_cpu=True)
        return np.asarray(encoded, dtype=np.float32)

    def _decode(self, states: NDArray[np.float32], language: Language) -> Recognised:
        log_probs = _log_softmax(states @ self._weight + self._bias)
        config = self._config
        hypotheses = ctc.prefix_beam_search(
            log_probs, blank=self._blank, beam=config.beam, lm=self._lm, lm_weight=config.lm_weight,
            length_bonus=config.length_bonus,
        )  # fmt: skip
        if not hypotheses or not hypotheses[0].tokens:
            return Recognised("", language, _emptiness(log_probs[:, self._blank]))
        candidates = [hypothesis for hypothesis in hypotheses[: config.rescored] if hypothesis.tokens]
        best = candidates[0]
        if len(candidates) > 1:
            spoken = self._decoder_scores(states, language, [list(c.tokens) for c in candidates])
            totals = [c.score + config.decoder_weight * s for c, s in zip(candidates, spoken, strict=True)]
            best = candidates[int(np.argmax(totals))]
        certainty = log_probs[list(best.frames), list(best.tokens)]
        text = self._whisper.hf_tokenizer.decode(list(best.tokens))
        return Recognised(text, language, float(np.exp(np.mean(certainty))))

    def _decoder_scores(
        self, states: NDArray[np.float32], language: Language, hypotheses: list[list[int]]
    ) -> list[float]:
        """Log probability that the attention decoder gives each hypothesis."""
        to_id = self._whisper.hf_tokenizer.token_to_id
        marks = ("<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>")
        repeated = ctranslate2.StorageView.from_array(np.repeat(states[None], len(hypotheses), axis=0))
        frames = [states.shape[0] * FRAMES_PER_STEP] * len(hypotheses)
        alignments = self._whisper.model.align(repeated, [to_id(mark) for mark in marks], hypotheses, frames)
        return [float(np.sum(np.log(np.asarray(a.text_token_probs) + 1e-9))) for a in alignments]


def likeliest(probabilities: Sequence[tuple[str, float]], allowed: Sequence[Language]) -> Language:
    """The likeliest allowed language; probabilities as ctranslate2 names them, "<|zh|>"."""
    scores = {name.strip("<|>"): probability for name, probability in probabilities}
    return max(allowed, key=lambda language: scores.get(language, -1.0))


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), dtype=np.float32)


def _emptiness(blank_log_probs: NDArray[np.float32]) -> float:
    """How sure it is that nothing was said: the least blank step decides."""
    return float(np.exp(blank_log_probs.min()))
