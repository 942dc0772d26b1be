"""Numbers that give themselves away by form and check digit: identity cards, bank cards, telephone numbers."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

NumberKind = Literal["bank_card", "identity_card", "phone"]
LONGEST = 19
"""Digits of the longest number there is here: a bank card."""

_MOBILE = r"1[3-9]\d{9}"
_LANDLINE = r"(?:10|2\d|[3-9]\d\d)[1-9]\d{6,7}"
_PHONE = re.compile(rf"(?:(?:\+|00)?86)?{_MOBILE}|(?:0|(?:\+|00)?860?){_LANDLINE}|\+\d{{7,15}}|00[1-9]\d{{8,13}}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""First two digits of an identity number (GB/T 2260), and of the residence permits of Hong Kong, Macau and Taiwan."""
_ISSUERS = re.compile(r"[3-69]\d|2[2-7]|8[18]")
"""First two digits of payment cards (ISO/IEC 7812-1 and the schemes' ranges): UnionPay 62 and 81, Visa 4, Mastercard
51-55 and 22-27, American Express and JCB 3, and the older debit cards of Chinese banks, which begin with 4, 5, 6, 9."""


def kind_of(number: str) -> NumberKind | None:
    """What `number` is, digits with a + or X where they belong; None for a number of no such kind."""
    if len(number) == 18 and is_identity_card(number):
        return "identity_card"
    if is_bank_card(number):
        return "bank_card"
    if is_identity_card(number):  # of 15 digits: the weaker sign of the two
        return "identity_card"
    return "phone" if _PHONE.fullmatch(number) else None


def is_identity_card(number: str) -> bool:
    """A Chinese resident identity number: 18 characters with a right check character (GB 11643-1999), or the 15
    digits of the cards before it, which have none. The date of birth has to exist."""
    if not _PROVINCES.match(number):
        return False
    if re.fullmatch(r"\d{15}", number):
        return _is_date(f"19{number[6:12]}")
    if not re.fullmatch(r"\d{17}[\dX]", number) or not _is_date(number[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number[:17], strict=True))
    return _ID_CHECKS[total % 11] == number[17]


def _is_date(text: str) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return 1900 <= born.year < 2100


def is_bank_card(number: str) -> bool:
    """13 to 19 digits that some scheme issues, with a right check digit (Luhn, ISO/IEC 7812-1)."""
    if not re.fullmatch(r"\d{13,19}", number) or not _ISSUERS.match(number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
