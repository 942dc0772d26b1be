"""Fine-tunes the network. Interrupted at any time, it goes on from where it last measured, with the same result."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.nn import functional
from torch.utils.data import DataLoader

from models.dialect_card import Ear, Measured
from models.dialect_ear import heard
from models.training.channel import Audio
from models.training.dialect import network as networks
from models.training.dialect.batches import Batch, TrainingBatches, held_out_samples
from models.training.dialect.corpus import CorpusError, Recording, tags_of
from models.training.dialect.figures import measure
from models.training.dialect.network import CHINESE, Network, scores_of

logger = logging.getLogger(__name__)

BEST = "best"
_SETTINGS = "settings.json"
_STATE = "state.pt"


@dataclass(frozen=True, slots=True)
class FitConfig:
    """How long and how hard to train."""

    base: str = CHINESE
    steps: int = 20_000
    batch: int = 32
    """Recordings a step."""
    learning_rate: float = 3e-5
    """At its peak, after a tenth of the steps; from there it falls to nothing in a straight line."""
    longest_s: int = 8
    """Of a recording that is heard at once."""
    measure_every: int = 1_000
    """Steps between two looks at the development recordings; the state is kept then, too."""
    seed: int = 0


def fit(
    training: Sequence[Recording],
    development: Sequence[Recording],
    beds: Mapping[str, Audio],
    out: Path,
    config: FitConfig,
    *,
    workers: int = 4,
) -> None:
    """Trains into out/best, the weights that did best on the development recordings. Raises CorpusError."""
    tags = sorted(tags_of(training))
    torch.manual_seed(config.seed)
    network = networks.new_network(config.base, tags, longest_s=config.longest_s).to(networks.device())
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], weight_decay=0.01)
    state = _State(out, config, tags, network, optimizer)
    ear = networks.ear_of(network, longest_s=config.longest_s)
    batches = TrainingBatches(training, tags, ear, beds, count=config.steps, size=config.batch, seed=config.seed)
    with _progress(config.steps) as advance:
        advance(state.step, float("nan"))
        for batch in _from(batches, state.step, workers):
            loss = _step(network, optimizer, batch, state.step, config)
            state.step += 1
            advance(state.step, loss)
            if state.step % config.measure_every == 0 or state.step == config.steps:
                measured = measure_network(network, development, tags, ear, beds)
                logger.info("step %d: loss %.3f, right %.1f %%", state.step, loss, 100 * measured.accuracy)
                state.keep(measured.accuracy)


def learning_rate(config: FitConfig, step: int) -> float:
    """Linear warm-up over a tenth of the steps, linear descent after it."""
    warm_up = max(config.steps // 10, 1)
    return config.learning_rate * min((step + 1) / warm_up, (config.steps - step) / (config.steps - warm_up + 1))


def measure_network(
    network: Network, recordings: Sequence[Recording], tags: Sequence[str], ear: Ear, beds: Mapping[str, Audio]
) -> Measured:
    """How the network does on recordings of strangers, one by one, as on the telephone."""
    where = networks.device()
    network.eval()
    scores = []
    with torch.inference_mode():
        for recording in recordings:
            audio = torch.from_numpy(heard(held_out_samples(recording, beds), ear))[None].to(where)
            scores.append(scores_of(network, audio)[0].float().cpu().numpy())
    labels = np.array([tags.index(recording.tag) for recording in recordings], np.int64)
    speakers = len({recording.speaker for recording in recordings})
    return measure(np.array(scores, np.float64), labels, tags, temperature=1.0, speakers=speakers)


def read_settings(out: Path) -> FitConfig:
    """With what `fit` was called. Raises CorpusError where it was not."""
    try:
        return FitConfig(**json.loads((out / _SETTINGS).read_text(encoding="utf-8"))["config"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{out} holds no training ({error}): run scripts/train_dialect fit first") from error


def _step(network: Network, optimizer: torch.optim.Optimizer, batch: Batch, step: int, config: FitConfig) -> float:
    where = networks.device()
    torch.manual_seed(config.seed * 1_000_003 + step)  # dropout, too, is a function of the step
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(config, step)
    network.train()
    with torch.autocast(where.type, torch.bfloat16, enabled=where.type == "cuda"):
        scores = scores_of(network, torch.from_numpy(batch.audio).to(where))
    loss = functional.cross_entropy(scores.float(), torch.from_numpy(batch.labels).to(where))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


class _State:
    """Where a training stands, on disk since it was last kept."""

    def __init__(
        self, out: Path, config: FitConfig, tags: Sequence[str], network: Network, optimizer: torch.optim.Optimizer
    ) -> None:
        self._out, self._network, self._optimizer = out, network, optimizer
        self.step, self._best = 0, -1.0
        settings = {"config": asdict(config), "tags": list(tags)}
        out.mkdir(parents=True, exist_ok=True)
        if (out / _SETTINGS).exists():
            if json.loads((out / _SETTINGS).read_text(encoding="utf-8")) != settings:
                raise CorpusError(f"{out} holds a training with other settings: name another folder, or delete it")
            self._resume()
        else:
            (out / _SETTINGS).write_text(json.dumps(settings, indent=1), encoding="utf-8")

    def keep(self, accuracy: float) -> None:
        if accuracy >= self._best:
            self._best = accuracy
            self._network.save_pretrained(self._out / BEST)
        part = self._out / f"{_STATE}.part"
        held: dict[str, Any] = {
            "network": self._network.state_dict(), "optimizer": self._optimizer.state_dict(),
            "step": self.step, "best": self._best,
        }  # fmt: skip
        torch.save(held, part)
        part.replace(self._out / _STATE)

    def _resume(self) -> None:
        if (self._out / _STATE).exists():
            held = torch.load(self._out / _STATE, map_location=networks.device(), weights_only=True)
            self._network.load_state_dict(held["network"])
            self._optimizer.load_state_dict(held["optimizer"])
            self.step, self._best = held["step"], held["best"]
            logger.info("going on from step %d", self.step)


def _from(batches: TrainingBatches, start: int, workers: int) -> Iterator[Batch]:
    """Made ahead by `workers` processes; 0 makes them here."""
    numbers = range(start, len(batches))
    yield from DataLoader(batches, batch_size=None, sampler=numbers, num_workers=workers, collate_fn=_as_it_is)


def _as_it_is(batch: Batch) -> Batch:
    return batch


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[int, float], None]]:
    """A bar with the loss on it, moved by (step, loss)."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=steps)
        yield lambda step, loss: bar.update(task, completed=step, description=f"loss {loss:.3f}")
