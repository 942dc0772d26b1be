"""A place in a list that is read newest first: reading on from it, nothing comes twice or is left out, whatever came
or went before it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the row of this moment and, where several have the moment, of this id."""

    at: datetime
    id: str

    def behind(self, at: sa.ColumnElement[Any], id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Of the rows of a list that goes by `at`, latest first, and then by `id`."""
        return sa.and_(at <= self.at, sa.or_(at < self.at, id > self.id))  # the first part is what an index is for
