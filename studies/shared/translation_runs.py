"""Networks that translate: pairs of sentences as batches, the training, the outputs, how wrong they are."""

from importlib.metadata import version
from typing import NamedTuple

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein

from rnnkit import models, seq2seq, text, training
from rnnkit.models.language_model import IGNORED
from studies.shared.kept import Kept, timed

MOST = 3  # symbols of an output for each of the source, and TEN more: then it is cut off
TEN = 10
READ_AT_ONCE = 500  # sources of one length that are translated together


class Pairs:
    """Sentences in two languages as arrays, and their batches.

    sources, targets: lists of lists of tokens. vocabularies: two `text.Vocabulary`; index 0 fills a source
    up, and ends a target.
    """

    def __init__(self, sources, targets, vocabularies):
        source, self.target = vocabularies
        self.sources, self.targets = sources, targets
        self.symbols = len(source), len(self.target)
        x, self.lengths = text.pad([source.encode(one) for one in sources])
        y, ends = text.pad([[*self.target.encode(one), seq2seq.END] for one in targets], IGNORED)
        self.x, self.y, self.ends = torch.from_numpy(x), torch.from_numpy(y), ends

    def batch(self, rows):
        """Return inputs and target of sources of one length, as `training.fit` takes them."""
        x, y = self.x[rows, : self.lengths[rows].max()], self.y[rows, : self.ends[rows].max()]
        return (x, torch.from_numpy(self.lengths[rows]), seq2seq.shifted(y)), y

    def batches(self, size, rng=None):
        """Return the batches of an epoch, each of sources of one length: so no source is padded.

        rng: shuffles the pairs and the batches; None keeps their order.
        """
        order = np.arange(len(self.lengths)) if rng is None else rng.permutation(len(self.lengths))
        groups = [order[self.lengths[order] == T] for T in np.unique(self.lengths)]
        found = [rows[k : k + size] for rows in groups for k in range(0, len(rows), size)]
        if rng is not None:
            rng.shuffle(found)
        return [self.batch(rows) for rows in found]


class Recipe(NamedTuple):
    """The sizes of a network and how it is trained."""

    attention: str | None  # as in `Seq2Seq`
    embedding_size: int
    hidden_size: int
    epochs: int
    batch: int
    dropout: float = 0.0
    warmup: float = 0.1  # share of the updates in which the learning rate rises; then it falls to 0
    max_norm: float = 1.0  # of the gradient


def untrained(symbols, recipe, seed=0):
    """Return the network that a training begins with. symbols: how many of the source, and of the target."""
    torch.manual_seed(seed)
    sizes = recipe.embedding_size, recipe.hidden_size
    return seq2seq.Seq2Seq(*symbols, *sizes, attention=recipe.attention, dropout=recipe.dropout)


def parameters(symbols, recipe):
    """Return how many parameters the network of a recipe has."""
    return sum(weight.numel() for weight in untrained(symbols, recipe).parameters())


def without_attention(symbols, recipe):
    """Return the recipe of the network without attention that is closest in the number of parameters.

    The state becomes larger, which alone would move in large steps; so the embedding may change a little.
    """
    wanted, E, H = parameters(symbols, recipe), recipe.embedding_size, recipe.hidden_size
    sizes = [(e, h) for h in range(H, 2 * H, 2) for e in range(E - 4, E + 5)]
    recipes = [recipe._replace(attention=None, embedding_size=e, hidden_size=h) for e, h in sizes]
    return min(recipes, key=lambda one: abs(parameters(symbols, one) - wanted))


def learn(pairs, recipe, rate, seed):
    """Return the trained network of a recipe. rate: the highest learning rate of Adam."""
    model = untrained(pairs.symbols, recipe, seed)
    updates = recipe.epochs * len(pairs.batches(recipe.batch))
    training.fit(
        model, lambda rng: pairs.batches(recipe.batch, rng), loss=models.next_symbol_loss,
        epochs=recipe.epochs, optimizer=torch.optim.Adam(model.parameters(), rate, fused=True),
        schedule=training.WarmupDecay(int(recipe.warmup * updates), updates), max_norm=recipe.max_norm,
        seed=seed, progress=False,
    )  # fmt: skip
    return model.eval()


class Trainer:
    """Trains networks, one by one.

    folder: where trained networks are kept, so that an interrupted run continues; None for nowhere.
    progress: a bar. epochs: instead of those of the recipes; None for those.
    """

    def __init__(self, folder=None, progress=None, epochs=None):
        self.kept, self.epochs = Kept(folder, progress), epochs

    @property
    def earlier(self):
        """Seconds that the networks took that an earlier run had trained."""
        return self.kept.earlier

    def __call__(self, pairs, recipe, rate, seed):
        """Return a trained network and the seconds of processor time that it took."""
        recipe = recipe if self.epochs is None else recipe._replace(epochs=self.epochs)
        return self.kept(
            [pairs.sources, pairs.targets, recipe._asdict(), rate, seed],
            lambda: untrained(pairs.symbols, recipe),
            lambda: timed(learn, pairs, recipe, rate, seed),
        )


def loss_of(model, pairs):
    """Return the cross-entropy in nats for a symbol of the target, the end included."""
    total = 0.0
    with torch.no_grad():
        for inputs, y in pairs.batches(READ_AT_ONCE):
            total += models.next_symbol_loss(model(*inputs), y).item() * int((y != IGNORED).sum())
    return total / int(pairs.ends.sum())


def translate(model, pairs, spoken=None):
    """Return what the network writes for each source: lists of tokens, by greedy search.

    spoken: the tokens of each source as they are to be written. One of them stands for an unknown token of
    the output: that which the network looked at most (Luong et al. 2015). None leaves <unk>.
    """
    outputs = [None] * len(pairs.lengths)
    for T in np.unique(pairs.lengths):
        rows = np.flatnonzero(pairs.lengths == T)
        for k in range(0, len(rows), READ_AT_ONCE):
            some = rows[k : k + READ_AT_ONCE]
            (x, lengths, _), _ = pairs.batch(some)
            written = seq2seq.greedy(model, x, lengths, most=MOST * int(T) + TEN)
            for row, one in zip(some, written, strict=True):
                outputs[row] = pairs.target.decode(one.symbols)
                for place in np.flatnonzero(np.equal(one.symbols, text.UNK)) if spoken else ():
                    outputs[row][place] = spoken[row][one.weights[place].argmax()]
    return outputs


def exact(outputs, targets):
    """Return which outputs are right to the last token, booleans (N,)."""
    return np.array([one == wanted for one, wanted in zip(outputs, targets, strict=True)])


def exact_of_seeds(outputs, targets):
    """Return the same for the outputs of several networks, booleans (seeds, N)."""
    return np.array([exact(one, targets) for one in outputs])


def token_errors(outputs, targets):
    """Return the edits that make the outputs right, for each token of the targets."""
    edits = [Levenshtein.distance(one, wanted) for one, wanted in zip(outputs, targets, strict=True)]
    return sum(edits) / sum(map(len, targets))


def versions(packages):
    """Return {package: version} of installed packages on which the data of a study depend."""
    return {name: version(name) for name in packages}
