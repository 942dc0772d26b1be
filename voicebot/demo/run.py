"""The demo: the system with the sample company, and simulated callers that ring it over real SIP and RTP."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from voicebot.background import background
from voicebot.company import Company, load_company
from voicebot.company.scripts import CallerScript
from voicebot.config import load_settings
from voicebot.demo.console import open_console
from voicebot.demo.live import LiveView
from voicebot.demo.progress import Progress
from voicebot.demo.report import ReportedCall, as_json, as_table, median_latency_ms, report_call, share_right
from voicebot.demo.staff import HANDED_OVER, AgentsNotThere, agent_ids, agents_on_duty
from voicebot.demo.system import DemoFailed, System, forget_own_settings, new_folder, running_system
from voicebot.store.store import Store

SHOWN = (
    "wang_fang_chengdu",
    "zhang_li_beijing",
    "chen_zhiqiang_guangzhou",
    "li_jianguo_shanghai",
    "he_yong_chongqing",
    "liang_jiaming_hongkong",
    "zhao_min_wuhan",
    "visitor_zhengzhou",
    *HANDED_OVER,
)
"""Callers of the sample company that show what it can do in a few minutes; all of them with --all."""
AT_ONCE = 3
"""Callers that ring together at the end."""
LONGEST_CALL_S = 240.0
STORED_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Rung:
    """A simulated call as its caller saw it."""

    script: CallerScript
    result: Mapping[str, Any]
    recording: Path


async def demo(
    console: Console,
    *,
    as_json_object: bool,
    only: Sequence[str],
    everyone: bool,
    stay: bool,
    done: Callable[[bool], None],
) -> None:
    """Runs the whole demo, and tells `done` whether every call has its record.

    only: names of caller scripts, instead of the usual ones. Those whom the assistant serves alone ring first, the last
    three of them at once; then agents sign on, and those ring who are put through.
    stay: the system stays up after the summary, until this is cancelled.
    """
    settings = load_settings()
    company = load_company(settings.company.dir)
    scripts = _choose(company.callers, only, everyone)
    folder = new_folder(settings.data_dir, datetime.now().astimezone())
    if settings.models.dir is None:
        os.environ["VOICEBOT_MODELS__DIR"] = str(settings.models_dir)  # downloaded models serve the demo too
    forget_own_settings()
    live = Console(stderr=True, highlight=False) if as_json_object else console
    live.print(f"启动系统 Starting the system (log: {folder / 'serve.log'})")
    async with running_system(folder) as system:
        live.print(f"系统已就绪 Ready on {system.uri}\n")
        pages = None if as_json_object else await open_console(system.settings, company)
        if pages is not None:
            pages.say(console)
        if as_json_object:
            shown = [Progress(live, len(scripts)).follow(system.settings)]
        else:
            view = LiveView(live, company)
            shown = [view.follow(system.settings), view.follow_agents(system.settings)]
        async with background(*shown):
            alone = [script for script in scripts if script.script not in HANDED_OVER]
            rung = await _ring_all(system, company.directory / "callers", alone, live) if alone else []
            handed = [script for script in scripts if script.script in HANDED_OVER]
            rung += await _ring_with_agents(system, company.directory / "callers", handed, live)
            calls = [await _reported(store_call, system) for store_call in rung]
        if as_json_object:
            print(json.dumps(as_json(calls, folder), ensure_ascii=False))
        else:
            _summarise(console, company, calls, folder, _command())
        done(all(call.outcome is not None for call in calls))
        if stay:
            console.print(
                f"\n系统继续运行，按 Ctrl-C 结束 The system stays up until Ctrl-C. Ring it with a softphone or with:\n"
                f"  {_command()} caller {system.uri} --say 转人工",
                soft_wrap=True,
            )
            if pages is not None:  # said minutes ago, and scrolled away
                pages.say(console)
            await asyncio.Event().wait()


def _choose(callers: Mapping[str, CallerScript], only: Sequence[str], everyone: bool) -> list[CallerScript]:
    unknown = [name for name in only if name not in callers]
    if unknown:
        raise DemoFailed(f"--only {unknown[0]}: no such caller script; there are {', '.join(sorted(callers))}")
    usual = [name for name in SHOWN if name in callers]
    names = only or (list(callers) if everyone or not usual else usual)
    return [callers[name] for name in names]


async def _ring_all(system: System, scripts_dir: Path, scripts: Sequence[CallerScript], live: Console) -> list[Rung]:
    split = max(0, len(scripts) - AT_ONCE) if len(scripts) > 1 else 1
    rung = [await _ring(system, scripts_dir, script) for script in scripts[:split]]
    if together := scripts[split:]:
        live.print(f"\n{len(together)} 个来电同时呼入 {len(together)} callers at once\n")
        async with asyncio.TaskGroup() as tasks:
            ringing = [tasks.create_task(_ring(system, scripts_dir, script)) for script in together]
        rung += [task.result() for task in ringing]
    return rung


async def _ring_with_agents(
    system: System, scripts_dir: Path, scripts: Sequence[CallerScript], live: Console
) -> list[Rung]:
    if not scripts:
        return []
    live.print(f"\n人工客服签到 Agents sign on: {', '.join(agent_ids())}\n")
    sip, agents = system.settings.sip, system.settings.agents
    assert agents.passwords_file is not None
    try:
        async with agents_on_duty(f"sip:{sip.bind}:{sip.port}", agents.passwords_file, system.folder / "agents"):
            return [await _ring(system, scripts_dir, script) for script in scripts]
    except AgentsNotThere as why:
        raise DemoFailed(f"the agents' phones did not register: {why}") from why


async def _ring(system: System, scripts_dir: Path, script: CallerScript) -> Rung:
    """One `voicebot caller` process."""
    recording = system.folder / "callers" / f"{script.script}.wav"
    recording.parent.mkdir(exist_ok=True)
    options = ("--script", str(scripts_dir / f"{script.script}.toml"), "--record", str(recording), "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "caller", system.uri, *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LONGEST_CALL_S):
            out, complaint = await process.communicate()
    except BaseException:  # timed out or Ctrl-C: the caller's process must not ring on
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    if process.returncode != 0:
        raise DemoFailed(f"caller {script.script} failed: {complaint.decode(errors='replace').strip()[-2000:]}")
    return Rung(script, json.loads(out.decode().strip().splitlines()[-1]), recording)


async def _reported(rung: Rung, system: System) -> ReportedCall:
    """Reads the call's record once the system has closed it."""
    async with Store(system.settings.store_url, node="demo") as store, asyncio.timeout(STORED_WITHIN_S):
        while True:
            calls = await store.calls(caller_number=rung.script.number, limit=1)
            if calls and calls[0].ended_at is not None:
                turns = await store.turns(calls[0].id)
                latencies = [turn["reply_latency_ms"] for turn in rung.result["turns"]]
                return report_call(rung.script, calls[0], turns, latencies, rung.recording)
            await asyncio.sleep(0.1)


def _command() -> str:
    """`voicebot` as it can be typed here: scripts/demo puts nothing on the path."""
    return "voicebot" if shutil.which("voicebot") else str(Path(sys.executable).with_name("voicebot"))


def _summarise(console: Console, company: Company, calls: Sequence[ReportedCall], folder: Path, command: str) -> None:
    console.print()
    console.print(as_table(calls, company))
    median = median_latency_ms(calls)
    waited = "—" if median is None else f"{median:.0f} ms"
    console.print(f"理解正确 Understood: {share_right(calls):.0%}   回复延迟中位数 Median reply latency: {waited}")
    console.print(f"录音 Recordings: {folder / 'recordings'}", soft_wrap=True)
    config = folder / "voicebot.toml"
    console.print(f"文字记录 Transcripts: {command} calls list --config {config}", soft_wrap=True)
    console.print(
        f"自己试试 Try it yourself: run `{command} serve`, then ring sip:service@127.0.0.1:5060 with a softphone, "
        f"or talk through your microphone with `{command} mic`.",
        soft_wrap=True,
    )
