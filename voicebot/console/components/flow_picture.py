"""The picture of a flow, drawn as SVG by our own script."""

from __future__ import annotations

from dataclasses import asdict

from nicegui.element import Element

from voicebot.console.company.flow_layout import Picture


class FlowPicture(Element, component="flow_picture.js"):
    def __init__(self, picture: Picture, *, name: str) -> None:
        super().__init__()
        self.props["picture"] = asdict(picture)
        self.props["name"] = name
