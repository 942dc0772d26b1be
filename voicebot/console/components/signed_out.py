"""Part of every page: it does not stay on the screen of who was signed out."""

from __future__ import annotations

from nicegui.element import Element


class SignedOut(Element, component="signed_out.js"):
    """Shows nothing."""
