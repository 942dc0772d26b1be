"""What the first assisted call shall not wait for: word lists and patterns that are read and built once and kept."""

from __future__ import annotations

from datetime import datetime

from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.packet import CallerProfile, HandoverPacket
from voicebot.assist.promises import promise_words
from voicebot.assist.prompts import AssistedCall, LivePrompts, prompt_texts
from voicebot.assist.suggestions import CallerSaid
from voicebot.assist.whisper import whisper, whisper_wording
from voicebot.company import Company
from voicebot.dialogue.types import KnownCaller


def warm_up(company: Company, now: datetime) -> None:
    """Takes some 50 ms; without it the first calls hold the loop for that long. `now`: any aware time."""
    prompts = LivePrompts(company, AssistedCall("", "", now, KnownCaller()), Helpfulness(), prompt_texts())
    anything, words = company.profile.name, promise_words()
    prompts.on_agent(words.commits[0] + words.kind[0].says[0], 0.0)
    prompts.on_caller(CallerSaid(anything, 0.0))
    whisper(HandoverPacket("", now, CallerProfile(called=anything)), whisper_wording())
