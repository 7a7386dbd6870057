"""Cases that several exercises share, and numbers for cases."""

import numpy as np

_SIZES = {"B": 5, "T": 7, "D": 3, "H": 4}  # no two of them, nor twice one of them, are equal
_PLAIN = _SIZES | {"num_layers": 1, "bidirectional": False, "batch_first": False}
LAYERS = {
    "one layer": _PLAIN,
    "three layers": _PLAIN | {"num_layers": 3},
    "batch first": _PLAIN | {"batch_first": True},
    "both directions": _PLAIN | {"bidirectional": True},
    "all together": _PLAIN | {"num_layers": 2, "bidirectional": True, "batch_first": True},
}
"""Cases of exercises about the shapes of torch's layers."""


def tenths(*shape, seed, within=0.9):
    """Numbers with one decimal from −`within` to `within`: short enough to check a step on paper."""
    most = round(10 * within)
    return np.random.default_rng(seed).integers(-most, most + 1, shape) / 10


def named_tenths(seed, **shapes):
    """Arrays of these shapes, by name, all different."""
    return {name: tenths(*shape, seed=seed + k) for k, (name, shape) in enumerate(shapes.items())}
