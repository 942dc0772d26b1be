"""Text as it sounds: one sign for each syllable, so that places in the sound are places in the text."""

from __future__ import annotations

from functools import cache

from voicebot.dialogue.sound import syllables

_FIRST_SIGN = 0xE000  # Unicode's private use area: no text holds these
_HAN = range(0x3400, 0xA000)


class _Signs(dict[int, int]):
    """Character -> sign of its syllable, found out when it is first met. Tones and initials that are easily mistaken
    for each other (zh/z, n/l, h/f) make no difference; a character with several readings has its commonest."""

    def __init__(self) -> None:
        super().__init__()
        self._syllables: dict[str, int] = {}

    def __missing__(self, code: int) -> int:
        sign = code
        if code in _HAN:
            sounds = syllables(chr(code))
            sign = self._syllables.setdefault(sounds[0], _FIRST_SIGN + len(self._syllables))
        self[code] = sign
        return sign


@cache
def _signs() -> _Signs:
    return _Signs()


def sound(text: str) -> str:
    """As long as `text`. Signs hold within a process and are not to be stored."""
    return text.translate(_signs())
