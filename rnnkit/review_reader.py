"""The small reader of film reviews that comes with the course: its files, and what it says after each word.

`python -m rnnkit train sentiment` makes it. Every weight matrix is rounded to one byte a number
(`rnnkit.widgets.int8`), the rest to four digits; Python and the page compute with the same rounded numbers.
"""

import json
from typing import NamedTuple

import numpy as np
import torch

from rnnkit import _validation as v
from rnnkit import datasets, sentiment, text
from rnnkit._files import json_by_key, write_atomically
from rnnkit.checkpoints import load_weights, save_weights
from rnnkit.models import ReviewClassifier
from rnnkit.widgets import int8

NAME = "sentiment"
FOLDER = datasets.DATA / "checkpoints"
PAGES = datasets.DATA.parent / "assets" / "weights"
MATRICES = ("embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0")
VECTORS = ("lstm.bias_ih_l0", "lstm.bias_hh_l0", "readout.weight", "readout.bias")
DIGITS = 4  # of a number that is not in a matrix: the page gets it as text


class Word(NamedTuple):
    """A token of a text, whether the reader knows it, and the probability of praise after it."""

    token: str
    known: bool
    probability: float


def load(folder=FOLDER):
    """Return the reader, a ReviewClassifier, its Vocabulary, and the record of its training.

    Raises FileNotFoundError if a file is missing, ValueError if one is damaged.
    """
    path, repair = folder / f"{NAME}.safetensors", f"git checkout -- data/checkpoints/{NAME}.*"
    record_file = path.with_suffix(".json")
    if not record_file.is_file():
        raise FileNotFoundError(
            f"{record_file.name} is missing (looked for {record_file}); repair with: {repair}"
        )
    record = json.loads(record_file.read_text(encoding="utf-8"))
    settings = record["recipe"]["student"]
    model = ReviewClassifier(
        record["words"], settings["embedding"], settings["hidden_size"], direction="forward"
    )
    metadata = load_weights(path, model)
    return model.eval(), text.Vocabulary(metadata["vocabulary"].split(" ")), record


@torch.no_grad()
def read(one, model, vocabulary):
    """Return what a reader thinks of a text after each of its words, a list of `Word`.

    one: a string. model: a ReviewClassifier that reads forward. vocabulary: that of the model.
    Nothing in the text is interpreted: HTML is read as the words and marks that it consists of.
    Raises TypeError if `one` is no string, ValueError if it holds no word.
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

    Matrices are packed by `rnnkit.widgets.int8`, under torch's names; the tokens from index 2 on are one
    string, separated by blanks.
    """
    if model.direction != "forward":
        raise ValueError(f"model must have direction 'forward', got {model.direction!r}")
    arrays = {name: value.detach().double().numpy() for name, value in model.state_dict().items()}
    packed = {name: int8.encode(arrays[name], name) for name in MATRICES}
    for matrix in packed.values():
        matrix["scale"] = _short(matrix["scale"])
    return {
        "vocabulary": " ".join(vocabulary.tokens[len(text.SPECIAL) :]),
        **packed,
        **{name: _short(arrays[name].ravel()) for name in VECTORS},
    }


def unpack(packed):
    """Return the reader in float64, in evaluation mode, and the Vocabulary that `pack` packed.

    Raises TypeError or ValueError if `packed` is anything else.
    """
    v.keys("packed", packed, ("vocabulary", *MATRICES, *VECTORS))
    state = {name: int8.decode(packed[name], name) for name in MATRICES}
    (words, D), H = state["embedding.weight"].shape, state["lstm.weight_hh_l0"].shape[1]
    shapes = dict(zip(VECTORS, [(4 * H,), (4 * H,), (2 * H,), (1,)], strict=True))
    state |= {name: v.array(name, packed[name], shapes[name], dtype=np.float64) for name in VECTORS}
    state["readout.weight"] = state["readout.weight"][None]
    vocabulary = text.Vocabulary(v.instance("vocabulary", packed["vocabulary"], str).split(" "))
    if len(vocabulary) != words:
        raise ValueError(f"vocabulary must have the {words} words of the embedding, got {len(vocabulary)}")
    model = ReviewClassifier(words, D, H, direction="forward").double().eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return model, vocabulary


def write(model, vocabulary, record, folder=FOLDER, pages=PAGES):
    """Round a reader and write its weights, its record, and the script for the page.

    record: dict of what JSON can hold: recipe, scores, hashes of the data.
    """
    packed = pack(model, vocabulary)
    rounded, _ = unpack(packed)
    save_weights(folder / f"{NAME}.safetensors", rounded.float(), {"vocabulary": packed["vocabulary"]})
    write_atomically(folder / f"{NAME}.json", json_by_key(record))
    content = json.dumps(packed, separators=(",", ":"), ensure_ascii=False)
    write_atomically(pages / f"{NAME}.js", f'rnnWeights("{NAME}", {content});\n')


def accuracy(model, vocabulary, reviews):
    """Return the share of reviews that a reader judges rightly."""
    scores = sentiment.scores(model.float(), sentiment.encode(reviews.texts, vocabulary))
    return float(np.mean((scores > 0) == reviews.labels))


def _short(numbers):
    return [float(f"{float(number):.{DIGITS}g}") for number in numbers]
