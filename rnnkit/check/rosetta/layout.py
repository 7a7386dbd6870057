"""What the exercises on whole cells share: their names, and blocks of rows."""

import numpy as np

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
"""What an exercise on a whole cell returns, in torch's order."""


def take(array, order):
    """The array with its blocks of rows in another order: `order` says from where each comes."""
    blocks = np.split(array, len(order))
    return np.concatenate([blocks[k] for k in order])


def dealt(array, blocks):
    """The rows dealt out like cards: block k gets every row k, k + blocks, …"""
    return np.concatenate([array[k::blocks] for k in range(blocks)])


def reshaped(kernel):
    """A kernel in the shape of its transpose, with its numbers in the old order."""
    return kernel.reshape(-1, len(kernel))


def changed(array, change, *blocks, of):
    """A copy in which `change` is applied to some of the `of` blocks of rows."""
    parts = np.split(array.copy(), of)
    return np.concatenate([change(part) if k in blocks else part for k, part in enumerate(parts)])
