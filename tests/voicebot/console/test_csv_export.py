"""A caller's words never become a formula in somebody's spreadsheet."""

import csv
import io

import pytest

from voicebot.console.csv_export import BEGINNING, csv_lines


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "　=1", "＝1+1", "\n=1"]
)
def test_what_looks_like_a_formula_stays_text(cell: str) -> None:
    content = csv_lines([[cell]]).decode()
    assert list(csv.reader(io.StringIO(content, newline=""))) == [[f"'{cell}"]]


def test_other_cells_are_as_they_were() -> None:
    cells = ["退款，谢谢", '说 "你好"', "a,b", "12:30", ""]
    content = BEGINNING + csv_lines([cells]) + csv_lines([cells])
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [cells, cells]
