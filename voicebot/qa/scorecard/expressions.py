"""The expressions that join conditions: `greets and not late`, `card_asked not after notice within 30 s`.

expression := term ("or" term)*
term       := factor ("and" factor)*
factor     := "not" factor | relation
relation   := atom [["not"] ("before" | "after" | "near") atom ["within" NUMBER ("s" | "turns" | "sentences")]]
atom       := NAME | "(" expression ")"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

Order = Literal["before", "after", "near"]
Unit = Literal["s", "turns", "sentences"]

LONGEST: Final = 500
"""Characters of an expression."""
_DEEPEST: Final = 20
_TOKEN: Final = re.compile(r"\s*(?:([a-z][a-z0-9_]*)|([0-9]+(?:\.[0-9]+)?)|([()]))")
_RESERVED: Final = frozenset({"and", "or", "not", "before", "after", "near", "within", "s", "turns", "sentences"})


class ExpressionError(Exception):
    """An expression cannot be read. The message says where, `remedy` what would be right."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Name:
    """A condition."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not:
    of: Expression

    def __str__(self) -> str:
        return f"not {_enclosed(self.of)}"


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(map(_enclosed, self.of))


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(map(_enclosed, self.of))


@dataclass(frozen=True, slots=True)
class Distance:
    most: float
    unit: Unit

    def __str__(self) -> str:
        return f"within {self.most:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Relation:
    """The places of `left` that have one of `right` on that side, within a distance; `missing`: that have none."""

    left: Expression
    order: Order
    right: Expression
    missing: bool = False
    within: Distance | None = None

    def __str__(self) -> str:
        words = [_enclosed(self.left), *(["not"] if self.missing else []), self.order, _enclosed(self.right)]
        return " ".join([*words, *([str(self.within)] if self.within else [])])


Expression: TypeAlias = Name | Not | All | AnyOf | Relation


def parse(text: str) -> Expression:
    """Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(f"is longer than {LONGEST} characters", "Split it into several items")
    return _Parser(list(_tokens(text))).whole()


def names(expression: Expression) -> Iterator[str]:
    """The conditions that an expression uses, in order and as often as it does."""
    match expression:
        case Name(name):
            yield name
        case Not(of):
            yield from names(of)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from names(part)
        case Relation(left, _, right):
            yield from names(left)
            yield from names(right)


def _enclosed(expression: Expression) -> str:
    return str(expression) if isinstance(expression, Name) else f"({expression})"


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            rest = text[place:].strip()
            raise ExpressionError(
                f"cannot be read from {rest[:20]!r} on",
                "Use names of conditions, and, or, not, before, after, near, ()",
            )
        yield found[0].strip()
        place = found.end()


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._any()
        if self._next is not None:
            raise ExpressionError(f"goes on with {self._next!r} where it should end", "Join the parts with and or or")
        return expression

    @property
    def _next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _took(self, *wanted: str) -> str | None:
        """The next token, if it is one of these; it is used up."""
        if (token := self._next) not in wanted:
            return None
        self._place += 1
        return token

    def _any(self) -> Expression:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self) -> Expression:
        parts = [self._factor()]
        while self._took("and"):
            parts.append(self._factor())
        return All(tuple(parts)) if len(parts) > 1 else parts[0]

    def _factor(self) -> Expression:
        negations = 0
        while self._took("not"):
            negations += 1
        expression = self._relation()
        return Not(expression) if negations % 2 else expression

    def _relation(self) -> Expression:
        left = self._atom()
        missing = self._took("not") is not None
        order = self._took("before", "after", "near")
        if order is None:
            if missing:
                raise ExpressionError("has a 'not' between two names", "Write a and not b, or a not before b")
            return left
        right = self._atom()
        return Relation(left, cast(Order, order), right, missing, self._distance())

    def _distance(self) -> Distance | None:
        if not self._took("within"):
            return None
        number, self._place = self._next or "", self._place + 1
        unit = self._took("s", "turns", "sentences")
        if not number[:1].isdigit() or unit is None:
            raise ExpressionError(
                "has no distance after within", "Write within 10 s, within 3 turns or within 5 sentences"
            )
        return Distance(float(number), cast(Unit, unit))

    def _atom(self) -> Expression:
        if self._took("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise ExpressionError("has too many brackets inside each other", "Split it into several items")
            expression = self._any()
            if not self._took(")"):
                raise ExpressionError("has a bracket that is not closed", "Add the missing )")
            self._depth -= 1
            return expression
        token = self._next
        if token is None or token in _RESERVED or not token[0].isalpha():
            found = "ends" if token is None else f"has {token!r}"
            raise ExpressionError(f"{found} where the name of a condition should stand", "Name one of [conditions]")
        self._place += 1
        return Name(token)
