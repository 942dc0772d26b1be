"""The sentences that every caller may hear word for word: synthesised before the first call and kept."""

from collections.abc import Iterator
from datetime import date

from voicebot.company.schema import Company, Language
from voicebot.dialogue.wording import Wording


def fixed_sentences(company: Company, today: date) -> Iterator[tuple[str, Language]]:
    """What the voice reads for every prompt and question without values, in each of the company's languages."""
    wording = Wording(company, today)
    for language in company.profile.languages:
        for text in _templates(company, language):
            segment = wording.text(text, language)
            if "{" not in text:
                yield segment.spoken, language


def _templates(company: Company, language: Language) -> Iterator[str]:
    for prompt in company.prompts.values():
        yield from prompt.wordings(language)
    for flow in company.flows.values():
        for slot in flow.slots:
            yield from filter(None, (slot.ask, *slot.reask) if language == "cmn" else (slot.ask_yue, *slot.reask_yue))
