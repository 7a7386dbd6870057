"""The judge of all conversions is right itself: it agrees with torch.nn, rnnkit.layers and the cells."""

import numpy as np
import pytest
import torch
from descriptions import batches, recurrent, recurrents
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.convert import HardSigmoid, from_torch, run, to_layers
from rnnkit.layers.plain import gru_loop

BOTH = ("forward", "reverse")


@given(st.data())
def test_it_computes_what_the_layers_do(data):
    one = data.draw(recurrents(directions=(("forward",), BOTH)))
    x, state, lengths = data.draw(batches(one))
    output, *states = run(one, x, state, lengths)
    wanted, last = to_layers(one)(x, state, lengths)
    np.testing.assert_allclose(output, wanted, rtol=0, atol=1e-12)
    for ours, theirs in zip(states, last if one.kind == "LSTM" else (last, None), strict=True):
        assert (ours is None) == (theirs is None)
        np.testing.assert_allclose(
            0 if ours is None else ours, 0 if theirs is None else theirs, rtol=0, atol=1e-12
        )


@pytest.mark.parametrize("reset_after", [True, False])
def test_a_hand_written_loop_gives_the_same(reset_after):
    x, h_0 = np.random.default_rng(1).normal(size=(2, 6, 2, 3))
    one = recurrent("GRU", 3, 3, reset_after=reset_after)
    h = gru_loop(x, h_0[0], *one.cell(0, "forward"), reset_after=reset_after)
    output, h_n, c_n = run(one, x, h_0[:1])
    np.testing.assert_allclose(output, h[1:], rtol=0, atol=1e-14)
    np.testing.assert_allclose(h_n[0], h[-1], rtol=0, atol=1e-14)
    assert c_n is None


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_lone_reverse_direction_is_the_second_half_of_both(kind):
    both, alone = recurrent(kind, directions=BOTH), recurrent(kind, directions=("reverse",))
    alone = alone.from_cells(kind, [[both.cell(0, "reverse")]], ("reverse",))
    x = np.random.default_rng(2).normal(size=(5, 3, 3))
    for lengths in (None, [5, 1, 3]):
        (output, *states), (half, *last) = run(both, x, lengths=lengths), run(alone, x, lengths=lengths)
        np.testing.assert_array_equal(half, output[..., 4:])
        np.testing.assert_array_equal(last[0][0], states[0][1])


def test_what_stands_past_the_lengths_is_not_read():
    one = recurrent("LSTM", layers=2, directions=BOTH)
    x = np.random.default_rng(3).normal(size=(4, 2, 3))
    x[2:, 1] = np.nan
    output, h_n, c_n = run(one, x, lengths=[4, 2])
    short, h, c = run(one, x[:2, 1:])
    np.testing.assert_array_equal(output[2:, 1], 0)
    np.testing.assert_allclose(output[:2, 1:], short, rtol=0, atol=1e-15)
    np.testing.assert_allclose([h_n[:, 1:], c_n[:, 1:]], [h, c], rtol=0, atol=1e-15)


@pytest.mark.parametrize("gate", [HardSigmoid(0.2), HardSigmoid(1 / 6), HardSigmoid(0.3, 0.4)])
def test_hard_gates_by_hand(gate):
    x, (h, c) = np.array([[[2.0]]]), (np.array([[[0.5]]]), np.array([[[-1.0]]]))
    lstm, gru = recurrent("LSTM", 1, 1, gate=gate), recurrent("GRU", 1, 1, gate=gate)

    def hard(a):
        return min(1, max(0, gate.slope * a + gate.shift))

    w, u, b, d = (np.ravel(part) for part in lstm.cell(0, "forward"))
    i, f, g, o = w * 2 + b + u * 0.5 + d
    c_1 = hard(f) * -1 + hard(i) * np.tanh(g)
    np.testing.assert_allclose(
        np.ravel(run(lstm, x, (h, c))[1:]), [hard(o) * np.tanh(c_1), c_1], rtol=0, atol=1e-15
    )

    w, u, b, d = (np.ravel(part) for part in gru.cell(0, "forward"))
    r, z = hard((w * 2 + b + u * 0.5 + d)[0]), hard((w * 2 + b + u * 0.5 + d)[1])
    n = np.tanh((w * 2 + b)[2] + r * (u * 0.5 + d)[2])
    np.testing.assert_allclose(run(gru, x, h)[0].item(), (1 - z) * n + z * 0.5, rtol=0, atol=1e-15)


def test_float32_weights_are_computed_with_in_float64():
    module = torch.nn.LSTM(3, 4)
    x = np.random.default_rng(4).normal(size=(5, 2, 3))
    output = run(from_torch(module), x)[0]
    assert output.dtype == np.float64
    np.testing.assert_allclose(output, module.double()(torch.tensor(x))[0].detach(), rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"description": None}, TypeError, "^description must be Recurrent, got None"),
        ({"x": np.ones((5, 2, 4))}, ValueError, r"^x must be \(T, B, 3\), got \(5, 2, 4\)"),
        ({"x": np.full((5, 2, 3), np.nan)}, ValueError, "^x must be finite"),
        ({"x": np.full((5, 2, 3), np.nan), "lengths": [5, 5]}, ValueError, "^x must be finite"),
        ({"lengths": [5]}, ValueError, r"^lengths must be \(B,\) with B = 2, got \(1,\)"),
        ({"lengths": [0, 6]}, ValueError, "^lengths must be integers from 1 to 5, got 0 to 6"),
        ({"state": np.ones((1, 2, 4))}, TypeError, "^state must be tuple or list, got an array"),
        ({"state": [np.ones((1, 2, 4))]}, ValueError, r"^state must be a pair \(h_0, c_0\), got 1 parts"),
        ({"state": [np.ones((1, 2, 4)), 1]}, ValueError, r"^state\[1\] must be \(1, 2, 4\), got \(\)"),
    ],
)
def test_what_does_not_fit_is_named(arguments, error, told):
    defaults = {"description": recurrent("LSTM"), "x": np.ones((5, 2, 3))}
    with pytest.raises(error, match=told):
        run(**defaults | arguments)
