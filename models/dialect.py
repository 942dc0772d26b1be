"""Which dialect a voice speaks, heard from its sound: a classifier of one's own training. For the model host only.

Optional: where none is installed, number and words decide. `scripts/train_dialect` makes the folder, which holds
model.onnx (input "audio", one output of scores), dialect.json and a model card.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.batching import BatchQueue
from models.bundle import ModelError, folder_of, is_installed, resolve
from models.catalogue import catalogue
from models.dialect_card import DialectCard, read_card
from models.dialect_ear import heard
from models.dialect_guess import DialectGuess, read_dialect_request, write_dialect_guess
from models.inference import Service

MODEL_FILE: Final = "model.onnx"
INPUT: Final = "audio"
DEADLINE_S: Final = 5.0
"""A later guess may still help the turn after the next, an older one nobody."""


class DialectClassifier:
    """The model, on a few threads of its own. Threads may share it."""

    def __init__(self, file: Path, card: DialectCard, *, threads: int = 2) -> None:
        """Raises ModelError for a file that is no classifier of the card's dialects."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(file), sess_options=options, providers=["CPUExecutionProvider"]
            )
            found = self._session.run(None, {INPUT: heard(np.zeros(8_000, np.int16), card.ear)[None]})[0]
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise ModelError(f"{file} cannot be used as a dialect classifier: train it again ({error})") from error
        if found.shape != (1, len(card.tags)):
            raise ModelError(
                f"{file} answers with {found.shape[1:]} scores where dialect.json names {len(card.tags)} dialects: "
                "the two belong to different trainings"
            )
        self.card = card

    @classmethod
    def load(cls, folder: Path, *, threads: int = 2) -> "DialectClassifier":
        """The classifier of a folder. Raises ModelError."""
        return cls(folder / MODEL_FILE, read_card(folder), threads=threads)

    def classify(self, utterances: Sequence[NDArray[np.int16]]) -> list[DialectGuess | None]:
        """One answer for each utterance, [n] at 8,000 Hz; None where too little was said to tell.

        One by one: lengths differ, padding would be heard, and a thread gains nothing by batches.
        """
        return [self._guess(samples) for samples in utterances]

    def scores(self, samples: NDArray[np.int16]) -> NDArray[np.float64]:
        """[tags], logarithmic, as the network gives them."""
        audio = heard(samples, self.card.ear)[None]
        return np.asarray(self._session.run(None, {INPUT: audio})[0][0], np.float64)

    def _guess(self, samples: NDArray[np.int16]) -> DialectGuess | None:
        if samples.size < self.card.ear.shortest_s * 8_000:
            return None
        scores = self.scores(samples) / self.card.temperature
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        if not np.isfinite(shares).all():
            return None
        named = zip(self.card.tags, shares.tolist(), strict=True)
        return DialectGuess(dict(named), self.card.measured.accuracy)


def dialect_folder(name: str | None, models_dir: Path | None) -> Path | None:
    """The folder of the classifier to use: the one named, else the first installed, None where there is none.

    name: setting models.dialect, a folder or a catalogue name. models_dir: setting models.dir. Raises ModelMissing.
    """
    if name is not None:
        return resolve(name, dir=models_dir)
    for model in catalogue().values():
        if model.kind == "dialect" and is_installed(model, dir=models_dir):
            return folder_of(model, dir=models_dir)
    return None


def dialect_service(model: DialectClassifier) -> Service:
    """The model host's service "dialect"."""
    queue = BatchQueue(model.classify, max_batch=1)

    async def dialect(payload: dict[str, Any]) -> dict[str, Any]:
        guess = await queue.submit(read_dialect_request(payload), deadline_s=DEADLINE_S)
        return write_dialect_guess(guess)

    return dialect
