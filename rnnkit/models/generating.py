"""Let a language model write: draw a symbol, read it, draw the next."""

from typing import NamedTuple

import numpy as np
import torch

from rnnkit import _validation as v
from rnnkit.models.language_model import LanguageModel
from rnnkit.sampling import Draws, draw, probabilities


class Generated(NamedTuple):
    """The symbols that a model wrote, and whether it came to the end by itself.

    symbols: list of integers, without the prefix and without the end. finished: False where only the limit
    `most` made it stop.
    """

    symbols: list[int]
    finished: bool


@torch.no_grad()
def generate(model, prefix, *, end=None, most=200, temperature=1.0, top_k=None, top_p=None, seed=0):
    """Return how a model goes on after a prefix, as `Generated`.

    model: a LanguageModel; it computes without dropout. prefix: symbols (T,), at least one: it is read once,
        and the state carries it on. end: the symbol that ends the text; None for a text without end.
    most: after so many new symbols it stops anyway, since nothing makes a model come to an end.
    temperature, top_k, top_p: as in `sampling.probabilities`. seed: an integer from 0 to 2³² − 1, or a
        `sampling.Draws` that goes on; each new symbol takes one number from it.

    Raises TypeError or ValueError that names the argument.
    """
    V = v.instance("model", model, LanguageModel).symbols
    if np.size(v.unmasked("prefix", prefix)) == 0:
        raise ValueError("prefix must hold at least one symbol, such as the one that ends a word, got none")
    prefix = v.array("prefix", prefix, ("T",), dtype=np.int64)
    if prefix.min() < 0 or prefix.max() >= V:
        raise ValueError(f"prefix must be from 0 to {V - 1}, got {prefix.min()} to {prefix.max()}")
    if end is not None:
        v.integer("end", end, 0, V - 1)
    v.integer("most", most, 1)
    draws = seed if isinstance(seed, Draws) else Draws(seed)
    device, mode = model.readout.weight.device, model.training
    model.eval()
    try:
        symbols, hidden, x = [], None, torch.from_numpy(prefix)[None]
        while len(symbols) < most:
            logits, hidden = model(x.to(device), hidden)
            p = probabilities(logits[0, -1].double().cpu().numpy(), temperature, top_k, top_p)
            symbol = draw(p, draws.random())
            if symbol == end:
                return Generated(symbols, True)
            symbols.append(symbol)
            x = torch.tensor([[symbol]])
        return Generated(symbols, False)
    finally:
        model.train(mode)
