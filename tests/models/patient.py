"""A client of the model host that waits: how long calls wait is another test's matter."""

from models.inference import ModelClient
from models.speech_client import SpeechModels

PATIENCE_S = 30.0


def patient(client: ModelClient) -> SpeechModels:
    return SpeechModels(
        client,
        transcribe_timeout_s=PATIENCE_S,
        speak_timeout_s=PATIENCE_S,
        understand_timeout_s=PATIENCE_S,
        end_of_turn_timeout_s=PATIENCE_S,
        dialect_timeout_s=PATIENCE_S,
    )
