"""`voicebot bench bridge`: how late packets leave a media process that joins callers and agents in pairs.

The parties of a pair talk in turns, and each is listened to apart, as for live transcription: every utterance is cut
out and becomes an event, of which only the text is made up. Every call is recorded, and every agent is whispered to all
the time.
"""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from models.silero import SileroVad
from models.vad import StreamingVad
from telephony.audio import FRAME_S, SAMPLE_RATE_HZ, Frame, Samples
from telephony.bridge import Bridge
from telephony.clock import MediaClock, keep_objects, prepare_process
from telephony.hold_music import hold_music
from telephony.looped_sound import LoopedSound
from telephony.recorder import Recorder, RecordingThread
from telephony.seat import Seat
from voicebot.bench.rtp_load import LoadFigures, Onlooker, RtpLeg, measure, talking_peers
from voicebot.caller.script import load_script, prepare_script
from voicebot.demo import SAMPLE_COMPANY
from voicebot.events import PartialTranscript, live_to_json
from voicebot.hearing.caller_audio import CallerAudio

app = typer.Typer()

_SPEAKER: Final = SAMPLE_COMPANY / "callers" / "zhang_li_beijing.toml"
_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class BridgeFigures:
    """What was measured; `core_percent` of the load includes listening to both parties."""

    pairs: int
    utterances: int
    """Events sent, while the process was getting warm as well."""
    load: LoadFigures


class _Transcription(Onlooker):
    """One party's live transcription without the recogniser: speech is detected, its audio cut out, and told."""

    def __init__(self, name: str, vad: StreamingVad, told: Counter[str], also: Callable[[Frame, Frame], None]) -> None:
        """also: gets every frame after that."""
        self._name = name
        self._also = also
        self._vad = vad
        self._told = told
        self._audio = CallerAudio()
        self._began_s = 0.0

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self._audio.append(inbound)
        at = self._audio.duration_s
        for edge in self._vad.push(inbound, at - FRAME_S):
            if edge.kind == "speech_started":
                self._began_s = edge.at_s
            elif edge.kind == "speech_paused":
                self._utterance_over(self._audio.between(self._began_s, edge.at_s), at)
        self._also(inbound, outbound)

    def _utterance_over(self, audio: Samples, at_s: float) -> None:
        self._told[self._name] += 1
        text = f"{audio.size / SAMPLE_RATE_HZ:.1f} s"
        live_to_json(PartialTranscript(self._name, self._told[self._name], text, "", at_s))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all calls have in common."""

    speech: Samples
    judge: SileroVad | None
    told: Counter[str] = field(default_factory=Counter)

    def join(self, number: int, caller: RtpLeg, agent: RtpLeg, recorder: Recorder) -> None:
        """A call as it is once the agent has taken it. The recording has the caller on the left, and on the right what
        the caller hears."""

        def whisper(inbound: Frame, outbound: Frame) -> None:
            if not agent.playout.pending_samples:
                agent.playout.write(self.speech)

        Bridge(
            self._seat(caller, f"caller-{number}", recorder.write),
            self._seat(agent, f"agent-{number}", whisper),
        ).join()

    def _seat(self, leg: RtpLeg, name: str, also: Callable[[Frame, Frame], None]) -> Seat:
        listener = _Transcription(name, StreamingVad(self.judge), self.told, also)
        return Seat(leg, listener, music=LoopedSound(hold_music()))


@app.command()
def run(
    pairs: Annotated[int, typer.Option(min=1, max=1000, help="Callers joined to agents at once.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long to measure.")] = 20.0,
    neural: Annotated[bool, typer.Option("--neural", help="Let the neural judge hear all parties, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure bridged calls: lateness of sent packets and processor time, with whispers and live transcription."""
    prepare_process()
    figures = asyncio.run(_measure(pairs, seconds, SileroVad() if neural else None))
    if as_json:
        print(json.dumps({"pairs": pairs, "utterances": figures.utterances, **asdict(figures.load)}))
        return
    table = Table("measure", "value", title=f"{pairs} bridged pairs in one media process, {figures.load.seconds:.0f} s")
    for row in figures.load.rows():
        table.add_row(*row)
    table.add_row("utterances told of", str(figures.utterances))
    Console().print(table)


async def _measure(pairs: int, seconds: float, judge: SileroVad | None) -> BridgeFigures:
    scene = _Scene(_speech(), judge)
    turns = np.concatenate([scene.speech, np.zeros_like(scene.speech)])
    clock = MediaClock(lateness_window_s=seconds)
    disk = RecordingThread()
    with tempfile.TemporaryDirectory(prefix="voicebot-bench-") as folder:
        recorders = [Recorder(Path(folder) / f"{number}.wav", thread=disk) for number in range(pairs)]
        async with talking_peers(2 * pairs, turns) as sessions:
            legs = [RtpLeg(session) for session in sessions]
            for number, recorder in enumerate(recorders):
                scene.join(number, legs[2 * number], legs[2 * number + 1], recorder)
            for leg in legs:
                clock.add(leg)
            keep_objects()
            try:
                load = await measure(clock, sessions, seconds)
            finally:
                _close(recorders)
    return BridgeFigures(pairs, scene.told.total(), load)


def _close(recorders: Iterable[Recorder]) -> None:
    for recorder in recorders:
        recorder.close()
    for recorder in recorders:
        recorder.join(10)


def _speech() -> Samples:
    """What everyone says here: a sample caller's sentences."""
    pause = np.zeros(round(_PAUSE_S * SAMPLE_RATE_HZ), np.int16)
    turns = [turn.audio for turn in prepare_script(load_script(_SPEAKER)) if turn.audio is not None]
    return np.concatenate([part for audio in turns for part in (audio, pause)])
