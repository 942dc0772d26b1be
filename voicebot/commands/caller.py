"""`voicebot caller`: rings a number as a simulated caller and reports what it was like."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import click
import typer
from rich.console import Console
from rich.table import Table

from models.tts import EspeakEngine, Language
from telephony.clock import prepare_process
from telephony.leg import LegEnded, LegError
from telephony.sip.settings import Credentials
from voicebot.caller.ringing import ring
from voicebot.caller.script import (
    PreparedTurn,
    UnusableAudio,
    load_script,
    prepare_files,
    prepare_script,
    prepare_sentences,
)
from voicebot.caller.simulated_caller import CallResult

app = typer.Typer()

_NUMBER: Final = "+8613800138000"


@app.command()
def caller(
    uri: Annotated[str, typer.Argument(help="Whom to ring, as sip:service@127.0.0.1:5060.")],
    say: Annotated[list[str] | None, typer.Option(help="A sentence to say; repeatable, one a turn.")] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="A WAV file to play; repeatable, one a turn.")] = None,
    script: Annotated[Path | None, typer.Option(help="A caller's script, as in a company's callers/ folder.")] = None,
    number: Annotated[str | None, typer.Option("--from", help="The caller's number. Default: the script's.")] = None,
    record: Annotated[Path | None, typer.Option(help="WAV to record to: caller left, assistant right.")] = None,
    voice: Annotated[str, typer.Option(help="Voice variant of espeak-ng for --say.")] = "linda",
    rate: Annotated[int, typer.Option(min=80, max=300, help="Words a minute for --say.")] = 160,
    language: Annotated[
        Language, typer.Option(click_type=click.Choice(get_args(Language)), help="What --say is spoken in.")
    ] = "cmn",
    loss: Annotated[float, typer.Option(min=0, max=100, help="Percent of own packets to throw away.")] = 0.0,
    username: Annotated[str | None, typer.Option(envvar="VOICEBOT_CALLER_USERNAME", help="For digest.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Ring a number over SIP, speak in turns, listen, and measure how long each reply took.

    The password for --username comes from VOICEBOT_CALLER_PASSWORD, or is asked for.
    """
    try:
        turns, own_number = _prepare(say, wav, script, EspeakEngine(variant=voice, rate=rate), language)
    except UnusableAudio as error:
        raise typer.BadParameter(str(error)) from error
    credentials = _credentials(username)
    prepare_process()  # a caller that talks late would measure its own lateness
    calling = ring(uri, turns, number=number or own_number, recording=record, credentials=credentials, loss=loss / 100)
    try:
        result = asyncio.run(calling)
    except LegError as error:
        _report_no_answer(error, as_json)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps(_as_json(result), ensure_ascii=False))
    else:
        _print(result)


def _prepare(
    say: list[str] | None,
    wav: list[Path] | None,
    script: Path | None,
    voice: EspeakEngine,
    language: Language,
) -> tuple[list[PreparedTurn], str]:
    """The turns, and the number of who rings."""
    if sum(map(bool, (say, wav, script))) != 1:
        raise typer.BadParameter("say what to say: give either --say, --wav or --script")
    if script is not None:
        whole = load_script(script)
        return prepare_script(whole), whole.number
    turns = prepare_sentences(say, voice, language) if say else prepare_files(wav or [])
    return turns, _NUMBER


def _credentials(username: str | None) -> Credentials | None:
    if username is None:
        return None
    password = os.environ.get("VOICEBOT_CALLER_PASSWORD") or str(typer.prompt("Password", hide_input=True))
    return Credentials(username, password)


def _report_no_answer(error: LegError, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"turns": [], "ended": _ended(error.ended), "recording": None}, ensure_ascii=False))
    Console(stderr=True).print(f"error: {error}", markup=False)


def _as_json(result: CallResult) -> dict[str, Any]:
    recording = str(result.recording) if result.recording else None
    measured = {name: value for name, value in asdict(result).items() if name != "began_at"}
    return {**measured, "ended": _ended(result.ended), "recording": recording}


def _ended(ended: LegEnded) -> dict[str, Any]:
    return {"reason": str(ended.reason), "sip_code": ended.sip_code, "text": ended.text}


def _print(result: CallResult) -> None:
    table = Table("说 Said", "开始 At", "回复延迟 Reply latency", title="通话 Call", title_justify="left")
    for turn in result.turns:
        waited = "—" if turn.reply_latency_ms is None else f"{turn.reply_latency_ms} ms"
        interrupted = "（被打断 interrupted）" if turn.interrupted else ""
        table.add_row(turn.said, f"{turn.said_from_ms / 1000:.1f} s", waited + interrupted)
    console = Console()
    console.print(table)
    console.print(f"{result.seconds:.1f} s, {result.ended.reason}")
    if result.recording is not None:
        console.print(f"录音 Recording: {result.recording}", soft_wrap=True)
