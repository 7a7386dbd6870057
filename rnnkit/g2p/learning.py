"""How the networks of the course learn to say words: by a recipe, from pairs of words and pronunciations."""

from functools import partial

import numpy as np

from rnnkit.g2p.batches import equal_lengths
from rnnkit.g2p.scoring import judge, pronounce_all
from rnnkit.g2p.spelling import SOURCE_SYMBOLS, TARGET_SYMBOLS

SIZES = ("embedding_size", "hidden_size", "encoder_layers", "dropout")  # of the model, in a recipe
TENTH = "every tenth test word"  # for a quick look whether a file still says the same


def untrained(recipe):
    """Return the model that a training begins with."""
    import torch

    from rnnkit.seq2seq import Seq2Seq

    torch.manual_seed(recipe["seed"])
    return Seq2Seq(SOURCE_SYMBOLS, TARGET_SYMBOLS, **{name: recipe[name] for name in SIZES})


def learn(pairs, recipe, checkpoint=None, progress=True):
    """Return a Seq2Seq that learned by a recipe, and what `training.fit` noted of each epoch.

    pairs: list of (word, phones).
    recipe: dict with embedding_size, hidden_size, encoder_layers, dropout, epochs, batch, learning_rate (the
        highest), warmup (share of the updates in which it rises; then it falls to 0), beta2 and weight_decay
        of AdamW, label_smoothing, max_norm (of the gradient) and seed.
    checkpoint, progress: as in `training.fit`.
    """
    import torch

    from rnnkit import training

    model = untrained(recipe)
    batches = equal_lengths(pairs, recipe["batch"])
    updates = recipe["epochs"] * len(batches(np.random.default_rng(0)))
    optimizer = torch.optim.AdamW(
        model.parameters(), recipe["learning_rate"], (0.9, recipe["beta2"]),
        weight_decay=recipe["weight_decay"], fused=True,
    )  # fmt: skip
    history = training.fit(
        model, batches, loss=partial(smoothed_loss, smoothing=recipe["label_smoothing"]),
        epochs=recipe["epochs"], optimizer=optimizer,
        schedule=training.WarmupDecay(int(recipe["warmup"] * updates), updates),
        max_norm=recipe["max_norm"], seed=recipe["seed"], checkpoint=checkpoint, progress=progress,
    )  # fmt: skip
    return model, history


def smoothed_loss(logits, target, smoothing):
    """Return `models.next_symbol_loss` against targets of which a share is spread over all symbols alike.

    So the network is not asked to be quite sure (Szegedy et al. 2016). smoothing: that share, from 0 to 1.
    """
    from torch.nn import functional as F

    from rnnkit.models.language_model import IGNORED

    return F.cross_entropy(
        logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED, label_smoothing=smoothing
    )


def scores(network, parts, beams=(1,)):
    """Return the error rates in percent of the held-out words, for the record of a training.

    parts: `TextParts` of entries. beams: widths of the search; 1 is greedy.
    """
    found = {}
    held_out = {"validation": parts.validation, "test": parts.test, TENTH: parts.test[::10]}
    for name, entries in held_out.items():
        words = [entry.word for entry in entries]
        for beam in beams:
            judged = judge(pronounce_all(network, words, beam), entries)
            found.setdefault("greedy" if beam == 1 else f"beam of {beam}", {})[name] = {
                "WER": judged.wer, "WER, first listed": judged.wer_first, "PER": judged.per,
            }  # fmt: skip
    return found


def about(recipe, seconds, parts, history, exact, rounded, beams):
    """Return the record of a training: what was done, and how well the network says words.

    exact, rounded: the network as it was trained, and with the rounded weights of the file.
    """
    import torch

    from rnnkit import datasets

    return {
        "recipe": {**recipe, "torch": torch.__version__.split("+")[0]},
        "seconds": round(seconds, 1),
        "data": {"cmudict": datasets.CMUDICT_SHA256},
        "words": {name: len(part) for name, part in parts._asdict().items()},
        "pairs": sum(len(entry.pronunciations) for entry in parts.training),
        "parameters": sum(weight.numel() for weight in exact.parameters()),
        "loss of each epoch": [round(row["loss"], 4) for row in history],
        "error rates in percent": scores(rounded, parts, beams),
        "error rates before rounding": scores(exact, parts, beams[:1]),
    }
