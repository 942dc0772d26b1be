"""A Piper voice of about 1 MB that hums one tone a phoneme: real file format, real loading code, no download."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SAMPLE_RATE_HZ = 22_050
SAMPLES_A_PHONEME = 1_024


def make_voice(folder: Path, *, espeak_voice: str = "cmn") -> Path:
    """Writes hum.onnx and hum.onnx.json; returns the model's path."""
    symbols = 256
    time_s = np.arange(SAMPLES_A_PHONEME) / SAMPLE_RATE_HZ
    tones = np.sin(2 * np.pi * (200 + 8 * np.arange(symbols))[:, None] * time_s).astype(np.float32)
    tones[0] = 0.0  # the padding between phonemes is silent
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["tones", "input"], ["spoken"]),
            helper.make_node("Reshape", ["spoken", "shape"], ["flat"]),
            helper.make_node("Gather", ["scales", "first"], ["loudness"]),
            helper.make_node("Mul", ["flat", "loudness"], ["output"]),
        ],
        "hum",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, 1, "time"])],
        [
            numpy_helper.from_array(tones, "tones"),
            numpy_helper.from_array(np.array([1, 1, 1, -1], np.int64), "shape"),
            numpy_helper.from_array(np.array(0, np.int64), "first"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path = folder / "hum.onnx"
    onnx.save(model, path)
    config = {
        "audio": {"sample_rate": SAMPLE_RATE_HZ},
        "espeak": {"voice": espeak_voice},
        "num_symbols": symbols,
        "num_speakers": 1,
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    Path(f"{path}.json").write_text(json.dumps(config), encoding="utf-8")
    return path
