"""A dialect classifier's folder, small enough to make in a test: it tells sharp sounds from dull ones."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.dialect import MODEL_FILE
from models.dialect_card import DialectCard, Ear, Measured, write_card

TAGS = ("cmn", "yue")
MEASURED = Measured(
    clips=40,
    speakers=8,
    accuracy=0.9,
    recall={"cmn": 0.9, "yue": 0.9},
    confusion={"cmn": {"cmn": 18, "yue": 2}, "yue": {"cmn": 2, "yue": 18}},
    calibration_error=0.03,
)


def dialect_folder(folder: Path, *, input_name: str = "audio", outputs: int = 2) -> Path:
    """Scores of `TAGS` from 16 kHz samples: the more neighbours differ, the more it is yue."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = np.array([[-20.0], [20.0], [0.0]][:outputs], np.float32).T
    bias = np.array([5.0, -5.0, -9.0][:outputs], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Slice", [input_name, "one", "end", "axis"], ["later"]),
            helper.make_node("Slice", [input_name, "zero", "minus", "axis"], ["earlier"]),
            helper.make_node("Sub", ["later", "earlier"], ["steps"]),
            helper.make_node("Abs", ["steps"], ["sizes"]),
            helper.make_node("ReduceMean", ["sizes"], ["roughness"], axes=[1], keepdims=1),
            helper.make_node("MatMul", ["roughness", "weights"], ["weighed"]),
            helper.make_node("Add", ["weighed", "bias"], ["scores"]),
        ],
        "dialect",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", "samples"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", outputs])],
        [
            *(
                numpy_helper.from_array(np.array([value], np.int64), name)
                for name, value in (("zero", 0), ("one", 1), ("minus", -1), ("end", 2**40), ("axis", 1))
            ),
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(bias, "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / MODEL_FILE)
    write_card(folder, DialectCard(TAGS, Ear("waveform"), MEASURED, temperature=2.0, base="by hand"))
    return folder
