"""`voicebot bench vad`: how well speech is told from noise, by condition, against webrtcvad alone.

Speech is synthetic (the sample company's callers, in voices held out from training) in noise of our own making. Where
the data folder is at hand, its office and coffee-shop beds and its recordings of people come in as well.
"""

import json
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from models.silero import SileroVad
from models.training import noise
from models.training.channel import Audio
from models.training.voices import TRAINING
from models.vad import StreamingVad
from models.vad_clips import Labelled, human_sentences, human_words, noise_clips, synthetic_clips
from models.vad_score import Score, score
from voicebot.demo import SAMPLE_COMPANY

app = typer.Typer()

SNRS_DB: Final = (20.0, 10.0, 5.0)
HUMAN_WORDS: Final = 120


@app.command()
def run(
    data: Annotated[
        Path, typer.Option(help="Folder with noise_and_tones, speech_zh_dspspeech17, vad_speechbrain_small.")
    ] = Path("../shared/data"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure voice activity detection on labelled audio."""
    clips = _clips(data)
    judge = SileroVad()
    whole = score(clips, lambda: StreamingVad(judge))
    gate_alone = score(clips, lambda: StreamingVad(None))
    conditions = dict.fromkeys(clip.condition for clip in clips)
    by_condition = {
        name: score([clip for clip in clips if clip.condition == name], lambda: StreamingVad(judge))
        for name in conditions
    }
    if as_json:
        result = asdict(whole) | {
            "webrtcvad_alone": asdict(gate_alone),
            "by_condition": {name: asdict(figures) for name, figures in by_condition.items()},
        }
        print(json.dumps(result))
    else:
        _show(whole, gate_alone, by_condition)


def _clips(data: Path) -> list[Labelled]:
    """Everything that can be had here."""
    sentences = _sentences()
    rng = np.random.default_rng(1)
    beds: dict[str, Audio] = noise.beds(rng, [text for text, _ in sentences], TRAINING[:8])
    recordings = data / "noise_and_tones" / "audio"
    for name, file in {"office": "office_ambience_8k.flac", "coffee shop": "coffee_shop.flac"}.items():
        if (recordings / file).exists():
            beds[name] = noise.recorded(recordings / file)
    return [
        *synthetic_clips(sentences, beds, SNRS_DB),
        *noise_clips(beds),
        *human_words(data / "speech_zh_dspspeech17", HUMAN_WORDS),
        *human_sentences(data / "vad_speechbrain_small"),
    ]


def _sentences() -> list[tuple[str, str]]:
    """What the sample company's simulated callers say, with their language."""
    callers = [tomllib.loads(path.read_text("utf-8")) for path in sorted((SAMPLE_COMPANY / "callers").glob("*.toml"))]
    return [(turn["say"], caller["language"]) for caller in callers for turn in caller["turns"] if "say" in turn]


def _show(whole: Score, gate_alone: Score, by_condition: dict[str, Score]) -> None:
    table = Table(title="Voice activity detection, frames of 20 ms")
    for column in ("condition", "F1", "missed", "false alarms", "start known after", "pause known after", "us/frame"):
        table.add_column(column, justify="left" if column == "condition" else "right")
    rows = {"all": whole, "all, webrtcvad alone": gate_alone} | by_condition
    for name, figures in rows.items():
        spoken = figures.f1 > 0 or figures.miss_rate > 0
        table.add_row(
            name,
            f"{figures.f1:.3f}" if spoken else "",
            f"{100 * figures.miss_rate:.1f} %" if spoken else "",
            f"{100 * figures.false_alarm_rate:.1f} %",
            f"{figures.onset_delay_ms:.0f} ms" if spoken else "",
            f"{figures.pause_delay_ms:.0f} ms" if spoken else "",
            f"{figures.frame_us:.0f}",
            end_section=name == "all, webrtcvad alone",
        )
    Console().print(table)
    print("A babble of voices is speech to any detector: it counts as a false alarm when nearly as loud as the caller.")
