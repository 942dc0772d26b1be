"""Makes phone numbers, identity cards and bank cards in text unreadable, for logs and screens.

Order numbers, dates and amounts stay readable. In doubt a number is masked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# A digit as it may be written or transcribed: ASCII, full-width, or spoken Chinese.
_ASCII = str.maketrans("０１２３４５６７８９零〇一二三四五六七八九幺", "0123456789001234567891")
_DIGIT = "[0-9０-９零〇一二三四五六七八九幺]"
_SEPARATOR = r"[ \-\u00a0\u2010-\u2015\u3000,，、()（）]{0,3}"
_RUN = re.compile(rf"(?<!{_DIGIT})(?<!\d\.)\+?{_DIGIT}(?:{_SEPARATOR}{_DIGIT}){{6,}}[Xx]?")
_TOKEN = re.compile(rf"\+?{_DIGIT}+[Xx]?")
_MAX_PIECES_A_NUMBER = 20
_MAX_PIECES_A_RUN = 100  # nobody writes that; masking it whole bounds the work on hostile text

_MOBILE = r"1[3-9]\d{9}"
_LANDLINE = r"(?:10|2\d|[3-9]\d\d)[1-9]\d{6,7}"
_PHONE = re.compile(rf"(?:(?:\+|00)?86)?{_MOBILE}|(?:0|(?:\+|00)?860?){_LANDLINE}|\+\d{{7,15}}|00[1-9]\d{{8,13}}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def mask(text: str) -> str:
    """`text` with every personal number reduced to its first three and last two digits."""
    return _RUN.sub(lambda run: _mask_run(run.group()), text)


def mask_values(value: Any) -> Any:
    """`value` with every string and number in it masked; mappings and sequences of any depth."""
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        text = str(value)
        return value if (masked := mask(text)) == text else masked
    if isinstance(value, Mapping):
        return {mask_values(key): mask_values(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_values(each) for each in value]
    return mask(str(value))  # dataclasses, exceptions, paths: as they would be printed


def _mask_run(run: str) -> str:
    """Mask within a run of digits that separators may cut into pieces, e.g. an order number, then a phone's."""
    pieces = list(_TOKEN.finditer(run))
    if len(pieces) > _MAX_PIECES_A_RUN:
        return "***"
    written, start, out = 0, 0, []
    while start < len(pieces):
        for end in range(min(len(pieces), start + _MAX_PIECES_A_NUMBER), start, -1):
            number = _ascii("".join(piece.group() for piece in pieces[start:end]))
            if _is_personal(number):
                out += [run[written : pieces[start].start()], _masked(number)]
                written, start = pieces[end - 1].end(), end
                break
        else:
            start += 1
    return "".join(out) + run[written:]


def _ascii(number: str) -> str:
    return number.translate(_ASCII).upper()


def _masked(number: str) -> str:
    country = re.match(r"(?:\+|00)?86(?=\d{9,12}$)|\+", number)
    prefix = country.group() if country else ""
    digits = number[len(prefix) :]
    return f"{prefix}{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"


def _is_personal(number: str) -> bool:
    return bool(_PHONE.fullmatch(number)) or is_identity_card(number) or is_bank_card(number)


def is_identity_card(number: str) -> bool:
    """A Chinese resident identity number with a right check character (GB 11643-1999)."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number[:17], strict=True))
    return _ID_CHECKS[total % 11] == number[17]


def is_bank_card(number: str) -> bool:
    """13 to 19 digits with a right check digit (Luhn, ISO/IEC 7812-1)."""
    if not re.fullmatch(r"\d{13,19}", number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
