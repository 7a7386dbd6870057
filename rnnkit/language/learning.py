"""How the language models of the course learn: by a recipe, from texts in pieces."""

import numpy as np

from rnnkit.language.alphabet import END, WORDS
from rnnkit.language.pieces import stream


def shuffled_words(words, batch, steps):
    """Return a function (generator) -> the pieces of one epoch: the words in a new order, as one text.

    So nothing is padded, and no batch holds words of one length only, in which their end would be no
    surprise.
    """

    def pieces(rng):
        joined = END.join(["", *(words[k] for k in rng.permutation(len(words))), ""])
        return stream(WORDS.encode(joined), batch, steps)

    return pieces


def untrained(symbols, recipe):
    """Return the model that a training begins with."""
    import torch

    from rnnkit.models import LanguageModel

    torch.manual_seed(recipe["seed"])
    sizes = {name: recipe[name] for name in ("embedding_size", "hidden_size", "kind", "dropout")}
    return LanguageModel(symbols, **sizes, embedding_dropout=0.0)


def learn(symbols, pieces, recipe, checkpoint=None, progress=True):
    """Return a LanguageModel that learned by a recipe.

    symbols: V. pieces: function (generator) -> the pieces of one epoch, as `stream` returns them.
    recipe: dict with kind, embedding_size, hidden_size, dropout (not of the embedding), epochs,
        learning_rate (the highest), warmup (share of the updates in which it rises; then it falls to 0),
        max_norm (of the gradient) and seed.
    checkpoint, progress: as in `training.fit`.
    """
    import torch

    from rnnkit import training
    from rnnkit.models import Carried, next_symbol_loss

    model = untrained(symbols, recipe)
    updates = recipe["epochs"] * len(pieces(np.random.default_rng(0)))
    training.fit(
        Carried(model), pieces, loss=next_symbol_loss, epochs=recipe["epochs"],
        optimizer=torch.optim.Adam(model.parameters(), recipe["learning_rate"], fused=True),
        schedule=training.WarmupDecay(int(recipe["warmup"] * updates), updates),
        max_norm=recipe["max_norm"], seed=recipe["seed"], checkpoint=checkpoint, progress=progress,
    )  # fmt: skip
    return model
