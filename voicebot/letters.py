"""What is left of recognised text when one only wants to compare words."""

import re
from typing import Final

_NO_LETTER: Final = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Text without punctuation and blanks, in lower case."""
    return _NO_LETTER.sub("", text).lower()
