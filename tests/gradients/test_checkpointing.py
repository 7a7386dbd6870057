"""rnnkit.gradients.checkpointed_backward: the gradients of the plain way back, in less memory."""

import functools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.gradients import checkpointed_backward
from rnnkit.layers import GRU, LSTM, RNN

KINDS = {
    "tanh": RNN,
    "relu": functools.partial(RNN, nonlinearity="relu"),
    "LSTM": LSTM,
    "GRU": GRU,
    "published GRU": functools.partial(GRU, reset_after=False),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def states(layer, B, rng):
    """Random states as the layer takes them."""
    parts = tuple(rng.normal(size=(layer.num_layers, B, layer.hidden_size)) for _ in layer._states)
    return parts if isinstance(layer, LSTM) else parts[0]


def random_call(kind, T, B, num_layers=1, batch_first=False, seed=0):
    """A layer, and random x, d_output, state and d_state."""
    rng = np.random.default_rng(seed)
    layer = KINDS[kind](3, 4, num_layers=num_layers, batch_first=batch_first, seed=seed)
    shape = (B, T) if batch_first else (T, B)
    x, d_output = rng.normal(size=(*shape, 3)), rng.normal(size=(*shape, 4))
    return layer, x, d_output, states(layer, B, rng), states(layer, B, rng)


def results(layer, dx, d_state):
    """All gradients by name."""
    parts = d_state if isinstance(d_state, tuple) else (d_state,)
    return {"dx": dx, **{f"dstate {k}": part for k, part in enumerate(parts)}, **layer.grads}


def plainly(layer, x, d_output, state, d_state):
    layer(x, state)
    return results(layer, *layer.backward(d_output, d_state))


def assert_equal(got, expected):
    assert list(got) == list(expected)
    for name, wanted in expected.items():
        scale = max(1, np.abs(wanted).max())
        np.testing.assert_allclose(got[name] / scale, wanted / scale, rtol=0, atol=1e-12, err_msg=name)


@given(data=st.data())
def test_the_gradients_are_those_of_the_whole(data):
    kind = data.draw(st.sampled_from(list(KINDS)), label="kind")
    T, B, num_layers = (data.draw(st.integers(1, limit)) for limit in (30, 3, 3))
    steps = data.draw(st.none() | st.integers(1, 40), label="steps")
    batch_first, with_states = data.draw(st.booleans()), data.draw(st.booleans())
    layer, x, d_output, state, d_state = random_call(kind, T, B, num_layers, batch_first)
    if not with_states:
        state = d_state = None
    expected = plainly(layer, x, d_output, state, d_state)
    layer.grads.clear()
    got = checkpointed_backward(layer, x, d_output, state, d_state, steps=steps)
    assert_equal(results(layer, *got), expected)


@every_kind
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_function_gets_each_piece_from_the_last_to_the_first(kind, batch_first):
    layer, x, _, state, d_state = random_call(kind, 10, 2, 2, batch_first)
    output, _ = layer(x, state)
    expected = results(layer, *layer.backward(np.cos(output), d_state))
    calls = []

    def d_output(piece, start):
        calls.append((start, piece))
        return np.cos(piece)

    got = checkpointed_backward(layer, x, d_output, state, d_state, steps=4)
    assert_equal(results(layer, *got), expected)
    assert [start for start, _ in calls] == [6, 2, 0]
    pieces = np.concatenate([piece for _, piece in reversed(calls)], axis=1 if batch_first else 0)
    np.testing.assert_allclose(pieces, output, atol=1e-12)


@every_kind
def test_it_keeps_a_fraction(kind):
    layer, x, d_output, state, d_state = random_call(kind, 900, 4)
    peaks = []
    for way in (checkpointed_backward, plainly):
        tracemalloc.start()
        way(layer, x, d_output, state, d_state)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < 0.5 * peaks[1]


def test_the_last_call_of_the_layer_stays():
    layer, x, d_output, state, d_state = random_call("LSTM", 9, 2)
    expected = plainly(layer, x, d_output, state, d_state)
    layer(x, state)
    checkpointed_backward(layer, 2 * x, d_output)
    assert_equal(results(layer, *layer.backward(d_output, d_state)), expected)


@every_kind
def test_what_does_not_fit_is_named_and_changes_nothing(kind):
    layer, x, d_output, state, d_state = random_call(kind, 9, 2)
    plainly(layer, x, d_output, state, d_state)
    before = dict(layer.grads)
    bad = {
        r"^x must be \(T, B, 3\), got \(9, 2, 4\)$": {"x": d_output},
        r"^x must be finite": {"x": x * np.nan},
        r"^d_output must be \(T, B, 4\) with .*, got \(8, 2, 4\)$": {"d_output": d_output[1:]},
        r"^d_output must be finite": {"d_output": d_output * np.inf},
        r"^d_output must be \(3, 2, 4\), got \(2, 2, 4\)$": {"d_output": lambda output, start: output[1:]},
        r"^d_output must be finite, got 24 NaN": {"d_output": lambda o, start: o if start else o * np.nan},
        r"^state": {"state": np.zeros((1, 3, 4))} if kind != "LSTM" else {"state": (state[0],)},
        r"^d_state": {"d_state": np.zeros((1, 3, 4))} if kind != "LSTM" else {"d_state": (state[0],)},
        r"^steps must be an integer at least 1, got 0$": {"steps": 0},
    }
    arguments = {"x": x, "d_output": d_output, "state": state, "d_state": d_state, "steps": 3}
    for message, changes in bad.items():
        with pytest.raises(ValueError, match=message):
            checkpointed_backward(layer, **arguments | changes)
    for wrong, message in (
        ({"steps": 2.5}, r"^steps must be an integer, got 2.5"),
        ({"d_output": None}, r"^d_output must be an array of real numbers, got None$"),
        ({"x": None}, r"^x must be an array of real numbers, got None$"),
    ):
        with pytest.raises(TypeError, match=message):
            checkpointed_backward(layer, **arguments | wrong)
    assert list(layer.grads) == list(before)
    assert all(layer.grads[name] is grad for name, grad in before.items())


def test_only_layers_in_one_direction():
    with pytest.raises(ValueError, match=r"^layer must run in one direction, got bidirectional=True$"):
        checkpointed_backward(RNN(3, 4, bidirectional=True), np.ones((5, 2, 3)), np.ones((5, 2, 8)))
    with pytest.raises(TypeError, match=r"^layer must be RecurrentLayer, got None$"):
        checkpointed_backward(None, np.ones((5, 2, 3)), np.ones((5, 2, 4)))
