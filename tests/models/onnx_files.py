"""Small ONNX files with the interfaces of models that are too large to ship."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def end_of_turn_file(path: Path, *, input_name: str = "input_features") -> Path:
    """A model with Smart Turn's interface that finds a turn over where its last half second is softer than the mean."""
    graph = helper.make_graph(
        [
            helper.make_node("Slice", [input_name, "start", "stop", "axis"], ["last"]),
            helper.make_node("ReduceMean", ["last"], ["end"], axes=[1, 2], keepdims=0),
            helper.make_node("ReduceMean", [input_name], ["all"], axes=[1, 2], keepdims=0),
            helper.make_node("Sub", ["all", "end"], ["difference"]),
            helper.make_node("Sigmoid", ["difference"], ["flat"]),
            helper.make_node("Reshape", ["flat", "shape"], ["logits"]),
        ],
        "turns",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", 80, 800])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
        [
            numpy_helper.from_array(np.array([750], np.int64), "start"),
            numpy_helper.from_array(np.array([800], np.int64), "stop"),
            numpy_helper.from_array(np.array([2], np.int64), "axis"),
            numpy_helper.from_array(np.array([-1, 1], np.int64), "shape"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
