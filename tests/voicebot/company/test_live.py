"""A change of the folder reaches calls without a restart, and an error in it reaches none."""

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.voicebot.web.test_company_reader import edit
from voicebot.background import background
from voicebot.company import CompanyError, load_company
from voicebot.company import live as live_module
from voicebot.company.apart import made_apart
from voicebot.company.live import Live
from voicebot.company_at_work import CompanyAtWork, read_at_work
from voicebot.company_models import CompanyModels
from voicebot.config import Settings
from voicebot.demo import SAMPLE_COMPANY

QUESTION = "门店可以遛狗吗"
ENTRY = f'\n[[entry]]\nid = "dogs"\nquestion = "{QUESTION}"\nanswer = "可以，请牵好绳子。"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(live_module, "LOOK_EVERY_S", 0.05)
    ignored = shutil.ignore_patterns("model*")
    return shutil.copytree(SAMPLE_COMPANY, tmp_path / "company", ignore=ignored)


@asynccontextmanager
async def following(live: Live[Any], on_changed: Any = None) -> AsyncIterator[None]:
    async with background(live.watch(on_changed)):
        yield


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(150):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)


async def test_what_calls_use_is_made_in_another_process_and_given_over_when_it_is_ready(folder: Path) -> None:
    prepared: list[CompanyAtWork] = []

    async def prepare(changed: CompanyAtWork) -> None:
        assert live.current is first  # nothing holds before it is prepared
        prepared.append(changed)

    live = Live(folder, read_at_work, apart=True)
    first = live.current
    async with following(live, prepare):
        edit(folder / "prompts.toml", "请问", "请教")
        await until(lambda: live.current is not first)
    assert prepared == [live.current]
    assert any("请教" in text for text, _ in live.current.fixed)
    assert live.current.words.whole == first.words.whole


def _dies(_directory: Path) -> None:
    os._exit(9)


def test_a_reader_that_dies_is_a_problem_like_another(folder: Path) -> None:
    with pytest.raises(CompanyError, match="exit code 9"):
        made_apart(_dies, folder)


MUCH = bytes(range(250)) * 20_000
STOPS_IT = "while kill -STOP $0 && sleep 0.002 && kill -CONT $0; do sleep 0.002; done"


def _is_stopped_again_and_again(_directory: Path) -> bytes:
    subprocess.Popen(["sh", "-c", STOPS_IT, str(os.getpid())], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return MUCH


def test_what_a_reader_has_made_comes_whole_though_signals_cut_its_writes_short(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")  # as in many a container
    assert made_apart(_is_stopped_again_and_again, folder) == MUCH


@pytest.mark.parametrize("apart", [False, True])
async def test_an_error_leaves_what_was_right_and_is_told_until_it_is_mended(folder: Path, apart: bool) -> None:
    live = Live(folder, load_company, apart=apart)
    first = live.current
    before = (folder / "routing.toml").read_text("utf-8")
    async with following(live):
        (folder / "routing.toml").write_text("[queue]\nlongest_wait = 3\n", "utf-8")
        await until(lambda: live.problem)
        assert live.current is first
        assert isinstance(live.problem, CompanyError)
        assert (live.problem.file, live.problem.line) == ("routing.toml", 2)
        (folder / "routing.toml").write_text(before, "utf-8")
        await until(lambda: live.problem is None)


async def test_published_knowledge_answers_the_next_question_and_intents_wait_for_their_training(
    folder: Path, trained_data: Path, tmp_path: Path
) -> None:
    settings = Settings(data_dir=shutil.copytree(trained_data, tmp_path / "data"))
    live = Live(folder, load_company)
    learned = CompanyModels(settings, live.current)
    assert await learned.search(QUESTION) is None
    async with following(live, learned.take_over):
        with (folder / "knowledge" / "household.toml").open("a", encoding="utf-8") as file:
            file.write(ENTRY)
        await until(lambda: len(live.current.knowledge) > len(load_company(SAMPLE_COMPANY).knowledge))
        found = await learned.search(QUESTION)
        assert found is not None and found.id == "dogs"
        edit(folder / "intents" / "invoice.toml", "examples = [", 'examples = ["阿拉贡要抬头",')
        await until(lambda: "阿拉贡要抬头" in live.current.intents["invoice"].examples)
        assert not (await learned._state({}))["current"]
        steps = [step async for step in learned._train({})]
        assert [step["done"] for step in steps[:-1]] == list(range(6))
        assert steps[-1]["after"]["examples"] == steps[-1]["before"]["examples"] + 1
        assert (await learned._state({}))["current"]
        assert learned.classify(["阿拉贡要抬头"])[0].name == "invoice"


async def test_who_rings_right_after_a_change_gets_what_was_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "LOOK_EVERY_S", 600)
    live = Live(folder, load_company)
    async with following(live), asyncio.timeout(60):
        await asyncio.sleep(0)
        edit(folder / "prompts.toml", "请问", "请教")
        await asyncio.gather(*(live.up_to_date(60) for _ in range(5)))
        assert "请教" in live.current.prompts["how_can_i_help"].wordings("cmn")[0]
        right = live.current
        (folder / "routing.toml").write_text("[queue", "utf-8")
        await live.up_to_date(60)
        assert live.problem is not None and live.current is right


async def test_nobody_waits_for_a_folder_that_takes_long_and_it_comes_into_force_all_the_same(folder: Path) -> None:
    goes_on = threading.Event()
    goes_on.set()

    def make(directory: Path) -> int:
        assert goes_on.wait(30)
        return directory.stat().st_mtime_ns

    live = Live(folder, make)
    first = live.current
    goes_on.clear()
    async with following(live):
        (folder / "knowledge").joinpath("new.toml").write_text(ENTRY, "utf-8")
        os.utime(folder)
        await live.up_to_date(0.05)
        assert live.current == first
        goes_on.set()
        await until(lambda: live.current != first)


async def test_a_look_that_took_long_does_not_undo_a_later_one_and_nobody_goes_on_before_it(folder: Path) -> None:
    file, slow, goes_on = folder / "company.toml", threading.Event(), threading.Event()

    def make(_: Path) -> str:
        text = file.read_text("utf-8")
        if text == "slow":
            slow.set()
            assert goes_on.wait(30)
        return text

    live = Live(folder, make)
    file.write_text("slow", "utf-8")
    first = asyncio.create_task(live.look())
    await asyncio.to_thread(slow.wait, 30)
    same = asyncio.create_task(live.look())
    await asyncio.wait([same], timeout=0.5)
    assert not same.done()  # what it would find is being read
    file.write_text("later", "utf-8")
    later = asyncio.create_task(live.look())
    await asyncio.wait([later], timeout=0.5)
    goes_on.set()
    await asyncio.gather(first, same, later)
    assert live.current == "later"


async def test_nobody_waits_where_nothing_was_changed(folder: Path) -> None:
    live = Live(folder, lambda directory: directory)
    async with asyncio.timeout(60):
        await live.up_to_date(600)
