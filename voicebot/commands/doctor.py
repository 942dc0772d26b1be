"""`voicebot doctor`: says what is missing on this machine and how to get it."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from voicebot.config import Settings, load_settings
from voicebot.doctor import content, machine, services, trunk
from voicebot.doctor.finding import Check, Finding, fail

app = typer.Typer()

CHECKS: Final[tuple[Check, ...]] = (
    machine.python,
    machine.packages,
    machine.disk,
    machine.timers,
    machine.clock,
    machine.sound,
    machine.gpu,
    content.shipped_models,
    content.recogniser,
    content.voice,
    content.company,
    content.phones,
    services.sip_port,
    services.rtp_ports,
    services.metrics_port,
    services.store,
    services.broker,
    trunk.trunk,
)
_STYLES: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@app.command()
def doctor(
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Settings file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check this machine and the settings. Exit code 1 when something must be mended before calls can be taken."""
    findings = asyncio.run(examine(load_settings(config)))
    good = not any(finding.state == "fail" for finding in findings)
    if as_json:
        typer.echo(json.dumps({"ok": good, "findings": [asdict(each) for each in findings]}, ensure_ascii=False))
    else:
        _print(findings)
    raise typer.Exit(0 if good else 1)


async def examine(settings: Settings, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    return [await _checked(check, settings) for check in checks]


async def _checked(check: Check, settings: Settings) -> Finding:
    try:
        return await check(settings)
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, the others are still wanted
        return fail(check.__name__.replace("_", " "), f"{type(error).__name__}: {error}", "please report this")


def _print(findings: list[Finding]) -> None:
    console, width = Console(), max(len(each.check) for each in findings)
    for each in findings:
        line = Text(f"{each.state:<5}", style=_STYLES[each.state])
        line.append(f"{each.check:<{width}}  {each.found}", style="default")
        console.print(line, soft_wrap=True)
        if each.remedy and each.state != "ok":
            console.print(Text(f"{'':<{width + 5}}  -> {each.remedy}", style="bold"), soft_wrap=True)
