"""Exercises of chapter 10, weights carried from one library to another."""

from rnnkit.check.rosetta.biases import merge_biases
from rnnkit.check.rosetta.blocks import reorder_gates
from rnnkit.check.rosetta.compared import largest_differences
from rnnkit.check.rosetta.haiku import from_haiku_gru
from rnnkit.check.rosetta.keras import from_keras_lstm
from rnnkit.check.rosetta.onnx import from_onnx_lstm

__all__ = [
    "from_haiku_gru",
    "from_keras_lstm",
    "from_onnx_lstm",
    "largest_differences",
    "merge_biases",
    "reorder_gates",
]
