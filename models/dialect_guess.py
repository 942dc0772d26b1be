"""What an acoustic dialect classifier makes of a voice, and how it travels between the model host and a call.

Plain data, so that processes without models can name it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAX_HEARD_S: Final = 30.0
"""No classifier listens to more."""


@dataclass(frozen=True, slots=True)
class DialectGuess:
    """How the voice sounds, whoever the caller is."""

    probabilities: Mapping[str, float]
    """Dialect tag -> probability if all of the model's dialects were equally common (sums to 1): proportional to the
    likelihoods, so it can be weighed against what the number says. Tags are the model's own."""
    accuracy: float
    """How often the model is right about strangers, each dialect counting alike: what its guess is worth."""


def dialect_request(samples: NDArray[np.int16]) -> dict[str, Any]:
    """Payload of the "dialect" service. samples: [n] at 8,000 Hz."""
    return {"samples": samples[-int(MAX_HEARD_S * 8_000) :]}


def read_dialect_request(payload: dict[str, Any]) -> NDArray[np.int16]:
    """What the "dialect" service was asked: [n] at 8,000 Hz. Raises KeyError or TypeError."""
    samples = payload["samples"]
    if not isinstance(samples, np.ndarray) or samples.dtype != np.int16 or samples.ndim != 1:
        raise TypeError("samples must be one channel of int16")
    return samples[-int(MAX_HEARD_S * 8_000) :]


def write_dialect_guess(guess: DialectGuess | None) -> dict[str, Any]:
    """The "dialect" service's answer; None: too little was said."""
    return {"guess": None if guess is None else asdict(guess)}


def read_dialect_guess(answer: dict[str, Any]) -> DialectGuess | None:
    """The other way round."""
    guess = answer["guess"]
    return None if guess is None else DialectGuess(guess["probabilities"], guess["accuracy"])
