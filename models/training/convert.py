"""A training checkpoint as the folder that faster-whisper loads: int8 weights, tokenizer, CTC head, language model."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.converters import TransformersConverter
from safetensors.torch import save_file

from models.training import checkpoint, ngram
from models.training.vocabulary import Vocabulary

_COPIED = ("tokenizer.json", "preprocessor_config.json")
_LM_ORDER = 4
_LM_FEWEST = 3


def convert(source: Path, pattern: Path, out: Path, sentences: Iterable[str]) -> None:
    """Writes `out` from the checkpoint `source`.

    pattern: the folder that training started from, for its configuration files; sentences: what the language model
    learns, without held-out ones.
    """
    network, vocabulary = checkpoint.read(source)
    weights = {name: tensor.detach().contiguous() for name, tensor in network.state_dict().items()}
    head = {name: weights.pop(f"ctc_head.{name}").half().numpy() for name in ("weight", "bias")}
    with tempfile.TemporaryDirectory() as folder:
        whisper = Path(folder)
        save_file(weights, whisper / "model.safetensors", metadata={"format": "pt"})
        (whisper / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())
        for name in ("preprocessor_config.json", "tokenizer_config.json"):
            (whisper / name).write_bytes((pattern / name).read_bytes())
        _write(whisper / "config.json", configuration(_read(pattern / "config.json"), vocabulary))
        _write(whisper / "generation_config.json", generation(_read(pattern / "generation_config.json"), vocabulary))
        TransformersConverter(str(whisper), copy_files=list(_COPIED)).convert(str(out), quantization="int8", force=True)
    np.savez(out / "ctc_head.npz", **head)
    ids = vocabulary.ids()
    known = ([ids[c] for c in sentence] for sentence in sentences if ids.keys() >= set(sentence))
    ngram.count(known, vocabulary.size, order=_LM_ORDER, fewest=_LM_FEWEST).save(out / "char_lm.npz")


def configuration(pattern: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """transformers' config.json with the ids of this vocabulary."""
    end = vocabulary.special("<|endoftext|>")
    timestamps = pattern["vocab_size"] - (pattern["bos_token_id"] + (vocabulary.timestamp(0) - end))
    return {
        **pattern,
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": vocabulary.special("<|startoftranscript|>"),
        "vocab_size": vocabulary.timestamp(0) + timestamps,
    }


def generation(pattern: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """transformers' generation_config.json with the ids of this vocabulary."""
    end = vocabulary.special("<|endoftext|>")
    return {
        **pattern,
        "begin_suppress_tokens": [end],
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": vocabulary.special("<|startoftranscript|>"),
        "no_timestamps_token_id": vocabulary.special("<|notimestamps|>"),
        "lang_to_id": {name: vocabulary.special(name) for name in pattern["lang_to_id"]},
        "task_to_id": {name: vocabulary.special(f"<|{name}|>") for name in pattern["task_to_id"]},
    }


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
