"""The small reader of film reviews that comes with the course: its files, and what it says after each word.

`python -m rnnkit train sentiment` makes it. Every weight matrix is rounded to one byte a number
(`rnnkit._int8`), the rest to four digits; Python and the page compute with the same rounded numbers.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from rnnkit import _int8, _places, sentiment, text
from rnnkit import _validation as v
from rnnkit._files import write_atomically
from rnnkit._records import Records
from rnnkit.models import ReviewClassifier
from rnnkit.sentiment import packed as packing
from rnnkit.training.checkpoints import load_weights, save_weights

NAME = "sentiment"
RECORDS = Records({NAME: NAME})


class Word(NamedTuple):
    """A token of a text, whether the reader knows it, and the probability of praise after it."""

    token: str
    known: bool
    probability: float


def load(folder=_places.CHECKPOINTS):
    """Return the reader, a ReviewClassifier, its Vocabulary, and the record of its training.

    Raises FileNotFoundError if a file is missing, ValueError if one is damaged.
    """
    record = RECORDS.read(NAME, folder)
    try:
        settings = record["recipe"]["student"]
        model = ReviewClassifier(
            record["words"], settings["embedding"], settings["hidden_size"], direction="forward"
        )
    except (ValueError, TypeError, KeyError) as error:
        raise RECORDS.damaged(NAME, folder, error) from None
    metadata = load_weights(RECORDS.path(NAME, folder), model)
    return model.eval(), text.Vocabulary(metadata["vocabulary"].split(" ")), record


@torch.no_grad()
def read(one, model, vocabulary):
    """Return what a reader thinks of a text after each of its words, a list of `Word`.

    one: a string. model: a ReviewClassifier that reads forward. vocabulary: that of the model.
    Nothing in the text is interpreted: HTML is read as the words and marks that it consists of.
    Raises TypeError if `one` is not a string, ValueError if it holds no word.
    """
    v.instance("model", model, ReviewClassifier)
    tokens = text.tokenize(one)
    if not tokens:
        raise ValueError(f"the text must hold at least one word, got {v.describe(one)}")
    indices = v.instance("vocabulary", vocabulary, text.Vocabulary).encode(tokens)
    mode = model.training
    scores = model.eval().after_each_word(torch.from_numpy(indices[None]))[0]
    model.train(mode)
    return [
        Word(token, bool(index != text.UNK), float(probability))
        for token, index, probability in zip(tokens, indices, scores.sigmoid(), strict=True)
    ]


def pack(model, vocabulary):
    """Return the rounded weights of a forward reader and its vocabulary as a dict for JSON.

    The form of the dict is that of `rnnkit.sentiment.packed`, in which a blank stands between two words.
    Raises TypeError or ValueError that names the argument if model or vocabulary is anything else.
    """
    v.instance("model", model, ReviewClassifier)
    v.instance("vocabulary", vocabulary, text.Vocabulary)
    if model.direction != "forward":
        raise ValueError(f"model must have direction 'forward', got {model.direction!r}")
    for token in vocabulary.tokens:
        if token.split() != [token]:
            raise ValueError(f"vocabulary must hold words without a blank, got {token!r}")
    arrays = {name: value.detach().double().numpy() for name, value in model.state_dict().items()}
    return {
        "vocabulary": " ".join(vocabulary.tokens[len(text.SPECIAL) :]),
        **{name: _int8.encode_short(arrays[name], name) for name in packing.MATRICES},
        **{name: _int8.short(arrays[name].ravel()) for name in packing.VECTORS},
    }


def unpack(packed):
    """Return the reader in float64, in evaluation mode, and the Vocabulary that `pack` packed.

    Raises TypeError or ValueError if `packed` is anything else.
    """
    state, vocabulary = packing.unpack(packed, "packed")
    (words, D), H = state[packing.EMBEDDING].shape, state[packing.W_HH].shape[1]
    state[packing.READOUT] = state[packing.READOUT][None]
    model = ReviewClassifier(words, D, H, direction="forward").double().eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return model, vocabulary


def write(model, vocabulary, record, folder=_places.CHECKPOINTS, pages=_places.WEIGHTS):
    """Round a reader and write its weights, its record, and the script for the page.

    record: dict of what JSON can hold: recipe, scores, hashes of the data.
    """
    path = RECORDS.path(NAME, folder)
    script = Path(v.instance("pages", pages, (str, os.PathLike))) / f"{NAME}.js"
    packed = pack(model, vocabulary)
    rounded, _ = unpack(packed)
    save_weights(path, rounded.float(), {"vocabulary": packed["vocabulary"]})
    RECORDS.write(NAME, folder, record)
    content = json.dumps(packed, separators=(",", ":"), ensure_ascii=False)
    write_atomically(script, f'rnnWeights("{NAME}", {content});\n')


def accuracy(model, vocabulary, reviews):
    """Return the share of reviews that a reader answers correctly."""
    scores = sentiment.scores(model.float(), sentiment.encode(reviews.texts, vocabulary))
    return float(np.mean((scores > 0) == reviews.labels))
