"""Parameters that are one of a table's values: others are refused with the known ones, which OpenAPI lists."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError
from pydantic_core.core_schema import no_info_after_validator_function

from dialect_router.dialects import dialects
from dialect_router.regions import provinces


@dataclass(frozen=True, slots=True)
class OneOf:
    """For `Annotated[str, ...]`. Like a Literal, but nothing is read before somebody asks."""

    known: Callable[[], Collection[str]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.known())}

    def _checked(self, value: str) -> str:
        if value not in self.known():
            raise PydanticKnownError("enum", {"expected": ", ".join(map(repr, self.known()))})
        return value


Dialect = Annotated[str, OneOf(dialects)]
"""BCP 47, as in dialects.csv."""
Province = Annotated[str, OneOf(provinces)]
"""In its short Chinese form."""
