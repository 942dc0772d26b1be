"""Whether a turn is over, heard from the voice: Smart Turn v3 and models with its interface. For the model host only.

The last 8 s before the pause, silence in front where there is less, scaled to mean 0 and variance 1, as Whisper's
log-mel (80 bands, 800 frames of 10 ms); the answer is a probability already. github.com/pipecat-ai/smart-turn
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import soxr
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from models.batching import BatchQueue
from models.bundle import ModelError, folder_of, is_installed
from models.catalogue import catalogue
from models.inference import Service
from models.speech_client import END_OF_TURN_S, read_end_of_turn_request

MODEL_HZ: Final = 16_000
CALL_HZ: Final = 8_000
DEADLINE_S: Final = 0.5
"""A later answer finds the turn ended."""

_INPUT: Final = "input_features"
_SAMPLES: Final = int(END_OF_TURN_S * MODEL_HZ)


class EndOfTurnModel:
    """The model, on one thread. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """path: an ONNX file with the input input_features [batch, 80, 800]. Raises ModelError for any other."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise ModelError(f"{path} is no ONNX model that can be loaded: download it again ({error})") from error
        inputs = [value.name for value in self._session.get_inputs()]
        if inputs != [_INPUT]:
            raise ModelError(
                f"{path} has the inputs {inputs}, not {_INPUT}: it is no end-of-turn model of Smart Turn's kind"
            )
        self._mel = FeatureExtractor(feature_size=80, sampling_rate=MODEL_HZ, chunk_length=int(END_OF_TURN_S))

    def probabilities(self, utterances: Sequence[NDArray[np.int16]]) -> list[float]:
        """That the turn ends with each utterance, [n] at 8,000 Hz; one by one: a thread gains nothing by batches."""
        return [self._probability(self.features(samples)) for samples in utterances]

    def features(self, samples: NDArray[np.int16]) -> NDArray[np.float32]:
        """[80, 800]. samples: [n] at 8,000 Hz."""
        heard = samples[-int(END_OF_TURN_S * CALL_HZ) :].astype(np.float32) / 32768
        audio = soxr.resample(heard, CALL_HZ, MODEL_HZ)[-_SAMPLES:]
        audio = np.pad(audio, (_SAMPLES - audio.size, 0))
        audio = (audio - audio.mean()) / np.sqrt(audio.var() + 1e-7)
        return np.asarray(self._mel(audio, padding=0), np.float32)

    def _probability(self, features: NDArray[np.float32]) -> float:
        answers = self._session.run(None, {_INPUT: features[None]})
        return float(np.clip(np.asarray(answers[0]).reshape(-1)[0], 0.0, 1.0))


def installed_file(models_dir: Path | None) -> Path | None:
    """The ONNX file of the first end-of-turn model in the catalogue that is installed. models_dir: models.dir."""
    for model in catalogue().values():
        if model.kind == "end_of_turn" and is_installed(model, dir=models_dir):
            return folder_of(model, dir=models_dir) / model.files[0]
    return None


def end_of_turn_service(model: EndOfTurnModel) -> Service:
    """The model host's service "end_of_turn"."""
    queue = BatchQueue(model.probabilities, max_batch=4)

    async def end_of_turn(payload: dict[str, Any]) -> dict[str, Any]:
        samples = read_end_of_turn_request(payload)
        return {"probability": await queue.submit(samples, deadline_s=DEADLINE_S)}

    return end_of_turn
