"""What the company is called, when its people work, and how sure the assistant must be: in words, beside the file."""

from __future__ import annotations

from voicebot.console.company.file_page import show_file
from voicebot.console.components.parts import facts, panel
from voicebot.console.names import lasting
from voicebot.console.visit import Visit


async def profile(visit: Visit) -> None:
    await show_file(visit, "company.toml", beside=_in_words)


def _in_words(visit: Visit) -> None:
    t, names, known = visit.t, visit.names, visit.sources.company.current.profile
    hours, sure = known.hours, known.confidence
    with panel(t("company.kind.profile")):
        facts(
            [
                (t("profile.name"), known.name),
                (t("profile.spoken_name"), known.spoken_name),
                (t("profile.assistant_name"), known.assistant_name),
                (t("profile.hotline"), known.hotline),
                (t("profile.languages"), t.listed(map(names.dialect, known.languages))),
                (t("profile.timezone"), known.timezone),
                (t("profile.hours"), f"{hours.opens:%H:%M}–{hours.closes:%H:%M}"),
                (t("profile.callback_within"), lasting(t, 60 * hours.callback_within_minutes)),
                (t("profile.accept"), f"{sure.accept:.0%}"),
                (t("profile.confirm"), f"{sure.confirm:.0%}"),
                (t("profile.knowledge"), f"{sure.knowledge:.0%}"),
            ]
        )
