"""The same recurrent network in every library: read into one plain description, written from it, bit by bit.

NumPy is enough to import this; torch, Keras and the others are loaded by the functions that need them.
"""

from rnnkit.convert.chain import Chain
from rnnkit.convert.checking import Verdict, check
from rnnkit.convert.description import Cell, Recurrent
from rnnkit.convert.equinox_modules import from_equinox, to_equinox
from rnnkit.convert.flax_linen import from_flax, to_flax
from rnnkit.convert.flax_nnx import from_nnx, to_nnx
from rnnkit.convert.gates import HardSigmoid, Sigmoid, reordered
from rnnkit.convert.keras_models import from_keras, to_keras
from rnnkit.convert.numpy_layers import from_layers, to_layers
from rnnkit.convert.onnx import from_onnx, to_onnx
from rnnkit.convert.parts import Activation, Dropout, Embedding, Last, Linear, Masking
from rnnkit.convert.pytorch import from_torch, to_torch
from rnnkit.convert.reference import run, run_chain
from rnnkit.convert.stored import load, save

__all__ = [
    "Activation",
    "Cell",
    "Chain",
    "Dropout",
    "Embedding",
    "HardSigmoid",
    "Last",
    "Linear",
    "Masking",
    "Recurrent",
    "Sigmoid",
    "Verdict",
    "check",
    "from_equinox",
    "from_flax",
    "from_keras",
    "from_layers",
    "from_nnx",
    "from_onnx",
    "from_torch",
    "load",
    "reordered",
    "run",
    "run_chain",
    "save",
    "to_equinox",
    "to_flax",
    "to_keras",
    "to_layers",
    "to_nnx",
    "to_onnx",
    "to_torch",
]
