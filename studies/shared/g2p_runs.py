"""Networks of the studies of grapheme→phoneme: the words, a training, and the choice of its learning rate."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from rnnkit import g2p, training
from rnnkit.language import TextParts
from rnnkit.models import next_symbol_loss
from rnnkit.seq2seq import Seq2Seq
from studies.shared.kept import Kept
from studies.shared.rates import tried_rates

TRAINING = {"batch": 64, "epochs": 2, "warmup": 0.1, "max_norm": 1.0}
FEW = 30  # words of a part in a quick run: as many as it takes to have some of each length
SIZES = ("embedding_size", "hidden_size", "attention", "units")  # of a Seq2Seq, where they are given


class Arm(NamedTuple):
    """One kind of network, and how it is trained.

    recipe: what tells this arm from all others, for JSON: "network", sizes, and all keys of TRAINING.
    build: (recipe) -> the network before the training; torch's seed is set before.
    loss: as `training.fit` takes it, of what the network returns for (x, lengths, y_in), and y.
    pronounce: (network, words) -> how it says them, tuples of phones.
    learner: (network, recipe, updates) -> what is trained in place of the network, which is a part of it.
    """

    recipe: dict
    build: Callable
    loss: Callable = next_symbol_loss
    pronounce: Callable = g2p.pronounce_all
    learner: Callable = lambda network, recipe, updates: network


def seq2seq_arm(**sizes):
    """Return the arm of a `Seq2Seq` with the given sizes, trained as TRAINING says."""
    return Arm({"network": "seq2seq", **TRAINING, **sizes}, build_seq2seq)


def build_seq2seq(recipe):
    """Return an untrained `Seq2Seq`."""
    given = {name: recipe[name] for name in SIZES if name in recipe}
    return Seq2Seq(g2p.SOURCE_SYMBOLS, g2p.TARGET_SYMBOLS, **given)


def words(quick=False):
    """Return the entries in three parts; quick: FEW of each."""
    parts = g2p.entries()
    return TextParts(*(part[:FEW] for part in parts)) if quick else parts


def parameters(network):
    """Return how many numbers the network learns."""
    return sum(weight.numel() for weight in network.parameters())


class Networks:
    """Trains the networks of a study, one by one.

    entries: `TextParts` of lists of entries. selection: the seed with which learning rates are chosen.
    seeds: those of the evaluation.
    folder: where trained networks are kept, so that an interrupted run continues; None for nowhere.
    quick: choose among the given rates only. progress: a bar.
    """

    def __init__(self, entries, selection, seeds, folder=None, quick=False, progress=None):
        self.entries, self.selection, self.seeds = entries, selection, seeds
        self.pairs, self.quick = g2p.pairs(entries.training), quick
        self.kept = Kept(folder, progress)

    @property
    def earlier(self):
        """Seconds that the networks took that an earlier run had trained."""
        return self.kept.earlier

    def train(self, arm, rate, seed):
        """Return a trained network and the seconds that it took."""
        torch.manual_seed(seed)
        network = arm.build(arm.recipe)
        key = [len(self.pairs), arm.recipe, rate, seed]
        return self.kept(key, lambda: network, lambda: (network, self._learn(arm, network, rate, seed)))

    def _learn(self, arm, network, rate, seed):
        recipe, begin = arm.recipe, time.process_time()
        batches = g2p.equal_lengths(self.pairs, recipe["batch"])
        updates = recipe["epochs"] * len(batches(np.random.default_rng(0)))
        learner = arm.learner(network, recipe, updates)
        training.fit(
            learner, batches, loss=arm.loss, epochs=recipe["epochs"],
            optimizer=torch.optim.AdamW(learner.parameters(), rate, fused=True),
            schedule=training.WarmupDecay(int(recipe["warmup"] * updates), updates),
            max_norm=recipe["max_norm"], seed=seed, progress=False,
        )  # fmt: skip
        network.eval()
        return time.process_time() - begin

    def said(self, arm, network, part="test"):
        """Return the words of a part as the network says them, judged: `g2p.Scores`."""
        entries = getattr(self.entries, part)
        return g2p.judge(arm.pronounce(network, [entry.word for entry in entries]), entries)

    def choose(self, arm, rates):
        """Return {rate: phone error rate of the validation words}; past the ends, rates double or halve."""

        def score(rate):
            network, _ = self.train(arm, rate, self.selection)
            return self.said(arm, network, "validation").per

        return tried_rates(score, rates, self.quick)

    def network(self, arm, tried, seeds=None):
        """Train at the best rate, with all seeds or some; return the networks and what is reported of it."""
        rate = min(tried, key=tried.get)
        seeds = self.seeds if seeds is None else seeds
        trained, seconds = zip(*(self.train(arm, rate, seed) for seed in seeds), strict=True)
        return trained, {
            "recipe": arm.recipe,
            "parameters": parameters(trained[0]),
            "learning rate": rate,
            "validation PER at each rate": {str(one): per for one, per in tried.items()},
            "seconds of each seed": [round(one, 1) for one in seconds],
        }
