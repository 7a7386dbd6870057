"""Read a long text piece by piece in training: the state goes on, the gradient does not."""

import torch
from torch import nn

from rnnkit import _validation as v


class Carried(nn.Module):
    """A language model that begins each piece with the state in which it left the piece before.

    model: its forward(x, hidden) returns (logits, hidden), as that of `LanguageModel`. The state is detached:
    the gradient of a piece ends where the piece begins (truncated backpropagation through time). Without
    `detach`, backward would run into the graph of the piece before, which is gone, and raise an error.

    `training.fit` trains it with the batches of `rnnkit.language.stream`. The state is no part of the
    weights.
    """

    def __init__(self, model):
        super().__init__()
        self.model = v.instance("model", model, nn.Module)
        self._hidden = None

    def forward(self, x, first):
        """Return the scores (B, T, V) of one piece of B texts.

        x: symbols (B, T). first: True where the texts begin, so with zeros; False goes on from the last call.
        """
        if v.boolean("first", first):
            self._hidden = None
        elif self._hidden is None:
            raise ValueError("first must be True for the first piece, got False")
        logits, hidden = self.model(x, self._hidden)
        self._hidden = _detached(hidden)
        return logits


def _detached(hidden):
    """Return the same numbers without their past."""
    return hidden.detach() if isinstance(hidden, torch.Tensor) else tuple(map(_detached, hidden))
