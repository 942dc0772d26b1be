"""A caller's words never become a formula in somebody's spreadsheet."""

import csv
import io

import pytest

from voicebot.console.csv_export import csv_bytes


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "　=1", "＝1+1", "\n=1"]
)
def test_what_looks_like_a_formula_stays_text(cell: str) -> None:
    content = csv_bytes(["words"], [[cell]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline="")))[1] == [f"'{cell}"]


def test_other_cells_are_as_they_were() -> None:
    cells = ["退款，谢谢", '说 "你好"', "a,b", "12:30", ""]
    content = csv_bytes(["一", "二", "三", "四", "五"], [cells])
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1] == cells
