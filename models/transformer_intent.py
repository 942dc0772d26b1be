"""The same question as `intent.py`, answered by a fine-tuned transformer: for companies with many examples and a GPU.

Needs the `train` extra (torch, transformers); nothing of it is imported before it is used.
"""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from models.intent import NONE, Evaluation, best_threshold, decide, evaluate, flatten, off_topic_sentences
from models.linear_text import CrossValidated, ModelUnreadable
from models.text_views import LONGEST_UTTERANCE, plain
from models.understanding import Intent

if TYPE_CHECKING:
    import torch

BASE: Final = "hfl/chinese-macbert-base"
"""Hub model that is fine-tuned where no other is named. 102 million parameters, Apache-2.0."""
_HELD_OUT: Final = 0.15
_BATCH: Final = 32


class TrainExtraMissing(RuntimeError):
    """torch or transformers is not installed."""


class BaseModelMissing(RuntimeError):
    """The model to be fine-tuned cannot be had."""


class TransformerIntentClassifier:
    """An IntentClassifier on top of any encoder that transformers can load."""

    def __init__(
        self,
        tokenizer: Any,
        network: Any,
        classes: Sequence[str],
        threshold: float,
        evaluation: Evaluation | None = None,
    ) -> None:
        """tokenizer, network: as transformers' Auto classes load them. evaluation: only after training."""
        self._tokenizer, self._network = tokenizer, network
        self._classes = tuple(classes)
        self._threshold = threshold
        self.evaluation = evaluation

    @classmethod
    def train(
        cls,
        examples: Mapping[str, Sequence[str]],
        *,
        base: str | Path = BASE,
        epochs: int = 10,
        learning_rate: float = 5e-5,
        device: str | None = None,
        seed: int = 0,
    ) -> "TransformerIntentClassifier":
        """Fine-tunes `base` on 85 % of the examples; the rest sets the threshold and gives the evaluation.

        device: "cuda" or "cpu"; None takes what is there.
        """
        torch, transformers = _train_extra()
        texts, labels = flatten(examples)
        classes = tuple(sorted(set(labels)))
        learnt, held_out = train_test_split(range(len(texts)), test_size=_HELD_OUT, random_state=seed, stratify=labels)
        pairs = [(texts[number], classes.index(labels[number])) for number in learnt]
        if NONE in classes:
            off_topic = set(off_topic_sentences()) - set(texts)
            pairs += [(sentence, classes.index(NONE)) for sentence in sorted(off_topic)]
        torch.manual_seed(seed)
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(base))
            network = transformers.AutoModelForSequenceClassification.from_pretrained(
                str(base), num_labels=len(classes), ignore_mismatched_sizes=True
            )
        except OSError as error:
            raise BaseModelMissing(f"{base} cannot be loaded ({error}); download it and give its folder") from error
        network.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        classifier = cls(tokenizer, network, classes, 0.0)
        classifier._fit(pairs, epochs, learning_rate, random.Random(seed))
        judged = CrossValidated(
            classes,
            tuple(labels[number] for number in held_out),
            classifier.probabilities([texts[number] for number in held_out]),
        )
        classifier._threshold = best_threshold(judged)
        classifier.evaluation = evaluate(judged, classifier._threshold)
        return classifier

    def classify(self, texts: Sequence[str]) -> list[Intent]:
        return [
            decide(self._classes, row, self._threshold) if text.strip() else Intent(NONE, 1.0)
            for text, row in zip(texts, self.probabilities(texts), strict=True)
        ]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """[texts, classes], rows sum to 1."""
        torch, _ = _train_extra()
        rows = [np.zeros((0, len(self._classes)))]
        self._network.eval()
        with torch.inference_mode():
            for start in range(0, len(texts), _BATCH):
                logits = self._network(**self._encoded(texts[start : start + _BATCH])).logits
                rows.append(logits.float().softmax(dim=-1).cpu().numpy().astype(np.float64))
        return np.concatenate(rows)

    def save(self, directory: Path) -> None:
        """transformers' own files (safetensors, no pickle) and intent.json."""
        self._network.save_pretrained(directory, safe_serialization=True)
        self._tokenizer.save_pretrained(directory)
        described = {"classes": self._classes, "threshold": self._threshold}
        (directory / "intent.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, *, device: str | None = None) -> "TransformerIntentClassifier":
        """Raises ModelUnreadable, TrainExtraMissing."""
        torch, transformers = _train_extra()
        try:
            described = json.loads((directory / "intent.json").read_text(encoding="utf-8"))
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(directory))
            network = transformers.AutoModelForSequenceClassification.from_pretrained(
                str(directory), use_safetensors=True
            )
            network.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
            return cls(tokenizer, network, described["classes"], float(described["threshold"]))
        except (OSError, ValueError, KeyError) as error:
            raise ModelUnreadable(f"the intent model in {directory} is unusable ({error}); train it again") from error

    def _fit(self, pairs: list[tuple[str, int]], epochs: int, learning_rate: float, rng: random.Random) -> None:
        """AdamW, classes weighed alike; linear warm-up over the first tenth, then linear descent."""
        torch, _ = _train_extra()
        steps = epochs * -(-len(pairs) // _BATCH)
        optimizer = torch.optim.AdamW(self._network.parameters(), lr=learning_rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / (0.1 * steps + 1), (steps - step) / (0.9 * steps + 1))
        )
        counts = np.bincount([label for _, label in pairs], minlength=len(self._classes))
        weights = torch.tensor(len(pairs) / (len(counts) * counts), dtype=torch.float32, device=self._network.device)
        self._network.train()
        for _ in range(epochs):
            rng.shuffle(pairs)
            for start in range(0, len(pairs), _BATCH):
                batch = pairs[start : start + _BATCH]
                labels = torch.tensor([label for _, label in batch], device=self._network.device)
                logits = self._network(**self._encoded([text for text, _ in batch])).logits
                torch.nn.functional.cross_entropy(logits.float(), labels, weight=weights).backward()
                torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()

    def _encoded(self, texts: Sequence[str]) -> "dict[str, torch.Tensor]":
        encoded = self._tokenizer(
            [plain(text[:LONGEST_UTTERANCE]) for text in texts],
            padding=True,
            truncation=True,
            max_length=LONGEST_UTTERANCE + 2,
            return_tensors="pt",
        )
        return {name: tensor.to(self._network.device) for name, tensor in encoded.items()}


def _train_extra() -> tuple[Any, Any]:
    """torch and transformers."""
    try:
        import torch
        import transformers
    except ImportError as error:
        raise TrainExtraMissing(
            f"the transformer intent model needs torch and transformers ({error}); "
            "pip install torch transformers accelerate (the extra `train`), or train the linear model"
        ) from error
    return torch, transformers
