"""Which kind of side a thing is."""

import os
import sys

from rnnkit import layers
from rnnkit._validation import describe
from rnnkit.convert.chain import Chain
from rnnkit.convert.checking.sides.plain import Described, Function, OwnLayer
from rnnkit.convert.description import Recurrent

KINDS = "a torch module, a layer of rnnkit or Keras, a Keras model, a description, an ONNX file or a function"


def side_of(thing, label):
    """Return the `Side` of anything that can be checked. Libraries are loaded only if the thing is one of
    theirs.
    """
    if isinstance(thing, (Recurrent, Chain)):
        return Described(thing, label)
    if isinstance(thing, (layers.RNN, layers.LSTM, layers.GRU)):
        return OwnLayer(thing, label)
    if isinstance(thing, (str, os.PathLike)):
        from rnnkit.convert.checking.sides.onnx_side import OnnxSide

        if not os.path.isfile(thing):
            raise ValueError(
                f"{label} must be the path of an ONNX file, got {os.fspath(thing)!r}: there is none"
            )
        return OnnxSide(thing, label)
    keras = sys.modules.get("keras")
    if keras and isinstance(thing, keras.layers.Layer):
        from rnnkit.convert.checking.sides.keras_side import keras_side

        return keras_side(thing, label)
    torch = sys.modules.get("torch")
    if torch and isinstance(thing, torch.nn.Module):
        from rnnkit.convert.checking.sides.torch_modules import torch_side

        return torch_side(thing, label)
    if callable(thing):
        return Function(thing, label)
    raise TypeError(f"{label} must be {KINDS}, got {describe(thing)}")
