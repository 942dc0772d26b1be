"""Mandarin words in the tones of Chengdu, as numbered pinyin for espeak-ng's `cmn-latn-pinyin`.

Chengdu's four tones are 55, 21, 53, 213 (Liang and Huang 1998); the nearest Beijing contours that espeak-ng has are
its tones 1, 3 (low), 4 (falling) and 2 (rising).
"""

import re
from typing import Final

from pypinyin import Style, lazy_pinyin

VOICE: Final = "cmn-latn-pinyin"
"""The espeak-ng language that reads what `sichuan_pinyin` returns."""

_TONE: Final = {"1": "1", "2": "3", "3": "4", "4": "2", "5": "5"}
_SYLLABLE = re.compile(r"([a-zü]+)([1-5])")


def sichuan_pinyin(text: str) -> str:
    """Syllables with Chengdu's tones, blank-separated; punctuation stays where it is.

    "啥子时候到" -> "sha4 zi5 shi3 hou5 dao2" (tones as Beijing would number them).
    """
    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    return " ".join(_SYLLABLE.sub(lambda match: match[1] + _TONE[match[2]], s) for s in syllables)
