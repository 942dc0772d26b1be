"""Pages and API tell what stands in the company's folder now, and what last stood there while somebody edits it."""

import os
import shutil
from pathlib import Path

import pytest

from voicebot.company.problems import CompanyError
from voicebot.company.reader import CompanyReader
from voicebot.demo import SAMPLE_COMPANY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SAMPLE_COMPANY, tmp_path / "company")


def edit(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))


async def test_a_changed_folder_is_read_again_and_an_unchanged_one_is_not(folder: Path) -> None:
    reader = CompanyReader(folder)
    first = await reader.current()
    assert await reader.current() is first
    edit(folder / "company.toml", f'name = "{first.profile.name}"', 'name = "新名字"')
    assert (await reader.current()).profile.name == "新名字"


async def test_a_mistake_in_the_folder_leaves_what_was_right_before(folder: Path) -> None:
    reader = CompanyReader(folder)
    first = await reader.current()
    edit(folder / "company.toml", "[", "[[[")
    assert await reader.current() is first
    with pytest.raises(CompanyError):
        await CompanyReader(folder).current()
