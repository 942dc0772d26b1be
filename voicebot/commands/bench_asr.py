"""`voicebot bench asr`: character error rate on sentences that training never saw, through the engine as calls use it.

Also counts what is invented over noise and silence, where nothing is the right answer. With --batch it measures speed
instead: throughput and latency by the size of the batches.
"""

import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from models.asr import AsrEngine, Transcript, Utterance
from models.catalogue import folder_model
from models.random_whisper import SHAPES, write
from models.text import normalise
from models.training import noise
from models.training.channel import Audio
from models.training.clips import Clip, held_out_channel, noise_clip
from models.training.corpus import normalised
from models.training.evaluate import edits, held_out_beds, held_out_clips
from models.training.voices import HELD_OUT
from models.whisper import FasterWhisperEngine, choose_device
from voicebot.bench.asr_throughput import Throughput, ThroughputFigures
from voicebot.config import Settings, load_settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.inference import load_asr

app = typer.Typer()

RATE_HZ: Final = 8_000
NOISE_CLIPS: Final = 60
LARGEST_BATCH: Final = 256
RECORDED_BEDS: Final = {"office": "office_ambience_8k.flac", "coffee shop": "coffee_shop.flac"}


@dataclass(frozen=True, slots=True)
class AsrFigures:
    """cer: edits per character of the reference, over all clips together."""

    model: str
    device: str
    clips: int
    cer: float
    sentences_right: float
    """Share recognised without a single error."""
    by_language: dict[str, float]
    by_condition: dict[str, float]
    """By noise and by whether the voice was in training."""
    utterance_ms: float
    """Median time of one utterance handed over alone."""
    utterance_ms_p95: float
    language_right: float
    invented: dict[str, float]
    """Share of noise clips in which words were heard, by noise."""


class DeviceName(StrEnum):
    """Where a model runs."""

    CPU = "cpu"
    CUDA = "cuda"


@app.command()
def run(
    clips: Annotated[
        int | None, typer.Option(min=1, help="Utterances to recognise; default 300, with --batch 64.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses sentences, voices and noise.")] = 0,
    model: Annotated[str | None, typer.Option(help="Model name or folder; default models.asr.")] = None,
    company: Annotated[Path, typer.Option(help="Company folder whose held-out sentences come in.")] = SAMPLE_COMPANY,
    data: Annotated[Path, typer.Option(help="Folder with noise_and_tones.")] = Path("../shared/data"),
    worst: Annotated[int, typer.Option(min=0, help="Show this many of the worst sentences.")] = 0,
    batch: Annotated[
        str | None, typer.Option(help="Measure speed instead, with batches of these sizes: 1,2,4,8,16.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="With --batch: how often every size is measured.")] = 5,
    shape: Annotated[
        str | None, typer.Option(help=f"With --batch: random weights in the shape of {', '.join(SHAPES)}.")
    ] = None,
    device: Annotated[DeviceName | None, typer.Option(help="Default models.asr_device.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; default models.asr_threads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure recognition on held-out sentences and noise in the telephone band, or with --batch its speed."""
    sizes = _sizes(batch) if batch is not None else []
    if shape is not None and (shape not in SHAPES or not sizes):
        raise typer.BadParameter(
            f"--shape takes {', '.join(SHAPES)}, and needs --batch: random weights recognise nothing"
        )
    settings = _settings(model, device, threads)
    if sizes:
        with ExitStack() as stack:
            engine = _random(shape, settings, stack, quiet=as_json) if shape else load_asr(settings)
            utterances = [Utterance(c.audio, RATE_HZ) for c in held_out_clips(clips or 64, seed, company=company)]
            _speed(engine, utterances, sizes, rounds, threads=settings.models.asr_threads, as_json=as_json)
        return
    engine = load_asr(settings)
    spoken = _recognise(engine, held_out_clips(clips or 300, seed, company=company), quiet=as_json)
    silent = _recognise(engine, _noise(data, seed), quiet=as_json)
    figures = _figures(engine, spoken, silent)
    if as_json:
        print(json.dumps(asdict(figures)))
        return
    _show(figures)
    for clip, transcript in sorted(spoken, key=lambda pair: -_errors(*pair))[:worst]:
        print(f"{clip.language:12} {clip.voice:8} {clip.condition:8} {clip.text}  ->  {transcript.text}")


def _sizes(text: str) -> list[int]:
    """'1,2,4' -> [1, 2, 4]"""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= LARGEST_BATCH for part in parts):
        raise typer.BadParameter(f"--batch takes sizes from 1 to {LARGEST_BATCH} with commas between: 1,2,4,8")
    return [int(part) for part in parts]


def _settings(model: str | None, device: DeviceName | None, threads: int | None) -> Settings:
    settings = load_settings()
    given = {"asr": model, "asr_device": device and device.value, "asr_threads": threads}
    update = {key: value for key, value in given.items() if value is not None}
    return settings.model_copy(update={"models": settings.models.model_copy(update=update)})


Recognised = list[tuple[Clip, Transcript]]


def _recognise(engine: AsrEngine, clips: list[Clip], *, quiet: bool) -> Recognised:
    """Each alone, as on a machine with one call."""
    engine.transcribe_batch([Utterance(clips[0].audio, RATE_HZ)])
    return [
        (clip, engine.transcribe_batch([Utterance(clip.audio, RATE_HZ)])[0])
        for clip in track(clips, description="recognising", disable=quiet, transient=True)
    ]


def _noise(data: Path, seed: int) -> list[Clip]:
    """Stretches in which nobody speaks: noise at a line's usual levels, and silence."""
    beds: dict[str, Audio] = held_out_beds(seed)
    for name, file in RECORDED_BEDS.items():
        path = data / "noise_and_tones" / "audio" / file
        if path.exists():
            beds[name] = noise.recorded(path)
    rng = random.Random(seed)
    clips = []
    for number in range(NOISE_CLIPS):
        name = sorted(beds)[number % len(beds)]
        channel = replace(held_out_channel(rng), snr_db=rng.uniform(10, 25))
        clips.append(noise_clip(rng.uniform(0.4, 4.0), channel, {name: beds[name]}, rng))
    silence = Clip("", "cmn", "", "silence", np.zeros(2 * RATE_HZ, np.int16))
    return [*clips, silence]


def _figures(engine: AsrEngine, spoken: Recognised, silent: Recognised) -> AsrFigures:
    times = [transcript.elapsed_ms for _, transcript in spoken]
    description = engine.describe()
    return AsrFigures(
        model=description.name,
        device=description.device,
        clips=len(spoken),
        cer=_cer(spoken),
        sentences_right=sum(_errors(*pair) == 0 for pair in spoken) / len(spoken),
        by_language=_grouped(spoken, lambda clip: (clip.language,), _cer),
        by_condition=_grouped(spoken, lambda clip: (clip.condition, _voice(clip)), _cer),
        utterance_ms=median(times),
        utterance_ms_p95=float(np.percentile(times, 95)),
        language_right=sum((t.language == "yue") == (c.language == "yue") for c, t in spoken) / len(spoken),
        invented=_grouped(silent, lambda clip: (clip.condition,), lambda pairs: _share(bool(t.text) for _, t in pairs)),
    )


def _grouped(
    pairs: Recognised, names: Callable[[Clip], Iterable[str]], figure: Callable[[Recognised], float]
) -> dict[str, float]:
    groups: defaultdict[str, Recognised] = defaultdict(list)
    for clip, transcript in pairs:
        for name in names(clip):
            groups[name].append((clip, transcript))
    return {name: figure(groups[name]) for name in sorted(groups)}


def _voice(clip: Clip) -> str:
    return "unseen voices" if clip.voice in HELD_OUT else "voices of training"


def _errors(clip: Clip, transcript: Transcript) -> int:
    return edits(_comparable(clip.text), _comparable(transcript.text))


def _cer(pairs: Recognised) -> float:
    return sum(_errors(*pair) for pair in pairs) / max(sum(len(_comparable(clip.text)) for clip, _ in pairs), 1)


def _comparable(text: str) -> str:
    """Without punctuation, numbers written one way."""
    return normalised(normalise(text))


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / max(len(values), 1)


def _show(figures: AsrFigures) -> None:
    title = f"{figures.model} on {figures.device}: {figures.clips} held-out utterances, G.711, SNR 15 to 30 dB"
    table = Table("group", "character error rate", title=title)
    table.add_row("all", f"{100 * figures.cer:.1f} %", end_section=True)
    for group in (figures.by_language, figures.by_condition):
        for name, cer in group.items():
            table.add_row(name, f"{100 * cer:.1f} %", end_section=name == list(group)[-1])
    Console().print(table)
    print(
        f"sentences without an error {100 * figures.sentences_right:.0f} %, language told right "
        f"{100 * figures.language_right:.0f} %, one utterance {figures.utterance_ms:.0f} ms "
        f"(p95 {figures.utterance_ms_p95:.0f})"
    )
    print("words invented over noise: " + ", ".join(f"{n} {100 * s:.0f} %" for n, s in figures.invented.items()))
    print("All voices are synthetic: these figures say nothing about people.")


def _random(shape: str, settings: Settings, stack: ExitStack, *, quiet: bool) -> AsrEngine:
    """A model of a shape with random weights, gone when the stack is closed."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voicebot-bench-"))) / shape
    folder.mkdir()
    models = settings.models
    device = choose_device(models.asr_device)
    with Progress(transient=True, disable=quiet) as progress:
        writing = progress.add_task(f"writing random weights ({shape})", total=1.0)
        for share in write(SHAPES[shape], folder):
            progress.update(writing, completed=share)
    return FasterWhisperEngine(
        folder_model(folder), folder, languages=models.languages, device=device, threads=models.asr_threads
    )


def _speed(
    engine: AsrEngine,
    utterances: list[Utterance],
    sizes: list[int],
    rounds: int,
    *,
    threads: int | None,
    as_json: bool,
) -> None:
    repeated = list(islice(cycle(utterances), max(len(utterances), *sizes)))
    throughput = Throughput(engine, repeated, sizes)
    with Progress(transient=True, disable=as_json) as progress:
        measuring = progress.add_task("measuring", total=rounds * sum(len(repeated) // s * s for s in set(sizes)))
        throughput.warm_up()
        for _ in range(rounds):
            for done in throughput.run():
                progress.advance(measuring, done)
    figures = throughput.figures(threads=threads)
    if as_json:
        print(json.dumps(asdict(figures)))
    else:
        _show_speed(figures)


def _show_speed(figures: ThroughputFigures) -> None:
    title = f"{figures.model} on {figures.device}: {figures.utterances} utterances of {figures.mean_s:.1f} s on average"
    table = Table("batch", "utterances/s", "against the first", "batch p50 ms", "batch p95 ms", title=title)
    for row in figures.batches:
        rate, ratio = f"{row.utterances_per_s:.1f}", f"{row.ratio:.2f}"
        table.add_row(str(row.batch), rate, ratio, f"{row.p50_ms:.0f}", f"{row.p95_ms:.0f}")
    Console().print(table)
    served = figures.capacity
    print(
        f"{served.utterances_per_s:.0f} utterances a second get their words within {served.within_ms:.0f} ms (p95, "
        f"waiting included, batches of up to {served.batch}): {served.callers} callers at a time,\nif each has "
        f"{served.turns_per_minute:g} turns a minute with {served.recognitions_per_turn:g} recognitions each, and the "
        "recogniser has the device to itself."
    )
