"""What a sentence or pressed keys say about one slot: order number, phone, amount, date, choice, product, yes/no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from voicebot.company.flows import Slot
from voicebot.dialogue.dates import spoken_date
from voicebot.dialogue.digits import digit_strings, whole_number
from voicebot.dialogue.lexicon import lexicon
from voicebot.dialogue.orders import LONGEST, SHORTEST, find_order
from voicebot.dialogue.sound import sounds_in
from voicebot.dialogue.types import SlotValue
from voicebot.dialogue.yesno import yes_or_no
from voicebot.store.records import OrderRecord

_MOBILE = re.compile(r"(?:0?0?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0[0-9]{9,11}")
_SHORTEST_TEXT = 2
_LONGEST_AMOUNT = 9


@dataclass(frozen=True, slots=True)
class Heard:
    """A slot's value; `sure`: whether to go on without asking back."""

    value: SlotValue
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the meaning of an answer depends on."""

    today: date
    orders: Sequence[OrderRecord]
    """The caller's own."""
    products: Mapping[str, Sequence[str]]
    """Name -> other names."""
    offered: Sequence[OrderRecord] = ()
    """Orders just listed to the caller."""


def heard_in(slot: Slot, text: str, around: Surroundings) -> Heard | None:
    """The value of `slot` in `text`; None when it has none."""
    match slot.type:
        case "order_number":
            found = find_order(text, around.orders, around.products, offered=around.offered)
            return Heard(found.number, found.sure) if found else None
        case "phone":
            return _heard(phone_in(text))
        case "amount":
            return _heard(amount_in(text))
        case "date":
            return _heard(spoken_date(text, around.today))
        case "choice":
            return _heard(sounds_in(text, slot.choices))
        case "product":
            names = {name: (name, *others) for name, others in around.products.items()}
            return _heard(sounds_in(text, names))
        case "yes_no":
            said = yes_or_no(text)
            return _heard(said.answer if said else None)
        case "digits":
            return _heard(_digits_in(text, slot))
        case "text":
            return _heard(text if len(text) >= _SHORTEST_TEXT else None)


def keyed(slot: Slot, digits: str, around: Surroundings) -> Heard | None:
    """The value of `slot` in pressed keys: numbers as they are, 1 and 2 for yes and no, n for the n-th choice."""
    match slot.type:
        case "yes_no":
            return _heard({"1": "yes", "2": "no"}.get(digits))
        case "choice":
            return _heard(_nth(list(slot.choices), digits))
        case "order_number" if around.offered and len(digits) == 1:
            return _heard(_nth([order.order_number for order in around.offered], digits))
        case "order_number":
            if not 3 <= len(digits) <= LONGEST:
                return None
            found = find_order(digits, around.orders, {})
            typed = Heard(digits) if len(digits) >= SHORTEST else None  # keys do not mishear
            return Heard(found.number, found.sure) if found and not typed else typed
        case "phone" | "amount" | "digits":
            return heard_in(slot, digits, around)
        case _:
            return None


def _digits_in(text: str, slot: Slot) -> str | None:
    """All digits in `text` as one number, where it is as long as it should be."""
    number = "".join(run.digits for run in digit_strings(text))
    least, most = slot.digits or (1, LONGEST)
    return number if least <= len(number) <= most else None


def phone_in(text: str) -> str | None:
    """A mobile or landline number in E.164, from digits said or written in `text`."""
    for run in digit_strings(text.replace("+", "")):
        if mobile := _MOBILE.fullmatch(run.digits):
            return "+86" + mobile[1]
        if _LANDLINE.fullmatch(run.digits):
            return "+86" + run.digits[1:]
    return None


def last_four_in(text: str) -> str | None:
    """The last four digits of a number: four digits, or those of a whole number."""
    runs = [run.digits for run in digit_strings(text) if len(run.digits) >= 4]
    return runs[-1][-4:] if runs and (len(runs[-1]) == 4 or phone_in(text)) else None


def amount_in(text: str) -> Decimal | None:
    """A sum of money in yuan: 299块, 两百九十九元五角, 19.9."""
    if written := re.search(r"[0-9]{1,7}(?:\.[0-9]{1,2})?", text, re.ASCII):
        return Decimal(written[0])
    words = lexicon()
    number = f"[{''.join(words.digits)}{''.join(words.multiples)}]{{1,{_LONGEST_AMOUNT}}}"
    tenth = f"(?:([{''.join(words.digits)}])(?:{'|'.join(words.money.tenths)})?)?"
    for match in re.finditer(f"({number})(?:{'|'.join(words.money.units)}){tenth}", text):
        whole = whole_number(match[1])
        if whole is not None:
            return whole + Decimal(whole_number(match[2]) or 0) / 10 if match[2] else Decimal(whole)
    return None


def _heard(value: SlotValue | None) -> Heard | None:
    return None if value is None else Heard(value)


def _nth(values: Sequence[str], digit: str) -> str | None:
    place = int(digit) if digit.isascii() and digit.isdigit() and len(digit) == 1 else 0
    return values[place - 1] if 1 <= place <= len(values) else None
