"""What the assistant says by itself, to be heard and changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.company.prompts import REQUIRED_PROMPTS
from voicebot.company.schema import Language, Prompt
from voicebot.company_changes.toml_edit import Fields, only_changed, with_table
from voicebot.console.company.entry import lines
from voicebot.console.company.file_page import edit_link
from voicebot.console.company.listening import LONGEST
from voicebot.console.company.mistakes import mistakes
from voicebot.console.company.publish_bar import PublishBar
from voicebot.console.company.room import may_edit, room
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.parts import box, link, panel, tag
from voicebot.console.visit import Visit, not_found

FILE: Final = "prompts.toml"


async def prompts(visit: Visit) -> None:
    t, company = visit.t, visit.sources.company.current
    with room(visit, "prompts", t("nav.prompts")) as tools:
        with tools:
            edit_link(visit, FILE)
        _player(visit)
        with panel(t("prompts.all", count=len(company.prompts)), flush=True), box("vb-prompt-lines"):
            for key, prompt in company.prompts.items():
                _line(visit, key, prompt)


def _line(visit: Visit, key: str, prompt: Prompt) -> None:
    with box("vb-prompt-line"):
        with box("vb-prompt-key"):
            link(visit.t.named("prompt_name", key), f"/company/prompts/{key}")
            tag("div", key, "vb-faint vb-small vb-mono")
            if not prompt.interruptible:
                tag("div", visit.t("prompts.heard_whole"), "vb-faint vb-small")
        for language in visit.sources.company.current.profile.languages:
            with box("vb-prompt-words"):
                for wording in prompt.wordings(language) if language == "cmn" or prompt.yue else ():
                    with box("vb-row"):
                        _listen_button(visit, wording, language)
                        tag("span", wording, "vb-text")


def _listen_button(visit: Visit, text: str, language: Language) -> None:
    """Plays in the browser at once: nothing passes through this page."""
    button = ui.button(icon="volume_up").props("flat dense round size=sm")
    button.props["aria-label"] = visit.t("prompts.listen", text=text)
    button.on("click", js_handler=f"() => {{ {_play(text, language)} }}")


def _play(text: str, language: Language) -> str:
    address = f"/company/listen?{urlencode({'text': text[:LONGEST], 'language': language})}"
    play = "a.play().catch(() => {})"  # what went wrong is an event of the player, too
    return f"const a = document.getElementById('vb-listen'); a.src = {json.dumps(address)}; {play};"


def _player(visit: Visit) -> None:
    t = visit.t
    with box("vb-row vb-wrap vb-listen"):
        player = ui.element("audio").props("id=vb-listen controls preload=none").classes("vb-player")
        player.props["aria-label"] = t("prompts.player")
        told = tag("span", t("prompts.player_hint"), "vb-faint vb-small").props("role=status")

    def tell(text: str, tone: str) -> None:
        told.set_text(text)
        told.classes(replace=f"{tone} vb-small")

    player.on("error", lambda: tell(t("company.models_away"), "vb-bad"))
    player.on("playing", lambda: tell(t("prompts.player_hint"), "vb-faint"))


async def prompt_page(visit: Visit) -> None:
    key = visit.asked("key")
    prompt = visit.sources.company.current.prompts.get(key)
    if prompt is None:
        not_found(visit)
        return
    t = visit.t
    with room(visit, "prompts", t.named("prompt_name", key)) as tools:
        with tools:
            edit_link(visit, FILE)
        try:
            base = await visit.sources.publisher.current(FILE)
        except CompanyError as error:
            tag("p", mistakes(t, error), "vb-bad vb-text")
            return
        with box("vb-columns vb-columns-wide-left"):
            with panel(t("prompts.form")), box("vb-form"):
                if values := REQUIRED_PROMPTS.get(key):
                    shown = t.listed(f"{{{name}}} {t.named('prompt_value', name)}" for name in sorted(values))
                    tag("p", t("prompts.values", values=shown), "vb-soft vb-plain")
                words = ui.textarea(t("prompts.words"), value="\n".join(prompt.wordings("cmn")))
                yue = ui.input(t("prompts.yue"), value=prompt.yue).props("outlined dense maxlength=200")
                words.props("outlined autogrow")
                whole = ui.checkbox(t("prompts.heard_whole"), value=not prompt.interruptible)
                if not may_edit(visit):
                    for field in (words, yue, whole):
                        field.props("readonly disable" if field is whole else "readonly")
                with box("vb-row vb-wrap"):
                    _try_button(t("prompts.listen_cmn"), lambda: (lines(words.value) or [""])[0], "cmn")
                    _try_button(t("prompts.listen_yue"), lambda: yue.value or "", "yue")
                    _player(visit)

                def fields() -> Fields:
                    said = lines(words.value)
                    return {
                        "text": said[0] if len(said) == 1 else "",
                        "variants": said if len(said) > 1 else [],
                        "yue": yue.value or "",
                        "interruptible": False if whole.value else None,
                    }

                begun = fields()

                def text(current: str | None) -> str:
                    return with_table(current or "", ("prompts", key), only_changed(fields(), begun))

                labels = {"text": t("prompts.words_short"), "yue": t("prompts.yue_short")}
                PublishBar(visit, FILE, base, text, then="/company/prompts", labels=labels)
            await versions_panel(visit, FILE)


def _try_button(label: str, words: Callable[[], str], language: Language) -> None:
    """What is typed now, before it is published."""

    def play() -> None:
        if text := words().strip():
            ui.run_javascript(f"(() => {{ {_play(text, language)} }})()")

    ui.button(label, icon="volume_up", on_click=play).props("outline no-caps")
