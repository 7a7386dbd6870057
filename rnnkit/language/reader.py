"""The language models that come with the course: their files, and how to read them.

`python -m rnnkit train words` makes the model of words, `python -m rnnkit train speeches` that of the
speeches.
"""

from rnnkit import _places
from rnnkit._records import Records
from rnnkit.language.alphabet import Alphabet

NAMES = ("words", "speeches")
RECORDS = Records({name: name for name in NAMES})


def load(name, folder=_places.CHECKPOINTS):
    """Return a trained LanguageModel in evaluation mode, and its Alphabet.

    name: "words", which has the same rounded weights, in float64, as the figure in the page; or "speeches".
    Raises FileNotFoundError if a file is missing, ValueError if one is damaged.
    """
    import torch  # by whoever computes; alphabets and texts do without

    from rnnkit.models import LanguageModel
    from rnnkit.training import load_weights

    about = record(name, folder)
    path = RECORDS.path(name, folder)
    try:
        alphabet = Alphabet(about["characters"])
        model = LanguageModel(len(alphabet), **about["model"]).to(getattr(torch, about["dtype"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RECORDS.damaged(name, folder, error) from None
    load_weights(path, model)
    return model.eval(), alphabet


def record(name, folder=_places.CHECKPOINTS):
    """Return what is known of the training of a model: recipe, data, scores, seconds. Errors as of `load`."""
    return RECORDS.read(name, folder)


def write(name, model, alphabet, about, folder=_places.CHECKPOINTS):
    """Write the weights of a model of one kind of text, and its record.

    about: dict of what JSON can hold: recipe, scores, hashes of the data. How the model is built joins it.
    """
    from rnnkit.training import save_weights

    path = RECORDS.path(name, folder)
    built = {
        "embedding_size": model.embedding.embedding_dim, "hidden_size": model.rnn.hidden_size,
        "num_layers": model.rnn.num_layers, "kind": type(model.rnn).__name__.lower(),
    }  # fmt: skip
    dtype = str(model.readout.weight.dtype).removeprefix("torch.")
    save_weights(path, model)
    stored = {**about, "characters": alphabet.characters, "model": built, "dtype": dtype}
    RECORDS.write(name, folder, stored)
