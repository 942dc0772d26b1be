"""What the first call shall not wait for: words, sounds and wordings that are worked out once and kept."""

from __future__ import annotations

from datetime import date

from voicebot.company import Company
from voicebot.dialogue.dates import spoken_date
from voicebot.dialogue.slots import amount_in, phone_in
from voicebot.dialogue.sound import sounds_in
from voicebot.dialogue.wording import Wording


def warm_up(company: Company, today: date) -> None:
    """Takes a fraction of a second. Without it the first calls hold the loop for some 20 ms once."""
    anything = company.profile.name
    sounds_in(anything, {product.name: (product.name, *product.aliases) for product in company.products})
    for flow in company.flows.values():
        for slot in flow.slots:
            sounds_in(anything, slot.choices)
    for read in (phone_in, amount_in):
        read(anything)
    spoken_date(anything, today)
    _read_out(company, Wording(company, today))


def _read_out(company: Company, wording: Wording) -> None:
    """Every answer that is told word for word."""
    for entry in company.knowledge:
        wording.text(entry.answer, "cmn")
        wording.text(entry.answer_yue or entry.answer, "yue")
    for key in company.prompts:
        for language in company.profile.languages:
            wording.prompt(key, language)
