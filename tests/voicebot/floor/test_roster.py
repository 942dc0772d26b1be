"""Agents change while calls are going on; a mistake in their list sends nobody home."""

import asyncio
import shutil
from pathlib import Path

import pytest

from dialect_router.agents import Agent
from tests.virtual_time import in_virtual_time
from voicebot.company import CompanyError
from voicebot.demo import SAMPLE_COMPANY
from voicebot.floor.roster import LOOK_EVERY_S, Roster


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE_COMPANY, tmp_path / "company"))


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    file = tmp_path / "phones.toml"
    file.touch(mode=0o600)
    file.write_text('8001 = "kM3-vT9q-xW2d"\n', encoding="utf-8")
    return file


async def watched(roster: Roster, change: str, file: Path) -> list[int]:
    """Numbers of agents that were told after the file got this text."""
    told: list[int] = []

    def changed(agents: tuple[Agent, ...]) -> None:
        told.append(len(agents))

    watching = asyncio.create_task(roster.watch(changed))
    file.write_text(change, encoding="utf-8")  # noqa: ASYNC240 - as an editor would
    await asyncio.sleep(3.5 * LOOK_EVERY_S)
    watching.cancel()
    return told


@in_virtual_time
async def test_a_changed_list_is_taken_over(folder: Path) -> None:
    roster = Roster(folder, None)
    rows = (folder / "agents.csv").read_text(encoding="utf-8")
    row = "8099,新人,综合组,service:1,cmn:5,cmn,1,1,\n"
    told = await watched(roster, rows + row, folder / "agents.csv")
    assert told == [len(roster.agents)] and roster.agents[-1].id == "8099"


@in_virtual_time
async def test_a_list_with_a_mistake_leaves_everything_as_it_was(folder: Path) -> None:
    roster = Roster(folder, None)
    before = roster.agents
    told = await watched(roster, "id,name\n8001", folder / "agents.csv")
    assert told == [] and roster.agents == before


@in_virtual_time
async def test_passwords_change_in_place(folder: Path, passwords: Path) -> None:
    roster = Roster(folder, passwords)
    accounts = roster.accounts
    assert set(accounts) == {"8001"}
    await watched(roster, '8002 = "aB4-cD8e-fG1h"\n', passwords)
    assert set(accounts) == {"8002"} and accounts is roster.accounts


async def test_a_mistake_at_the_start_is_said(folder: Path) -> None:
    (folder / "agents.csv").write_text("id,name\n8001", encoding="utf-8")
    with pytest.raises(CompanyError, match=r"agents\.csv"):
        Roster(folder, None)
