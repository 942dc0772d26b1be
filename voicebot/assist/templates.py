"""Filling in sentences of the data files. A value that is missing leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ELLIPSIS = "…"


def filled(template: str, values: Mapping[str, str | int]) -> str:
    """`template` with its {names} replaced; braces within the values stay as they are."""
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], "")), template)


def clipped(text: str, most: int) -> str:
    """At most so many characters of `text`; what is cut off shows as an ellipsis."""
    text = text.strip()
    return text if len(text) <= most else text[: most - 1] + _ELLIPSIS
