"""Silero's voice activity model (MIT) as faster-whisper ships it: one session for all calls, a state for each call.

The model looks at 32 ms at a time (512 samples at 16 kHz plus 64 of context) and says how likely it is that
somebody speaks there.
"""

from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import soxr
from numpy.typing import NDArray

MODEL_HZ: Final = 16_000
WINDOW: Final = 512
CONTEXT: Final = 64
_STATE_SHAPE: Final = (1, 1, 128)


class SileroVad:
    """The model. Threads may share it."""

    def __init__(self, path: Path | None = None) -> None:
        """path: a Silero v6 ONNX file with the inputs input, h and c; None takes the one that faster-whisper ships."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if path is None:
            path = Path(str(resources.files("faster_whisper") / "assets" / "silero_vad_v6.onnx"))
        self._session: Any = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def stream(self, rate_hz: int) -> "SileroStream":
        """A listener for one call whose audio comes at rate_hz."""
        return SileroStream(self._session, rate_hz)


class SileroStream:
    """One call's state: feed it samples as they come, get a probability for every 32 ms that are complete."""

    def __init__(self, session: Any, rate_hz: int) -> None:
        self._session = session
        self._rate_hz = rate_hz
        self.reset()

    def reset(self) -> None:
        """Forgets everything heard."""
        # QQ lags 4 samples; soxr's better filters hold back 40 ms, and were no more accurate here.
        self._resampler = soxr.ResampleStream(self._rate_hz, MODEL_HZ, 1, dtype="float32", quality="QQ")
        self._h = self._c = np.zeros(_STATE_SHAPE, np.float32)
        self._pending = np.zeros(CONTEXT, np.float32)

    @property
    def pending_s(self) -> float:
        """Length of the audio that waits for its window to fill."""
        return (self._pending.size - CONTEXT) / MODEL_HZ

    def push(self, samples: NDArray[np.int16]) -> list[float]:
        """samples: [n] at rate_hz. Returns the probability of speech in each window completed by them, in order."""
        new = self._resampler.resample_chunk(samples.astype(np.float32) / 32768)
        self._pending = np.concatenate([self._pending, new])
        windows = (self._pending.size - CONTEXT) // WINDOW
        if windows == 0:
            return []
        used = windows * WINDOW
        rows = np.lib.stride_tricks.sliding_window_view(self._pending, CONTEXT + WINDOW)[:used:WINDOW]
        probabilities, self._h, self._c = self._session.run(None, {"input": rows, "h": self._h, "c": self._c})
        self._pending = self._pending[used:]
        return [float(p) for p in probabilities.reshape(-1)]
