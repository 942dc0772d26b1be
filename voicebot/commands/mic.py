"""`voicebot mic`: talk to the assistant through this machine's microphone, without a telephone."""

import asyncio
import os
from typing import Annotated

import typer
from rich.console import Console

from telephony.microphone import MicrophoneLeg, PyAudioDevice
from voicebot.background import background
from voicebot.call.desk import call_desk
from voicebot.call.ringing import Ringing
from voicebot.commands.serve import ConfigOption, prepared_settings, processes
from voicebot.company import load_company
from voicebot.config import Settings
from voicebot.demo.live import LiveView
from voicebot.free_ports import free_ports
from voicebot.lifetime import run_until_stopped
from voicebot.metrics import Metrics
from voicebot.supervisor import Supervisor

app = typer.Typer()


@app.command()
def mic(
    number: Annotated[str, typer.Option("--from", help="The number that you ring from.")] = "+8613800138000",
    config: ConfigOption = None,
) -> None:
    """Talk to the assistant through microphone and loudspeaker; a headset works best. Ctrl-C hangs up."""
    device = PyAudioDevice()  # says at once when there is none
    # A model host and a broker of its own, so that it runs beside a system that answers the phone.
    (port,) = free_ports(1)
    own = {"EVENTS__BROKER": "embedded", "EVENTS__PORT": str(port), "EVENTS__NODE": "microphone"}
    settings = prepared_settings(config)
    own["MODELS__HOST"] = f"unix:{settings.data_dir / 'microphone.sock'}"
    os.environ.update({f"VOICEBOT_{key}": value for key, value in own.items()})
    settings = prepared_settings(config)
    specs = [spec for spec in processes(settings, config) if spec.name != "media"]
    asyncio.run(run_until_stopped(_talk(settings, Supervisor(specs), device, number)))


async def _talk(settings: Settings, supervisor: Supervisor, device: PyAudioDevice, number: str) -> None:
    console = Console(highlight=False)
    console.print("准备中 Getting ready …")
    company = await asyncio.to_thread(load_company, settings.company.dir)
    async with (
        background(supervisor.run(), LiveView(console, company).follow(settings)),
        call_desk(settings, Metrics()) as desk,
    ):
        leg, ringing = MicrophoneLeg(device, number=number), Ringing()
        leg.listen(ringing)
        await desk.take(leg, ringing)
