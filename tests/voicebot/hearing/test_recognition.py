"""A sound after a question that may be an answer is never taken for silence, and never for a certain answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from models.asr import Transcript
from models.understanding import Emotion, Intent, Understanding
from voicebot.dialogue.types import Expecting
from voicebot.hearing.recognition import UNCLEAR, Recognition
from voicebot.turn_taking.barge_in import Words
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turn_words import load_turn_words

SOUND = np.zeros(4000, np.int16)


@dataclass
class Models:
    """A recogniser that hears what the test says."""

    text: str
    confidence: float

    async def transcribe(self, samples: object, **_: Any) -> Transcript:
        return Transcript(self.text, self.text, "zh", self.confidence, 1.0, "test")

    async def understand(self, text: str, *, loudness_dbov: float | None = None) -> Understanding:
        return Understanding(Intent("none", 0.9, ()), Emotion("calm", 1.0))

    async def end_probability(self, samples: object) -> None: ...


def ear(text: str, confidence: float) -> Recognition:
    return Recognition(Models(text, confidence), load_turn_words(), hotwords="")  # type: ignore[arg-type]


async def test_doubt_that_nothing_was_said_is_an_unclear_answer_to_a_yes_or_no_question() -> None:
    heard = await ear("", UNCLEAR - 0.01).hear(SOUND, key="1", start_s=0.0, expecting=Expecting.YES_NO)
    assert heard.judgement.unclear and heard.judgement.backchannel
    assert heard.understood is not None and heard.understood.text == ""


@pytest.mark.parametrize(("confidence", "expecting"), [(UNCLEAR, Expecting.YES_NO), (0.0, Expecting.OPEN)])
async def test_elsewhere_and_without_doubt_it_is_silence(confidence: float, expecting: Expecting) -> None:
    heard = await ear("", confidence).hear(SOUND, key="1", start_s=0.0, expecting=expecting)
    assert heard.judgement.completeness is Completeness.EMPTY
    assert heard.understood is None


@pytest.mark.parametrize(
    ("text", "confidence", "words"),
    [("", 1.0, Words.NONE), ("对对", 0.9, Words.BACKCHANNEL), ("你", 0.9, None), ("你先听", 0.9, Words.MEANT)],
)
async def test_a_look_at_what_goes_on_tells_acknowledgements_from_a_beginning(
    text: str, confidence: float, words: Words | None
) -> None:
    seen = await ear(text, confidence).glimpse(SOUND, key="1")
    assert seen is not None and seen.words is words
