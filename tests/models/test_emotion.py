"""Invariant: an ordinary request is calm however it is said; insults, threats and reproaches are not."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.emotion import UPSET_FROM, EmotionClassifier
from models.training.emotion import figures, labelled, train


@pytest.fixture(scope="module")
def classifier() -> EmotionClassifier:
    return EmotionClassifier.load()


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("你们这帮骗子，我要去告你们", "angry"),
        ("什么垃圾公司，马上退钱", "angry"),
        ("怎么这么慢啊，我都催了好几遍了", "annoyed"),
        ("等了好久都没有人理我，太失望了", "annoyed"),
        ("我想退货", "calm"),
        ("帮我转人工", "calm"),
        ("麻烦看看我的快递到哪里了", "calm"),
        ("嗯", "calm"),
        ("", "calm"),
    ],
)
def test_words_tell_the_mood(classifier: EmotionClassifier, said: str, label: str) -> None:
    assert classifier.classify(said).label == label


def test_most_upset_sentences_are_found_and_few_calm_ones_are_taken_for_upset() -> None:
    """Cross-validated as the bundled model was made, beside the sample company's ordinary requests."""
    intents = Path(__file__).parents[2] / "voicebot" / "demo" / "company" / "intents"
    upsetting = ("complaint.toml", "delivery_delay.toml")
    ordinary = [file for file in sorted(intents.glob("*.toml")) if file.name not in upsetting]
    calm = [said for file in ordinary for said in tomllib.loads(file.read_text(encoding="utf-8"))["examples"]]
    _, held_out = train(calm)
    measured = figures(held_out)
    assert isinstance(measured["upset_recall"], float)
    assert isinstance(measured["calm_taken_for_upset"], float)
    assert measured["upset_recall"] > 0.60
    assert measured["calm_taken_for_upset"] < 0.03


def test_the_labels_are_balanced() -> None:
    _, labels = labelled()
    counts = [labels.count(label) for label in ("calm", "annoyed", "angry")]
    assert min(counts) >= 75


def test_a_loud_or_hurried_voice_alone_makes_nobody_angry(classifier: EmotionClassifier) -> None:
    assert classifier.classify("我想查一下订单", loudness_dbov=0.0, syllables_per_s=9.0).label == "calm"


def test_loudness_adds_to_what_the_words_say(classifier: EmotionClassifier) -> None:
    said = "怎么又没到"
    soft, loud = (classifier.classify(said, loudness_dbov=level) for level in (-40.0, -10.0))
    upset_soft = soft.confidence if soft.label != "calm" else 1 - soft.confidence
    upset_loud = loud.confidence if loud.label != "calm" else 1 - loud.confidence
    assert upset_loud > upset_soft


@settings(deadline=None)
@given(
    said=st.text(max_size=200),
    loudness=st.none() | st.floats(),
    pace=st.none() | st.floats(),
)
def test_any_input_gets_a_label_with_a_probability(
    classifier: EmotionClassifier, said: str, loudness: float | None, pace: float | None
) -> None:
    emotion = classifier.classify(said, loudness, pace)
    assert emotion.confidence >= min(UPSET_FROM, 1 - UPSET_FROM)
    assert emotion.confidence <= 1.0
