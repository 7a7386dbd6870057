"""The language models that come with the course: their files, and how to read them.

`python -m rnnkit train words` makes the model of words, `python -m rnnkit train speeches` that of the
speeches.
"""

import json
import os
from pathlib import Path

from rnnkit import _places
from rnnkit import _validation as v
from rnnkit._files import json_by_key, write_atomically
from rnnkit.language.alphabet import Alphabet

NAMES = ("words", "speeches")


def load(name, folder=_places.CHECKPOINTS):
    """Return a trained LanguageModel in evaluation mode, and its Alphabet.

    name: "words", which has the same rounded weights, in float64, as the figure in the page; or "speeches".
    Raises FileNotFoundError if a file is missing, ValueError if one is damaged.
    """
    import torch  # by whoever computes; alphabets and texts do without

    from rnnkit.models import LanguageModel
    from rnnkit.training import load_weights

    about = record(name, folder)
    path = _in(name, folder)
    try:
        alphabet = Alphabet(about["characters"])
        model = LanguageModel(len(alphabet), **about["model"]).to(getattr(torch, about["dtype"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(name, folder, error) from None
    load_weights(path, model)
    return model.eval(), alphabet


def record(name, folder=_places.CHECKPOINTS):
    """Return what is known of the training of a model: recipe, data, scores, seconds. Errors as of `load`."""
    path = _in(name, folder).with_suffix(".json")
    if not path.is_file():
        raise _places.missing(path, f"repair with: {_repair(name)}")
    try:
        return v.instance("the record", json.loads(path.read_text(encoding="utf-8")), dict)
    except (ValueError, TypeError) as error:
        raise _damaged(name, folder, error) from None


def write(name, model, alphabet, about, folder=_places.CHECKPOINTS):
    """Write the weights of a model of one kind of text, and its record.

    about: dict of what JSON can hold: recipe, scores, hashes of the data. How the model is built joins it.
    """
    from rnnkit.training import save_weights

    path = _in(name, folder)
    built = {
        "embedding_size": model.embedding.embedding_dim, "hidden_size": model.rnn.hidden_size,
        "num_layers": model.rnn.num_layers, "kind": type(model.rnn).__name__.lower(),
    }  # fmt: skip
    dtype = str(model.readout.weight.dtype).removeprefix("torch.")
    save_weights(path, model)
    stored = {**about, "characters": alphabet.characters, "model": built, "dtype": dtype}
    write_atomically(path.with_suffix(".json"), json_by_key(stored))


def _in(name, folder):
    """Return the path of the weights in a folder."""
    folder = v.instance("folder", folder, (str, os.PathLike))
    return Path(folder) / f"{v.choice('name', name, NAMES)}.safetensors"


def _repair(name):
    return f"git checkout -- data/checkpoints/{name}.*"


def _damaged(name, folder, error):
    path = _in(name, folder).with_suffix(".json")
    return ValueError(f"{path} is damaged ({error}); repair with: {_repair(name)}")
