"""The judges in use, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from voicebot.config import JudgeSection
from voicebot.qa.judges.language_model import LanguageModelJudge
from voicebot.qa.judges.small import SmallJudges
from voicebot.qa.judging import ItemJudge


@contextmanager
def chosen_judges(settings: JudgeSection) -> Iterator[tuple[ItemJudge, ...]]:
    """A language model where one is set; the small models for all that it leaves open."""
    if settings.url is None:
        yield (SmallJudges(),)
    else:
        with LanguageModelJudge(settings) as judge:
            yield (judge, SmallJudges())
