"""Nothing that came from a call is run by the spreadsheet that shows it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.qa.reporting.cells import cell, write_rows


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\ufeff=1", "＝1", "＠x"]
)
def test_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-1.5, -3, 0.25, None, "您好")] == ["-1.5", "-3", "0.25", "", "您好"]


@given(st.lists(st.lists(st.text(), min_size=1, max_size=3), max_size=5))
def test_every_row_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    write_rows(file, rows)
    read = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert read == [[cell(value) for value in row] for row in rows]
