"""A number too small for its dtype becomes 0, the right limit: no error, whatever `np.errstate` says."""

import numpy as np
import pytest

from rnnkit import cells, gradients
from rnnkit.layers import GRU, LSTM, RNN

TINY = {np.float64: 1e-200, np.float32: 1e-30}  # whose squares are 0


def layer_and_back(kind, dtype, scale, **options):
    """Run a layer whose gates are saturated, or whose numbers are tiny, there and back."""
    layer = kind(3, 4, dtype=dtype, seed=0, **options)
    for param in layer.params.values():
        param *= dtype(scale)
    x = np.random.default_rng(0).normal(size=(40, 2, 3)).astype(dtype) * dtype(1e4 if scale >= 1 else 1)
    output, state = layer(x)
    dx, _ = layer.backward(np.full_like(output, TINY[dtype]))
    return [output, *(state if isinstance(state, tuple) else [state]), dx, *layer.grads.values()]


def full(value, *shape):
    return np.full(shape, value)


@pytest.mark.parametrize("dtype", TINY)
@pytest.mark.parametrize("scale", ["tiny", 1e-3, 1, 1e4])
@pytest.mark.parametrize(
    ("kind", "options"), [(RNN, {}), (LSTM, {}), (GRU, {}), (GRU, {"reset_after": False})]
)
def test_layers(kind, options, scale, dtype):
    scale = TINY[dtype] if scale == "tiny" else scale
    expected = layer_and_back(kind, dtype, scale, **options)
    with np.errstate(all="raise"):
        found = layer_and_back(kind, dtype, scale, **options)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


E = 1e-200
CALLS = {
    "sigmoid": lambda: cells.sigmoid([-1e4, 1e4, -750.0]),
    "rnn_step": lambda: cells.rnn_step(
        full(E, 2, 3), full(E, 2, 4), full(E, 4, 3), full(E, 4, 4), full(E, 4), full(E, 4)
    ),
    "lstm_step": lambda: cells.lstm_step(
        full(1e4, 2, 3),
        full(1, 2, 4),
        full(E, 2, 4),
        full(-1, 16, 3),
        full(E, 16, 4),
        full(E, 16),
        full(E, 16),
    ),
    "gru_step_backward": lambda: cells.gru_step_backward(
        full(E, 2, 4), full(E, 2, 3), full(E, 2, 4), full(E, 12, 3), full(E, 12, 4), full(E, 12), full(E, 12)
    ),
    "lstm_jacobians": lambda: gradients.lstm_jacobians(
        full(E, 5, 3), full(E, 5, 4), full(E, 5, 4), full(E, 16, 3), full(E, 16, 4), full(E, 16), full(E, 16)
    ),
    "products": lambda: gradients.products(full(1e-9, 300, 2, 2)),
    "norm_through_time": lambda: gradients.norm_through_time(full(1e-9, 300, 2, 2), np.ones(2)),
    "direct_path": lambda: gradients.direct_path(full(1e-9, 300, 2)),
    "bound": lambda: gradients.bound(np.eye(2) * E, 5),
    "clip_by_norm": lambda: gradients.clip_by_norm({"w": np.array([1.0, 1e-300, E])}, 1e-20),
    "a smaller dtype": lambda: RNN(1, 1, dtype=np.float32, seed=0)(full(1e-60, 1, 1, 1))[0],
}


@pytest.mark.parametrize("name", CALLS)
def test_cells_and_gradients(name):
    expected = CALLS[name]()
    with np.errstate(all="raise"):
        found = CALLS[name]()
    np.testing.assert_equal(found, expected)
