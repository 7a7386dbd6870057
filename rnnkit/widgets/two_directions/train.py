"""The weights of TwoDirections: a small network learns which vowel of an English word carries the stress.

`python -m rnnkit train two_directions` writes data/checkpoints/two_directions.json: the recipe, the accuracy
on words that the training did not see, the words of the figure, and the weights. One GRU reads forward, one
backward. Three readouts are trained together on their states: one has the forward states, one the backward
states, one has both.
"""

import re

import numpy as np

from rnnkit import _int8, datasets
from rnnkit._files import json_by_key, write_atomically
from rnnkit.layers import GRU
from rnnkit.tasks import stress_words
from rnnkit.text import mask, pad
from rnnkit.widgets.two_directions.figure import CHECKPOINT, READERS, SOUNDS, VOWELS, read, unpack

RECIPE = {
    "command": "python -m rnnkit train two_directions",
    "words": "CMUdict, first pronunciation, letters only, two vowels or more, one primary stress",
    "left out of the training": "the test words, the words of the figure, and words that sound like those",
    "embedding": 10,  # numbers for a sound
    "hidden_size": 10,  # numbers in the state of each direction
    "loss": "binary cross-entropy on every vowel, the sum of the three readouts",
    "optimizer": "Adam, one cycle",
    "learning_rate": 0.02,  # the highest of the cycle
    "epochs": 8,
    "batch": 128,  # words of equal length, so that no padding is needed
    "test_words": 5000,
    "seed": 0,
}
FIGURE = {
    "photograph": 0, "photographic": 0, "photographer": 0, "photography": 0, "alphabet": 0, "alphabetic": 0,
    "acrobat": 0, "acrobatic": 0, "alcohol": 0, "alcoholic": 0, "universe": 0, "university": 0, "active": 0,
    "activity": 0, "access": 0, "accessible": 0, "after": 0, "afternoon": 0, "under": 0, "understand": 0,
    "vary": 0, "variation": 0, "inform": 0, "information": 0, "nation": 0, "nationality": 0,
    "communicate": 0, "communication": 0, "music": 0, "musician": 0, "increase (noun)": 1,
    "increase (verb)": 0, "permit (noun)": 1, "permit (verb)": 0, "record (noun)": 1, "record (verb)": 2,
    "banana": 0, "potato": 0, "hotel": 0, "guitar": 0, "magazine": 0, "computer": 0, "language": 0,
    "memory": 0, "network": 0,
}  # fmt: skip
"""The words of the figure, and which of its pronunciations in the dictionary is meant."""


def dictionary_words():
    """Return {word: its sounds as text} of all words that the task is about, in the dictionary's order."""
    return {word: " ".join(sounds) for word, sounds in stress_words(datasets.cmudict()).items()}


def figure_words():
    """Return {name: its sounds as text} of the words of the figure."""
    dictionary = datasets.cmudict()
    return {name: " ".join(dictionary[name.split()[0]][which]) for name, which in FIGURE.items()}


def split(seed=RECIPE["seed"], test_words=RECIPE["test_words"]):
    """Return the training words and the test words.

    Each is x, a list of arrays (T_k,) with the indices of the sounds, and the stressed places (N,).
    """
    every = list(dictionary_words().values())
    order = np.random.default_rng(seed).permutation(len(every))
    shown = {_plain(sounds) for sounds in figure_words().values()}
    strangers = [k for k in order if _plain(every[k]) not in shown]
    return [_encode([every[k] for k in part]) for part in (strangers[test_words:], strangers[:test_words])]


def _plain(sounds):
    return re.sub("[012]", "", sounds)


def _encode(words):
    x = [np.array([SOUNDS.index(sound) for sound, _ in read(word)]) for word in words]
    return x, np.array([[digit for _, digit in read(word)].index("1") for word in words])


def train(x, stressed, seed=RECIPE["seed"], epochs=RECIPE["epochs"]):
    """Train on the words x with the places `stressed`; return the weights as the figure takes them."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    H = RECIPE["hidden_size"]
    embedding = nn.Embedding(len(SOUNDS), RECIPE["embedding"])
    gru = nn.GRU(RECIPE["embedding"], H, bidirectional=True, batch_first=True)
    readouts = {name: nn.Linear(2 * H if name == "both" else H, 1) for name in READERS}
    modules = (embedding, gru, *readouts.values())
    optimizer = torch.optim.Adam([parameter for module in modules for parameter in module.parameters()])
    lengths = np.array([len(word) for word in x])
    updates = epochs * len(_batches(lengths, rng))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RECIPE["learning_rate"], total_steps=updates)
    for _ in range(epochs):
        for batch in _batches(lengths, rng):
            sounds = torch.from_numpy(np.stack([x[k] for k in batch]))  # (B, T)
            target = nn.functional.one_hot(torch.from_numpy(stressed[batch]), sounds.shape[1]).float()
            states = gru(embedding(sounds))[0]  # (B, T, 2H)
            parts = {"forward": states[..., :H], "backward": states[..., H:], "both": states}
            vowels = sounds < len(VOWELS)
            loss = sum(
                nn.functional.binary_cross_entropy_with_logits(
                    readouts[name](parts[name])[..., 0][vowels], target[vowels]
                )
                for name in READERS
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return weights_of(embedding, gru, readouts)


def _batches(lengths, rng):
    """Return shuffled batches of words of equal length, as indices."""
    batches = []
    for T in np.unique(lengths):
        same = rng.permutation(np.flatnonzero(lengths == T))
        batches += np.split(same, range(RECIPE["batch"], len(same), RECIPE["batch"]))
    return [batches[k] for k in rng.permutation(len(batches))]


def weights_of(embedding, gru, readouts):
    """Return the weights of the torch modules with packed matrices, the rest as numbers."""
    arrays = {name: w.detach().double().numpy() for name, w in gru.named_parameters()}
    weights = {"embedding": _int8.encode_short(embedding.weight.detach().double().numpy())}
    for direction, ending in (("forward", "_l0"), ("backward", "_l0_reverse")):
        weights[direction] = {
            **{name: _int8.encode_short(arrays[name + ending]) for name in ("weight_ih", "weight_hh")},
            **{name: _int8.short(arrays[name + ending]) for name in ("bias_ih", "bias_hh")},
        }
    weights["readouts"] = {
        name: {"weight": _int8.short(layer.weight.detach()[0]), "bias": _int8.short(layer.bias.detach())[0]}
        for name, layer in readouts.items()
    }
    return weights


def scores(weights, x):
    """Return {reader: scores (B, T)} of the words x by the NumPy layer, and which are vowels (B, T)."""
    w = unpack(weights)
    sounds, lengths = pad(x)
    D, H = w["embedding"].shape[1], len(w["readouts"]["forward"]["weight"])
    layer = GRU(D, H, batch_first=True, bidirectional=True)
    layer.load_state_dict(
        {
            name + ending: array
            for direction, ending in (("forward", "_l0"), ("backward", "_l0_reverse"))
            for name, array in w[direction].items()
        }
    )
    states, _ = layer(w["embedding"][sounds], lengths=lengths)
    parts = {"forward": states[..., :H], "backward": states[..., H:], "both": states}
    found = {name: parts[name] @ r["weight"] + r["bias"] for name, r in w["readouts"].items()}
    return found, (sounds < len(VOWELS)) & mask(lengths)


def accuracy(weights, x, stressed):
    """Return {reader: share of the words x in which the vowel with the highest score is the stressed one}."""
    found, vowels = scores(weights, x)
    picks = {name: np.where(vowels, s, -np.inf).argmax(axis=1) for name, s in found.items()}
    return {name: float(np.mean(pick == stressed)) for name, pick in picks.items()}


def main():
    """Train and write the file."""
    import torch

    torch.set_num_threads(1)
    training, test = split()
    weights = train(*training)
    stored = {
        "recipe": {**RECIPE, "torch": torch.__version__.split("+")[0]},
        "data": {"cmudict": datasets.CMUDICT_SHA256},
        "training_words": len(training[0]),
        "accuracy": accuracy(weights, *test),
        "words": figure_words(),
        "weights": weights,
    }
    write_atomically(CHECKPOINT, json_by_key(stored))
    print(f"{CHECKPOINT.name}: accuracy {stored['accuracy']}")
