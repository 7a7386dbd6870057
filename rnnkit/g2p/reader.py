"""The networks that come with the course and say words: their files, and how to read them.

`python -m rnnkit train g2p` makes that of the page, `python -m rnnkit train g2p-large` the larger one.
"""

from rnnkit import _places
from rnnkit._records import Records
from rnnkit.g2p.spelling import SOURCE_SYMBOLS, TARGET_SYMBOLS

FILES = {"g2p": "g2p", "g2p-large": "g2p_large"}
RECORDS = Records(FILES)


def load(name, folder=_places.CHECKPOINTS):
    """Return a trained Seq2Seq in evaluation mode.

    name: "g2p", which has the same rounded weights, in float64, as the figure in the page; or "g2p-large".
    Raises FileNotFoundError if a file is missing, ValueError if one is damaged.
    """
    import torch  # by whoever computes; words and phones do without

    from rnnkit.g2p.rounding import Rounded
    from rnnkit.seq2seq import Seq2Seq
    from rnnkit.training import load_weights

    about = record(name, folder)
    try:
        network = Seq2Seq(SOURCE_SYMBOLS, TARGET_SYMBOLS, **about["model"]).to(getattr(torch, about["dtype"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RECORDS.damaged(name, folder, error) from None
    kept = Rounded(network)
    load_weights(RECORDS.path(name, folder), kept)
    return kept.restore(network).eval()


def record(name, folder=_places.CHECKPOINTS):
    """Return what is known of a training: recipe, data, error rates, seconds. Errors as of `load`."""
    return RECORDS.read(name, folder)


def write(name, network, about, folder=_places.CHECKPOINTS):
    """Write the rounded weights of a network, and its record.

    about: dict of what JSON can hold: recipe, scores, hashes of the data. How the network is built joins it.
    """
    from rnnkit.g2p.rounding import Rounded
    from rnnkit.training import save_weights

    path = RECORDS.path(name, folder)
    built = {
        "embedding_size": network.decoder.embedding.embedding_dim,
        "hidden_size": network.decoder.rnn.hidden_size,
        "encoder_layers": network.encoder.rnn.num_layers,
    }
    dtype = str(network.decoder.readout.weight.dtype).removeprefix("torch.")
    save_weights(path, Rounded(network))
    RECORDS.write(name, folder, {**about, "model": built, "dtype": dtype})
