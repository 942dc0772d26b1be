"""Traditional characters by simplified ones."""

from functools import cache

from opencc import OpenCC


def simplified(text: str) -> str:
    """Never fails: halves of surrogate pairs, which are no text but come out of JSON's escapes, become "?"."""
    converted: str = _converter().convert(text.encode("utf-8", "replace").decode("utf-8"))
    return converted


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
