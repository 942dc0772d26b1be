"""A figure is coloured by whether it became better, and only where the shown figures differ."""

import pytest

from voicebot.console.company.training_panel import LESS, figure


@pytest.mark.parametrize(
    ("name", "before", "now", "tone"),
    [
        ("accuracy", 0.853, 0.858, "good"),
        ("accuracy", 0.858, 0.853, "warn"),
        ("accuracy", 0.8581, 0.8582, None),
        ("wrongly_none", 0.073, 0.079, "warn"),
        ("wrongly_none", 0.079, 0.073, "good"),
        ("accuracy", None, 0.8, None),
    ],
)
def test_what_became_better_is_good(name: str, before: float | None, now: float, tone: str | None) -> None:
    assert figure(before, now, less_is_better=name in LESS).tone == tone
