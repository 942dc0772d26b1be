"""Every setting, with its value and where that comes from. They are changed in the file or the environment."""

from __future__ import annotations

from itertools import groupby

from voicebot.console.components.parts import badge, box, panel, tag
from voicebot.console.operator.frame import operators_page
from voicebot.console.operator.setting_list import Setting, every_setting
from voicebot.console.visit import Visit


async def settings_page(visit: Visit) -> None:
    t = visit.t
    with operators_page(visit, "settings"):
        tag("p", t("operator.settings_about"), "vb-soft vb-plain")
        found = every_setting(visit.sources.settings)
        for section, settings in groupby(found, key=lambda each: each.key.rpartition(".")[0]):
            with panel(f"[{section}]" if section else t("operator.general"), flush=True):
                for setting in settings:
                    _show(visit, setting)


def _show(visit: Visit, setting: Setting) -> None:
    t = visit.t
    value = t("operator.secret_set") if setting.value is None else setting.value
    if setting.secret and setting.value == "":
        value = t("operator.secret_not_set")
    with box("vb-setting"):
        with box():
            tag("div", setting.key.rpartition(".")[2], "vb-strong")
            tag("div", setting.variable, "vb-faint vb-small vb-mono vb-text")
        with box():
            with box("vb-row"):
                tag("span", value or "–", "vb-mono vb-text")
                badge(t(f"operator.from_{setting.source}"), "accent" if setting.source != "default" else "")
            tag("div", t.meaning(setting.key, setting.explanation), "vb-soft vb-text")
