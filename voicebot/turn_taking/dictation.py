"""Numbers, addresses and spelled names: what a caller says in groups, and how far they have come.

A group that may be the last one is UNSURE, one after which another must come is UNFINISHED.

    64940326           an order number of this company, whole       COMPLETE
    6494               a group, or the last four digits             UNSURE
    138 0013           part of a mobile number (11 digits)          UNFINISHED
    文三路 / 文三路478号  the house is missing / may be all            UNFINISHED / UNSURE
    弓长 / 弓长张        a character that is being told, told          UNFINISHED / UNSURE
"""

import re
from typing import Final

from voicebot.dialogue.digits import digit_strings
from voicebot.dialogue.lexicon import lexicon
from voicebot.dialogue.orders import LONGEST, SHORTEST
from voicebot.dialogue.types import Expecting
from voicebot.letters import letters
from voicebot.turn_taking.endpointing import Completeness
from voicebot.turn_taking.turn_words import DictationWords

_MOBILE: Final = re.compile(r"(?:0?0?86)?1[3-9][0-9]{9}")
_MOBILE_BEGUN: Final = re.compile(r"1[3-9][0-9]{0,8}")
_MOBILE_DIGITS: Final = 11
_LONGEST_LANDLINE: Final = 12
_TAIL: Final = 4
"""Digits by which a number is named: its last four."""
_UNANNOUNCED: Final = 3
"""So many digits in a row are a number even where none was asked for or announced."""
_NUMBER: Final = "[0-9a-z零一二三四五六七八九十百两幺]+"
_NO_ADDRESS: Final = "□"
_LANDMARK: Final = 4
"""Longest place without a house number, in characters: 渝中区解放碑."""
_NOUN: Final = 3
"""Characters before 号码 that may belong to the number's name: 个订单号码."""
_NAME: Final = 3
"""Longest name."""


def dictated(text: str, *, expecting: Expecting, words: DictationWords) -> Completeness | None:
    """How far a caller has come who dictates; None when they do not, or when an address is told to the room."""
    bare = letters(text)
    return _character(bare, words) or _address(bare, words) or _number(bare, expecting, words)


def _number(text: str, expecting: Expecting, words: DictationWords) -> Completeness | None:
    said = _after_correction(text)
    announced = expecting in (Expecting.DIGITS, Expecting.TAIL) or any(word in said for word in words.numbers)
    runs = digit_strings(said)
    if not runs or runs[-1].end < len(said):
        return Completeness.UNFINISHED if _announces(said, words) else None
    digits = "".join(run.digits for run in runs if len(run.digits) > 1) or runs[-1].digits
    if not announced and len(digits) < _UNANNOUNCED:
        return None
    if runs[-1].tail or (expecting is Expecting.TAIL and not _MOBILE_BEGUN.fullmatch(digits)):
        return _tail(digits)
    return _length(digits, words.order_digits)


def _after_correction(text: str) -> str:
    """What counts after "不对，是…": the number before it was wrong."""
    return re.split("|".join(map(re.escape, lexicon().clear_corrections)), text)[-1]


def _announces(text: str, words: DictationWords) -> bool:
    """我的订单号, 订单号是; but not 查个订单号, where the number is what is asked for."""
    if text.endswith(tuple(word + is_ for word in words.numbers for is_ in ("是", "系"))):
        return True
    before = next((text.removesuffix(word) for word in words.numbers if text.endswith(word)), None)
    return before is not None and not _holds(before[-_NOUN:], words.unspecific)


def _tail(digits: str) -> Completeness:
    return Completeness.COMPLETE if len(digits) >= _TAIL else Completeness.UNFINISHED


def _length(digits: str, order_digits: frozenset[int]) -> Completeness:
    """Whether a number of these digits may be all: a phone number, an order number, the last four digits."""
    if _MOBILE.fullmatch(digits) or len(digits) == _LONGEST_LANDLINE:
        return Completeness.COMPLETE
    ambiguous = digits.startswith("0") or _MOBILE_BEGUN.fullmatch(digits)
    if len(digits) == max(order_digits, default=0) and not ambiguous:
        return Completeness.COMPLETE
    possible = order_digits or range(SHORTEST, LONGEST + 1)
    landline = digits.startswith("0") and len(digits) >= _LONGEST_LANDLINE - 2
    longer = len(digits) > max(possible) and not ambiguous
    whole = _MOBILE_DIGITS if ambiguous else max(possible)
    one_missing = len(digits) == whole - 1  # dropped by the recogniser: callers pause earlier
    may_be_all = len(digits) in (_TAIL, *possible) or landline or longer or one_missing
    return Completeness.UNSURE if may_be_all else Completeness.UNFINISHED


def _address(text: str, words: DictationWords) -> Completeness | None:
    plain = re.sub("|".join(map(re.escape, words.no_address)), _NO_ADDRESS, text)
    place = _any_of((*words.regions, *words.streets))
    house = _any_of(words.houses)
    if re.search(f"[^{_NO_ADDRESS}]{{2}}{place}$", plain):
        return Completeness.UNFINISHED
    if re.search(f"{_NUMBER}{_any_of(words.buildings)}$", plain):
        return Completeness.UNFINISHED
    in_place = re.search(f"{place}.*{_NUMBER}{house}", plain) or re.search(_NUMBER + _any_of(words.buildings), plain)
    if in_place and re.search(f"{_NUMBER}{house}(?:{_NUMBER})?$", plain):
        return Completeness.UNSURE
    landmark = re.search(f"[^{_NO_ADDRESS}]{{2}}{place}([^{_NO_ADDRESS}]{{1,{_LANDMARK}}})$", plain)
    if landmark and not _holds(landmark[1], words.sentence):
        return Completeness.UNSURE
    announced = re.search(_any_of(words.addresses) + "(.{2,})$", text)
    return Completeness.UNSURE if announced and not _holds(announced[1], words.asking) else None


def _character(text: str, words: DictationWords) -> Completeness | None:
    """弓长张, 美丽的丽; and a name that was just told, for it may be spelled next."""
    if text.endswith(tuple(words.characters)):
        return Completeness.UNFINISHED
    told = re.search(rf"(\w{{1,3}}){_any_of(words.of)}(\w)$", text)
    if (told and told[2] in told[1]) or text.endswith(tuple(map("".join, words.characters.items()))):
        return Completeness.UNSURE
    named = re.search(f"{_any_of(words.names)}(.{{1,{_NAME}}})$", text)
    return Completeness.UNSURE if named and not _holds(named[1], words.sentence) else None


def _any_of(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(map(re.escape, words)) + ")"


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
