"""Random networks in `rnnkit.convert`'s plain description, and batches to run them on."""

import numpy as np
from hypothesis import strategies as st

from rnnkit.convert import Recurrent
from rnnkit.convert.description import DIRECTIONS, SIGMOID, Cell
from rnnkit.convert.gates import ORDER


def recurrent(
    kind, D=3, H=4, *, layers=1, directions=("forward",), bias=True, dtype="float64", seed=0, **more
):
    """Return a `Recurrent` of random weights, large enough for gates to open and close."""
    rng, rows = np.random.default_rng(seed), len(ORDER[kind]) * H

    def cell(layer):
        width = D if layer == 0 else H * len(directions)
        shapes = [(rows, width), (rows, H), (rows,), (rows,)][: 4 if bias else 2]
        return Cell(*(rng.normal(0, 0.8, shape).astype(dtype) for shape in shapes))

    cells = [[cell(layer) for _ in directions] for layer in range(layers)]
    return Recurrent.from_cells(kind, cells, directions, **more)


def single(description, b_hn=True):
    """Return the description with bias_hh 0, but for b_hn of a GRU if that is allowed."""
    H, weights = description.hidden_size, dict(description.weights)
    for name, array in weights.items():
        if name.startswith("bias_hh"):
            weights[name] = np.zeros_like(array)
            if b_hn and description.kind == "GRU":
                weights[name][-H:] = array[-H:]
    return description.replace(weights=weights)


@st.composite
def recurrents(
    draw, kinds=tuple(ORDER), directions=DIRECTIONS, resets=(True, False), gates=(SIGMOID,), **fixed
):
    """Draw a `Recurrent`. The arguments leave out what a library cannot hold; `fixed` as in `recurrent`."""
    kind = draw(st.sampled_from(kinds))
    chosen = {
        "layers": draw(st.integers(1, 3)),
        "directions": draw(st.sampled_from(directions)),
        "bias": draw(st.booleans()),
        "seed": draw(st.integers(0, 2**16)),
    }
    if kind == "RNN":
        chosen["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    else:
        chosen["gate"] = draw(st.sampled_from(gates))
    if kind == "GRU":
        chosen["reset_after"] = draw(st.sampled_from(resets))
    return recurrent(kind, draw(st.integers(1, 4)), draw(st.integers(1, 5)), **chosen | fixed)


@st.composite
def batches(draw, description, max_steps=5, max_batch=4):
    """Draw x (T, B, D), initial states or None, lengths (B,) or None, in float64."""
    T, B = draw(st.integers(1, max_steps)), draw(st.integers(1, max_batch))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    runs = description.num_layers * len(description.directions)
    h, c = rng.normal(size=(2, runs, B, description.hidden_size))
    state = draw(st.sampled_from([None, (h, c) if description.kind == "LSTM" else h]))
    lengths = draw(st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B))
    x = rng.normal(size=(T, B, description.input_size))
    return x, state, None if lengths is None else np.array(lengths)
