"""The stages of training, each a function over several processes: clips, then weights, then the bundled folder."""

import logging
import os
import random
import shutil
import tempfile
import time
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.distributed as dist

from models import espeak
from models.training import checkpoint, convert, loop, shards, voices
from models.training.loop import LoopConfig
from models.training.network import Recogniser
from models.training.sources import Sources, added_characters
from models.training.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

INVENTED_VOICES = 100
"""New ones for each shard."""


def make_clips(folder: Path, start: Path, sources: Sources, *, count: int, processes: int, seed: int) -> None:
    """Writes `count` shards into `folder`; training may be reading there already."""
    folder.mkdir(parents=True, exist_ok=True)
    shares = [len(range(rank, count, processes)) for rank in range(processes)]
    arguments = [(folder, start, sources, share, seed + rank) for rank, share in enumerate(shares)]
    with get_context("spawn").Pool(processes) as pool:
        pool.starmap(_make_clips, arguments)


def fit(start: Path, clips: Path, out: Path, config: LoopConfig, *, processes: int, seed: int) -> None:
    """Trains from the checkpoint `start` on the shards of `clips`; the result lies in `out`, also now and then."""
    with tempfile.TemporaryDirectory() as meeting:
        arguments = (processes, f"file://{meeting}/point", start, clips, out, config, seed)
        torch.multiprocessing.spawn(_fit, arguments, nprocs=processes)


def bundle(source: Path, start: Path, out: Path, sources: Sources, *, sentences: int, seed: int) -> None:
    """The folder that faster-whisper loads; its language model learns `sentences` lines of the domain."""
    domain = Sources(company=sources.company).corpus(set(checkpoint.read(source)[1].characters))
    rng = random.Random(seed)
    convert.convert(source, start, out, (domain.line(rng).text for _ in range(sentences)))


def _make_clips(folder: Path, start: Path, sources: Sources, count: int, seed: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    vocabulary = Vocabulary.of_tokenizer(start / "tokenizer.json").with_more(added_characters())
    corpus = sources.corpus(set(vocabulary.characters))
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as data:
        shutil.copytree(espeak.data_folder(), data, dirs_exist_ok=True)
        voices.invent(Path(data), INVENTED_VOICES, rng)  # espeak-ng lists its voices when it starts
        espeak.use_data(Path(data))
        beds = sources.beds(seed)
        for number in range(count):
            known = voices.invent(Path(data), INVENTED_VOICES, rng)
            path = folder / f"{time.time_ns()}-{seed}.npz"
            shards.write(path, partial(shards.training_clip, corpus, known, beds, rng))
            logger.info("clips: shard %d of %d of process %d", number + 1, count, seed)


def _fit(
    rank: int, world: int, meeting: str, start: Path, clips: Path, out: Path, config: LoopConfig, seed: int
) -> None:
    logging.basicConfig(level=logging.WARNING if rank else logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(max((os.cpu_count() or 1) // world, 1))
    if world > 1:
        dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=world)
    torch.manual_seed(seed)  # the same fresh rows in all processes
    network, vocabulary = checkpoint.read(start, more=added_characters())

    def save(trained: Recogniser, seen: int) -> None:
        if rank == 0:
            checkpoint.write(out, trained, vocabulary, start)
            logger.info("saved %s after %d clips a process", out, seen)

    loop.train(network, vocabulary, clips, config, save=save, seed=seed + rank)
    if world > 1:
        dist.destroy_process_group()
