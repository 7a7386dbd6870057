"""rnnkit.layers over many calls: memory that is used again shows in no result."""

import copy
import functools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.layers import GRU, LSTM, RNN

KINDS = {
    "tanh": RNN,
    "relu": functools.partial(RNN, nonlinearity="relu"),
    "LSTM": LSTM,
    "GRU": GRU,
    "published GRU": functools.partial(GRU, reset_after=False),
}
COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda layer: pickle.loads(pickle.dumps(layer)),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def new_layer(kind):
    return KINDS[kind](2, 3, 2, bidirectional=True, seed=0)


def arrays(results):
    """All arrays in nested tuples and dicts, in order."""
    if isinstance(results, np.ndarray):
        return [results]
    values = results.values() if isinstance(results, dict) else results
    return [array for value in values for array in arrays(value)]


def run(layer, T, B, lengths, seed, *, backward=True):
    """All that a call and, if asked for, a backward return."""
    rng = np.random.default_rng(seed)
    results = layer(rng.normal(size=(T, B, 2)), None, lengths)
    if backward:
        results = (*results, *layer.backward(rng.normal(size=(T, B, 6))), dict(layer.grads))
    return arrays(results)


@st.composite
def calls(draw):
    """Arguments of `run`, of a few shapes only, so that a shape comes back, at once or later."""
    T, B = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    lengths = draw(st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B))
    return T, B, lengths, draw(st.integers(0, 9)), draw(st.booleans())


@every_kind
@settings(max_examples=30)
@given(series=st.lists(calls(), min_size=2, max_size=6))
def test_a_call_does_not_depend_on_the_calls_before(kind, series):
    used, all_results, all_expected = new_layer(kind), [], []
    for *arguments, backward in series:
        all_results.append(run(used, *arguments, backward=backward))
        all_expected.append(run(new_layer(kind), *arguments, backward=backward))
    # Looked at only now: no call may have changed what another one returned.
    for results, expected in zip(all_results, all_expected, strict=True):
        for array, wanted in zip(results, expected, strict=True):
            np.testing.assert_array_equal(array, wanted)


@every_kind
def test_a_call_takes_the_parameters_as_they_are(kind):
    layer, other = new_layer(kind), new_layer(kind)
    first = run(layer, 3, 2, None, 0)
    for name, param in layer.params.items():
        param *= 2  # in place, as a training step does
        other.params[name] = param.copy()
    second = run(layer, 3, 2, None, 0)
    assert not any(np.array_equal(*pair) for pair in zip(first, second, strict=True))
    for pair in zip(second, run(other, 3, 2, None, 0), strict=True):
        np.testing.assert_array_equal(*pair)


@every_kind
@pytest.mark.parametrize("way", COPIES)
def test_a_copy_starts_without_the_last_call(kind, way):
    layer = new_layer(kind)
    output, _ = layer(np.ones((3, 2, 2)))
    twin = COPIES[way](layer)
    assert repr(twin) == repr(layer)
    with pytest.raises(RuntimeError, match=r"^backward must follow a call of the layer"):
        twin.backward(np.ones((3, 2, 6)))
    twin(np.full((3, 2, 2), 7.0))
    twin.backward(np.ones((3, 2, 6)))
    # The layer itself goes on from its own call, and both compute the same.
    layer.backward(np.ones((3, 2, 6)))
    for pair in zip(run(layer, 4, 2, [3, 4], 1), run(twin, 4, 2, [3, 4], 1), strict=True):
        np.testing.assert_array_equal(*pair)
    np.testing.assert_array_equal(layer(np.ones((3, 2, 2)))[0], output)


@every_kind
def test_a_refused_call_leaves_the_last_one(kind):
    layer, other = new_layer(kind), new_layer(kind)
    expected = run(other, 3, 2, None, 0)
    rng = np.random.default_rng(0)
    results = layer(rng.normal(size=(3, 2, 2)))
    with pytest.raises(ValueError, match=r"^x must be finite"):
        layer(np.full((5, 1, 2), np.nan))
    layer.params["weight_hh_l0"][0, 0] = np.inf
    with pytest.raises(ValueError, match=r"^params\['weight_hh_l0'\] must be finite, got 0 NaN and 1 inf"):
        layer(np.ones((3, 2, 2)))
    results = arrays((*results, *layer.backward(rng.normal(size=(3, 2, 6))), layer.grads))
    for pair in zip(results, expected, strict=True):
        np.testing.assert_array_equal(*pair)
