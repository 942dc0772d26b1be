"""A process that crashes is started again, one that refuses its settings ends everything, none outlives the others."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from voicebot import supervisor as module
from voicebot.supervisor import EXIT_CONFIG, CannotStart, ProcessSpec, RestartPolicy, Supervisor, read_status

SOON = RestartPolicy(first_s=0.05)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the interpreter: `python -m voicebot NAME` runs this shell script with NAME as $3."""
    path = tmp_path / "program"
    path.write_text(
        '#!/bin/sh\necho "$3 $$" >> "$(dirname "$0")/started"\n'
        '[ "$3" = refusing ] && until grep -q steady "$(dirname "$0")/started"; do sleep 0.02; done\n'
        f'[ "$3" = refusing ] && exit {EXIT_CONFIG}\n[ "$3" = crashing ] && exit 1\n'
        f'[ "$3" = mended ] && [ -e "$(dirname "$0")/wrong" ] && exit {EXIT_CONFIG}\nexec sleep 60\n'
    )
    path.chmod(0o755)
    monkeypatch.setattr(module.sys, "executable", str(path))
    return tmp_path / "started"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - waits for other processes
            await asyncio.sleep(0.02)


def starts(started: Path, name: str) -> list[int]:
    lines = started.read_text().split("\n") if started.exists() else []
    return [int(line.split()[1]) for line in lines if line.startswith(name + " ")]


def goes_on(pid: int) -> bool:
    """Whether it has come to the end of its script and stays."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sleep")
    except FileNotFoundError:
        return False


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = [RestartPolicy().pause_s(crashes) for crashes in (1, 2, 3, 20)]
    assert pauses == [0.2, 0.4, 0.8, 10.0]


async def test_a_crashing_process_is_started_again_and_the_others_go_on(script: Path) -> None:
    running = asyncio.create_task(
        Supervisor([ProcessSpec("steady", ("steady",)), ProcessSpec("c", ("crashing",))], SOON).run()
    )
    await until(lambda: len(starts(script, "crashing")) >= 3 and starts(script, "steady"))
    assert len(starts(script, "steady")) == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_killed_process_is_replaced(script: Path) -> None:
    running = asyncio.create_task(Supervisor([ProcessSpec("media", ("media",))], SOON).run())
    await until(lambda: starts(script, "media"))
    os.kill(starts(script, "media")[0], signal.SIGKILL)
    await until(lambda: len(starts(script, "media")) == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_no_process_outlives_the_supervisor(script: Path) -> None:
    running = asyncio.create_task(Supervisor([ProcessSpec("a", ("a",)), ProcessSpec("b", ("b",))], SOON).run())
    await until(lambda: starts(script, "a") and starts(script, "b"))
    pids = starts(script, "a") + starts(script, "b")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_process_that_refuses_its_settings_is_not_started_again(script: Path) -> None:
    supervisor = Supervisor([ProcessSpec("steady", ("steady",)), ProcessSpec("r", ("refusing",))], SOON)
    with pytest.raises(CannotStart, match="r cannot run"):
        await supervisor.run()
    assert len(starts(script, "refusing")) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(starts(script, "steady")[0], 0)


async def test_a_process_that_was_killed_and_now_refuses_its_settings_takes_no_other_down(script: Path) -> None:
    """Somebody is in the middle of a change: the console, where it is mended, stays."""
    policy = RestartPolicy(first_s=0.05, longest_s=0.05)
    specs = [ProcessSpec("steady", ("steady",)), ProcessSpec("m", ("mended",))]
    running = asyncio.create_task(Supervisor(specs, policy).run())
    await until(lambda: starts(script, "mended"))
    (script.parent / "wrong").touch()
    os.kill(starts(script, "mended")[0], signal.SIGKILL)
    await until(lambda: len(starts(script, "mended")) >= 4)
    (script.parent / "wrong").unlink()
    await until(lambda: goes_on(starts(script, "mended")[-1]))
    assert len(starts(script, "steady")) == 1 and not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_it_tells_how_its_processes_are_while_it_runs(script: Path, tmp_path: Path) -> None:
    told = tmp_path / "processes.json"
    specs = [ProcessSpec("steady", ("steady",)), ProcessSpec("c", ("crashing",))]
    running = asyncio.create_task(Supervisor(specs, SOON, status=told).run())
    await until(lambda: (c := read_status(told).get("c")) is not None and c.starts >= 2 and starts(script, "steady"))
    status = read_status(told)
    assert (status["steady"].pid, status["steady"].starts) == (starts(script, "steady")[0], 1)
    assert status["c"].exit_code == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert read_status(told) == {}
    told.write_text('{"half')
    assert read_status(told) == {}
