"""Recognition with a small Whisper-shaped model that carries a CTC head: the head proposes, the decoder has a say.

The encoder runs on a window as long as the utterances instead of Whisper's 30 s. The CTC head's beam search, helped by
a character language model, gives a few hypotheses; the attention decoder scores them; the best sum wins (Watanabe et
al., "Hybrid CTC/Attention Architecture", 2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from models import ctc
from models.asr import Language

HEAD_FILE: Final = "ctc_head.npz"
LM_FILE: Final = "char_lm.npz"
TAIL_FRAMES: Final = 20
"""0.2 s of empty features after the longest utterance: the model was trained to see an end. From 4 frames to 50 the
error rate on 300 held-out clips is the same (2026-11-23); each costs time."""
LONGEST_FRAMES: Final = 3000
"""Whisper's 30 s; CTranslate2 takes no longer window."""
LEAST_SHARE: Final = 1e-6
"""Of a language: what a softmax calls impossible it has only seldom seen."""
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
    """Most hypotheses that the decoder is asked about."""
    doubt: float = 4.0
    """It is asked only about hypotheses that score at most this much below the best: of 300 held-out clips it turned
    no choice between others (2026-11-23), and asking takes as long as half the encoder."""
    decoder_weight: float = 0.3


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a decoder of any kind makes of one utterance."""

    text: str
    language: Language
    confidence: float
    """0 to 1: geometric mean of the characters' probabilities."""
    languages: Mapping[str, float] = field(default_factory=dict)
    """How likely it is in each language that it may be in (sums to 1)."""


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
        shares = [language_shares(*row) for row in zip(told, languages, strict=True)]
        spoken = [likeliest(*row) for row in zip(shares, languages, strict=True)]
        steps = [min((feature.shape[1] + TAIL_FRAMES) // FRAMES_PER_STEP, encoded.shape[1]) for feature in features]
        proposals = [self._propose(states[:n]) for states, n in zip(encoded, steps, strict=True)]
        best = self._choose(encoded, steps, spoken, [proposal.hypotheses for proposal in proposals])
        return [self._written(*row) for row in zip(proposals, best, spoken, shares, strict=True)]

    def _encode(self, features: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """[batch, steps, width]"""
        frames = min(max(feature.shape[1] for feature in features) + TAIL_FRAMES, LONGEST_FRAMES)
        batch = np.zeros((len(features), features[0].shape[0], frames), np.float32)
        for row, feature in zip(batch, features, strict=True):
            row[:, : feature.shape[1]] = feature[:, :frames]
        encoded = self._whisper.model.encode(ctranslate2.StorageView.from_array(batch), to_cpu=True)
        return np.asarray(encoded, dtype=np.float32)

    def _propose(self, states: NDArray[np.float32]) -> "_Proposal":
        """What the CTC head hears in one utterance. states: [steps, width]"""
        log_probs = _log_softmax(states @ self._weight + self._bias)
        config = self._config
        hypotheses = ctc.prefix_beam_search(
            log_probs, blank=self._blank, beam=config.beam, lm=self._lm, lm_weight=config.lm_weight,
            length_bonus=config.length_bonus,
        )  # fmt: skip
        if not hypotheses[0].tokens:
            return _Proposal(log_probs, [])
        likely = hypotheses[0].score - config.doubt
        candidates = [h for h in hypotheses[: config.rescored] if h.tokens and h.score >= likely]
        return _Proposal(log_probs, candidates)

    def _choose(
        self,
        encoded: NDArray[np.float32],
        steps: Sequence[int],
        languages: Sequence[Language],
        candidates: Sequence[list[ctc.Hypothesis]],
    ) -> list[ctc.Hypothesis | None]:
        """The best candidate of each utterance; where there are several, the attention decoder is asked as well."""
        totals = [[candidate.score for candidate in row] for row in candidates]
        doubtful = [
            (row, number) for row, found in enumerate(candidates) if len(found) > 1 for number in range(len(found))
        ]
        for language in sorted(set(languages)):
            asked = [(row, number) for row, number in doubtful if languages[row] == language]
            if asked:
                rows = [row for row, _ in asked]
                tokens = [list(candidates[row][number].tokens) for row, number in asked]
                scores = self._decoder_scores(encoded[rows], [steps[row] for row in rows], language, tokens)
                for (row, number), score in zip(asked, scores, strict=True):
                    totals[row][number] += self._config.decoder_weight * score
        return [
            found[int(np.argmax(total))] if found else None for found, total in zip(candidates, totals, strict=True)
        ]

    def _decoder_scores(
        self,
        encoded: NDArray[np.float32],
        steps: Sequence[int],
        language: Language,
        hypotheses: list[list[int]],
    ) -> list[float]:
        """Log probability that the attention decoder gives each hypothesis. encoded: [hypotheses, steps, width]"""
        to_id = self._whisper.hf_tokenizer.token_to_id
        marks = ("<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>")
        states = ctranslate2.StorageView.from_array(np.ascontiguousarray(encoded))
        frames = [n * FRAMES_PER_STEP for n in steps]
        alignments = self._whisper.model.align(states, [to_id(mark) for mark in marks], hypotheses, frames)
        return [float(np.sum(np.log(np.asarray(a.text_token_probs) + 1e-9))) for a in alignments]

    def _written(
        self, proposal: "_Proposal", best: ctc.Hypothesis | None, language: Language, shares: Mapping[str, float]
    ) -> Recognised:
        if best is None:
            return Recognised("", language, _emptiness(proposal.log_probs[:, self._blank]), shares)
        certainty = proposal.log_probs[list(best.frames), list(best.tokens)]
        text = self._whisper.hf_tokenizer.decode(list(best.tokens))
        return Recognised(text, language, float(np.exp(np.mean(certainty))), shares)


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What the CTC head makes of one utterance."""

    log_probs: NDArray[np.float32]
    """[steps, outputs]"""
    hypotheses: list[ctc.Hypothesis]
    """Those that may be right, best first; none when no word was heard."""


def language_shares(probabilities: Sequence[tuple[str, float]], allowed: Sequence[Language]) -> Mapping[str, float]:
    """The allowed languages' shares, summing to 1; probabilities as ctranslate2 names them, "<|zh|>"."""
    told = {name.strip("<|>"): probability for name, probability in probabilities}
    scores: dict[str, float] = {language: max(told.get(language, 0.0), LEAST_SHARE) for language in allowed}
    total = sum(scores.values())
    return {language: score / total for language, score in scores.items()}


def likeliest(shares: Mapping[str, float], allowed: Sequence[Language]) -> Language:
    """Of the allowed languages."""
    return max(allowed, key=lambda language: shares[language])


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """In place: the table is over a megabyte for each utterance."""
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return logits


def _emptiness(blank_log_probs: NDArray[np.float32]) -> float:
    """How sure it is that nothing was said: the least blank step decides."""
    return float(np.exp(blank_log_probs.min()))
