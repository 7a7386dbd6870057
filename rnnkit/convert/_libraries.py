"""The libraries that are loaded only when a network goes there or comes from there."""

import importlib
import os
import sys

EXTRAS = {
    "keras": "rosetta",
    "onnx": "rosetta",
    "onnxruntime": "rosetta",
    "flax": "rosetta-jax",
    "jax": "rosetta-jax",
    "equinox": "rosetta-jax",
}


def load(name):
    """Return the module `name`, such as "keras" or "flax.linen".

    Keras runs on torch, unless KERAS_BACKEND says otherwise.
    Raises ImportError that names the extra to install if the library is missing.
    """
    library = name.partition(".")[0]
    if library == "keras" and "keras" not in sys.modules:
        os.environ.setdefault("KERAS_BACKEND", "torch")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        told = f"{library} is not installed. Install it with: pip install 'rnnkit[{EXTRAS[library]}]'"
        raise ImportError(told) from None
