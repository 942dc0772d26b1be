"""Reads the tables that ship with this package."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


def read_text(name: str) -> str:
    """The text of data/`name`."""
    return files("dialect_router").joinpath("data", name).read_text(encoding="utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of the CSV table data/`name`, by column."""
    return list(csv.DictReader(read_text(name).splitlines()))


@cache
def evidence_reasons() -> Mapping[str, str]:
    """What a supervisor reads about a piece of evidence: key -> sentence with placeholders."""
    return MappingProxyType({row["key"]: row["text"] for row in read_rows("evidence_reasons.csv")})
