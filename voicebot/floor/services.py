"""What everybody on the floor shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.vad import StreamingVad
from voicebot.agent_events import AgentEvent
from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.prompts import PromptTexts
from voicebot.company import Company
from voicebot.dialogue.types import KnowledgeSearch
from voicebot.events import LiveEvent
from voicebot.floor.floor_log import FloorLog
from voicebot.hearing.recognition import Recognition
from voicebot.metrics import Metrics
from voicebot.speaking.voice import Voice
from voicebot.store.floor import FloorStore


@dataclass(frozen=True, slots=True)
class FloorServices:
    """Of one media process."""

    current_company: Callable[[], Company]
    """As it is now: it may change while calls go on."""
    store: FloorStore
    log: FloorLog
    """Through which everything is written."""
    voice: Voice
    knowledge: KnowledgeSearch
    recognition: Callable[[], Recognition]
    """A recogniser for one more party."""
    vad: Callable[[], StreamingVad]
    """An ear for one more party."""
    tell: Callable[[LiveEvent | AgentEvent], None]
    """Publishes what desks show, at once and at most once."""
    metrics: Metrics
    helpfulness: Helpfulness
    prompt_texts: PromptTexts

    @property
    def company(self) -> Company:
        return self.current_company()
