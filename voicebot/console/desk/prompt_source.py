"""Where a whisper prompt comes from, as an agent reads it: the knowledge's question, the flow's step, the mood."""

from __future__ import annotations

from voicebot.company.schema import Company
from voicebot.console.names import Names
from voicebot.console.texts import Texts


def shown_source(source: str, t: Texts, names: Names, company: Company) -> str:
    """source: as in WhisperPrompt; one that nothing is known of is shown as it is."""
    room, _, rest = source.partition("/")
    match room:
        case "knowledge":
            gone = t("source.gone", id=rest)
            return next((entry.question for entry in company.knowledge if entry.id == rest), gone)
        case "flows":
            name, _, step = rest.partition("/")
            return t("source.step", flow=names.flow(name), step=names.step(step))
        case "prompts":
            return t.named("prompt_name", rest)
        case "emotion":
            return t("source.emotion", mood=t.named("mood", rest))
        case _:
            return t.entries.get(f"source.{room}", source)
