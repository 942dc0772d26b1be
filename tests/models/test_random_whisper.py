"""Guards the stand-in for models too large to ship: it goes through the engine as a hub model does, and its decoder
writes as many tokens as a request has."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.asr import Utterance
from models.catalogue import folder_model
from models.random_whisper import SHAPES, WRITTEN_TOKENS, NoRoom, Shape, write
from models.whisper import FasterWhisperEngine

SMALLEST = Shape("smallest", 80, 64, 2, 1, 1, 51_865)


def test_it_goes_through_the_engine_and_writes_a_requests_length(tmp_path: Path) -> None:
    shares = list(write(SMALLEST, tmp_path))
    assert shares == sorted(shares) and shares[-1] == 1.0
    engine = FasterWhisperEngine(folder_model(tmp_path), tmp_path, device="cpu", threads=1)
    lengths: list[int] = []
    generate = engine._whisper.model.generate

    class Listening:
        def __getattr__(self, name: str) -> Any:
            return getattr(model, name)

        def generate(self, *args: Any, **kwargs: Any) -> Any:
            results = generate(*args, **kwargs)
            lengths.extend(len(result.sequences_ids[0]) for result in results)
            return results

    model, engine._whisper.model = engine._whisper.model, Listening()
    noise = np.random.default_rng(0).integers(-3000, 3000, 16_000).astype(np.int16)
    transcripts = engine.transcribe_batch([Utterance(noise, 8_000)] * 3)
    assert len(transcripts) == 3
    assert lengths == [WRITTEN_TOKENS] * 3


def test_large_v3_turbo_has_its_published_size() -> None:
    assert SHAPES["large-v3-turbo"].parameters == pytest.approx(809e6, rel=0.1)


def test_a_disk_without_room_is_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: full)
    with pytest.raises(NoRoom, match="TMPDIR"):
        list(write(SMALLEST, tmp_path))
    assert not list(tmp_path.iterdir())
