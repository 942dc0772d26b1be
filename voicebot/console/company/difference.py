"""What changed between two versions of a file, line by line."""

from __future__ import annotations

from difflib import unified_diff
from typing import Final

from voicebot.console.components.parts import box, tag
from voicebot.console.texts import Texts

MOST_LINES: Final = 400
_KINDS: Final = {"+": "vb-diff-new", "-": "vb-diff-old", "@": "vb-diff-place"}


def difference(t: Texts, before: str | None, after: str | None) -> None:
    lines = list(unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=3))[2:]
    with box("vb-diff").props("role=region tabindex=0") as shown:
        shown.props["aria-label"] = t("changes.difference")
        for line in lines[:MOST_LINES]:
            tag("div", line, f"vb-diff-line {_KINDS.get(line[:1], '')}")
        if len(lines) > MOST_LINES:
            tag("div", t("changes.more_lines", count=len(lines) - MOST_LINES), "vb-faint")
        if not lines:
            tag("div", t("changes.no_difference"), "vb-faint")
