"""rnnkit.layers against central differences, and at the edges."""

import functools
import subprocess
import sys

import numpy as np
import pytest

from rnnkit.gradients import check
from rnnkit.layers import GRU, LSTM, RNN
from rnnkit.layers.base import RecurrentLayer

GATED = {
    "LSTM": LSTM,
    "GRU": GRU,
    "published GRU": functools.partial(GRU, reset_after=False),
}
gated = pytest.mark.parametrize("kind", GATED)


def parts(state):
    """A state as a tuple of arrays."""
    return state if isinstance(state, tuple) else (state,)


def as_state(layer, arrays):
    """Arrays as the layer takes and returns its state."""
    return tuple(arrays) if isinstance(layer, LSTM) else arrays[0]


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


# Against central differences; layers/test_plain.py compares with the loop over the cell


@gated
@pytest.mark.parametrize("lengths", [None, [2, 4, 3]])
def test_gated_gradients_equal_central_differences(kind, lengths):
    layer = GATED[kind](2, 2, bidirectional=True, seed=0)
    arrays = layer.params | {"x": normal(4, 3, 2), "h": normal(2, 3, 2), "c": normal(2, 3, 2, seed=3)}
    d_output, d_h, d_c = normal(4, 3, 4, seed=1), normal(2, 3, 2, seed=4), normal(2, 3, 2, seed=5)
    layer(arrays["x"], as_state(layer, (arrays["h"], arrays["c"])), lengths)
    dx, d_state = layer.backward(d_output, as_state(layer, (d_h, d_c)))
    grads = layer.grads | {"x": dx} | dict(zip("hc", parts(d_state), strict=False))

    def loss(changed):
        changed = arrays | changed
        output, last = layer(changed["x"], as_state(layer, (changed["h"], changed["c"])), lengths)
        return (output * d_output).sum() + sum(
            (s * d).sum() for s, d in zip(parts(last), (d_h, d_c), strict=False)
        )

    errors = check(loss, {name: arrays[name] for name in grads}, grads)
    assert max(errors.values()) < 1e-6


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("lengths", [None, [2, 4, 3]])
@pytest.mark.parametrize("batch_first", [False, True])
def test_gradients_equal_central_differences(nonlinearity, lengths, batch_first):
    layer = RNN(2, 3, 2, nonlinearity, batch_first=batch_first, bidirectional=True, seed=0)
    arrays = layer.params | {"x": normal(*((3, 4) if batch_first else (4, 3)), 2), "h_0": normal(4, 3, 3)}
    output, h_n = layer(arrays["x"], arrays["h_0"], lengths)
    d_output, d_h_n = normal(*output.shape, seed=1), normal(*h_n.shape, seed=2)
    dx, dh_0 = layer.backward(d_output, d_h_n)

    def loss(changed):
        output, h_n = layer(changed["x"], changed["h_0"], lengths)
        return (output * d_output).sum() + (h_n * d_h_n).sum()

    errors = check(loss, arrays, layer.grads | {"x": dx, "h_0": dh_0})
    assert max(errors.values()) < 1e-6


class Counter(RecurrentLayer):
    """A layer with two states and two blocks of weights, as simple as can be.

    h_t = W_1 x_t + h_{t-1},  c_t = W_2 x_t + c_{t-1} + h_{t-1},  output h_t ⊙ c_t
    """

    _gates = 2
    _states = ("h", "c")

    class _Workspace:
        def __init__(self, packing, D, H, dtype):
            self.packing = packing

    def __init__(self, num_layers):
        super().__init__(2, 3, num_layers, False, False, True, np.float64, 0)

    def _run(self, x, state, work):
        h, c = (np.array(part) for part in state)
        z = x @ work.weights["weight_ih"].T
        output = np.empty((len(x), self.hidden_size))
        for _, rows, running in work.packing.steps:
            z_h, z_c = np.split(z[rows], 2, axis=1)
            c[running] += h[running] + z_c
            h[running] += z_h
            output[rows] = h[running] * c[running]
        work.tape = x.copy(), z, h, c
        return output, (h, c)

    def _run_backward(self, d_output, d_last_state, work):
        x, z, h, c = (part.copy() for part in work.tape)
        dh, dc = (part.copy() for part in d_last_state)
        dz = np.empty_like(z)
        for _, rows, running in reversed(work.packing.steps):
            dh[running] += d_output[rows] * c[running]
            dc[running] += d_output[rows] * h[running]
            dz[rows] = np.concatenate([dh[running], dc[running]], axis=1)
            z_h, z_c = np.split(z[rows], 2, axis=1)
            h[running] -= z_h
            c[running] -= h[running] + z_c
            dh[running] += dc[running]
        grads = {"weight_ih": dz.T @ x, "weight_hh": np.zeros_like(work.weights["weight_hh"])}
        return dz @ work.weights["weight_ih"], (dh, dc), grads


@pytest.mark.parametrize("lengths", [None, [2, 4, 3]])
def test_the_base_carries_layers_with_two_states(lengths):
    layer = Counter(2)
    arrays = layer.params | {"x": normal(4, 3, 2), "h": normal(4, 3, 3), "c": normal(4, 3, 3, seed=3)}
    output, _ = layer(arrays["x"], (arrays["h"], arrays["c"]), lengths)
    d_output, d_last = normal(*output.shape, seed=1), (normal(4, 3, 3, seed=4), normal(4, 3, 3, seed=5))
    dx, (dh, dc) = layer.backward(d_output, d_last)

    def loss(changed):
        output, last = layer(changed["x"], (changed["h"], changed["c"]), lengths)
        return (output * d_output).sum() + sum((s * d_s).sum() for s, d_s in zip(last, d_last, strict=True))

    errors = check(loss, arrays, layer.grads | {"x": dx, "h": dh, "c": dc})
    assert max(errors.values()) < 1e-6
    with pytest.raises(TypeError, match=r"^state must be tuple or list, got an array of float64"):
        layer(arrays["x"], arrays["h"])
    with pytest.raises(ValueError, match=r"^state must be \(h, c\), got 1 parts$"):
        layer(arrays["x"], (arrays["h"],))
    with pytest.raises(ValueError, match=r"^state\[1\] must be \(4, B, 3\) with B = 3, got \(4, 2, 3\)$"):
        layer(arrays["x"], (arrays["h"], np.zeros((4, 2, 3))))


# At the edges


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_extreme_values_stay_finite(nonlinearity, dtype, sign):
    layer = RNN(3, 4, 2, nonlinearity, bidirectional=True, dtype=dtype, seed=0)
    x, h_0 = np.full((6, 2, 3), sign * 1e4), np.full((4, 2, 4), -sign * 1e4)
    output, h_n = layer(x, h_0, [6, 2])
    dx, dh_0 = layer.backward(np.full_like(output, 1e4), np.full_like(h_n, -1e4))
    for array in (output, h_n, dx, dh_0, *layer.grads.values()):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


@gated
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sign", [-1, 1])
def test_gated_layers_stay_finite_at_extreme_values(kind, dtype, sign):
    layer = GATED[kind](3, 4, 2, bidirectional=True, dtype=dtype, seed=0)
    x, start = np.full((6, 2, 3), sign * 1e4), [np.full((4, 2, 4), -sign * 1e4)] * 2
    for lengths, factor in (([6, 2], 1), (None, 1e4)):
        for param in layer.params.values():
            param *= factor
        output, last = layer(x, as_state(layer, start), lengths)
        dx, d_state = layer.backward(np.full_like(output, 1e4), last)
        for array in (output, *parts(last), dx, *parts(d_state), *layer.grads.values()):
            assert array.dtype == dtype
            assert np.isfinite(array).all()


@gated
def test_a_gated_layer_keeps_what_belongs_to_the_caller(kind):
    layer = GATED[kind](3, 4, 2, bidirectional=True, seed=0)
    x, lengths, start = normal(5, 2, 3), np.array([2, 5]), [normal(4, 2, 4), normal(4, 2, 4, seed=1)]
    d_output, d_last = normal(5, 2, 8), [normal(4, 2, 4, seed=2), normal(4, 2, 4, seed=3)]
    arrays = [x, *start, d_output, *d_last]
    before = [array.copy() for array in arrays]
    layer(x, as_state(layer, start), lengths)
    expected, _ = layer.backward(d_output, as_state(layer, d_last))
    for array, original in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, original)

    grads = dict(layer.grads)
    output, last = layer(x, as_state(layer, start), lengths)
    for array in (x, *start, output, *parts(last), *layer.params.values()):
        array[...] = 7
    dx, _ = layer.backward(d_output, as_state(layer, d_last))
    np.testing.assert_array_equal(dx, expected)
    for name, grad in grads.items():
        np.testing.assert_array_equal(layer.grads[name], grad)
    assert not np.shares_memory(layer.grads["bias_ih_l0"], layer.grads["bias_hh_l0"])


def test_extreme_weights_saturate_tanh():
    layer = RNN(3, 4, seed=0)
    for param in layer.params.values():
        param[...] = 1e4 * np.sign(param)
    output, _ = layer(normal(50, 2, 3))
    assert np.abs(output).max() == 1
    assert all(np.isfinite(array).all() for array in layer.backward(output))


def test_a_sequence_of_one_step():
    layer = RNN(3, 4, bidirectional=True, seed=0)
    output, h_n = layer(normal(1, 1, 3), lengths=[1])
    np.testing.assert_array_equal(output[0, 0], np.concatenate(h_n[:, 0]))
    dx, dh_0 = layer.backward(output)
    assert dx.shape == (1, 1, 3)
    assert dh_0.shape == (2, 1, 4)


def test_padding_is_zero_in_the_output_and_in_the_gradient():
    layer = RNN(3, 4, 2, batch_first=True, bidirectional=True, seed=0)
    output, _ = layer(normal(3, 5, 3), lengths=np.array([5, 1, 3]))
    dx, _ = layer.backward(np.ones_like(output))
    for array in (output, dx):
        assert not array[1, 1:].any()
        assert not array[2, 3:].any()
        assert array[0, 4].all()
        assert array[2, 2].all()


def test_lists_integers_and_the_other_float_are_converted():
    layer = RNN(1, 2, dtype=np.float32, seed=0)
    expected, _ = layer(np.ones((2, 1, 1), np.float32))
    for x in ([[[1]], [[1]]], np.ones((2, 1, 1), int), np.ones((2, 1, 1))):
        output, h_n = layer(x)
        assert output.dtype == h_n.dtype == np.float32
        np.testing.assert_array_equal(output, expected)


def test_the_input_may_have_any_memory_layout():
    layer = RNN(3, 4, 2, bidirectional=True, seed=0)
    x = normal(5, 2, 3)
    output, _ = layer(x)
    dx, _ = layer.backward(output)
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2], x[::-1][::-1]):
        np.testing.assert_array_equal(layer(same)[0], output)
        np.testing.assert_array_equal(layer.backward(np.asfortranarray(output))[0], dx)


# What belongs to whom


def test_seeds_repeat_and_differ():
    first, again, other = (RNN(3, 4, seed=seed).state_dict() for seed in (1, 1, 2))
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
        assert (first[name] != other[name]).all()
    assert (RNN(3, 4).params["weight_hh_l0"] != RNN(3, 4).params["weight_hh_l0"]).all()


def test_what_the_caller_changes_after_the_call_does_not_disturb_backward():
    layer = RNN(3, 4, seed=0)
    x, h_0 = normal(5, 2, 3), normal(1, 2, 4)
    layer(x, h_0)
    expected, _ = layer.backward(np.ones((5, 2, 4)))
    expected_grads = dict(layer.grads)
    output, h_n = layer(x, h_0)
    for array in (x, h_0, output, h_n, *layer.params.values()):
        array[...] = 7
    dx, _ = layer.backward(np.ones((5, 2, 4)))
    np.testing.assert_array_equal(dx, expected)
    for name, grad in expected_grads.items():
        np.testing.assert_array_equal(layer.grads[name], grad)


def test_arguments_stay_as_they_were():
    layer = RNN(3, 4, 2, bidirectional=True, seed=0)
    arrays = [normal(5, 2, 3), normal(4, 2, 4), np.array([2, 5]), normal(5, 2, 8), normal(4, 2, 4)]
    before = [array.copy() for array in arrays]
    layer(*arrays[:3])
    layer.backward(*arrays[3:])
    for array, original in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, original)


def test_grads_are_overwritten_and_do_not_share_memory():
    layer = RNN(3, 4, seed=0)
    assert layer.grads == {}
    grads = layer.grads
    for factor in (1, 3):
        output, _ = layer(normal(5, 2, 3))
        layer.backward(np.full_like(output, factor))
        if factor == 1:
            first = {name: grad.copy() for name, grad in grads.items()}
    for name, grad in first.items():
        np.testing.assert_allclose(grads[name], 3 * grad)
    assert not np.shares_memory(grads["bias_ih_l0"], grads["bias_hh_l0"])


def test_state_dict_is_a_snapshot():
    layer = RNN(3, 4, seed=0)
    snapshot = layer.state_dict()
    layer.params["weight_ih_l0"] += 1
    assert (snapshot["weight_ih_l0"] != layer.params["weight_ih_l0"]).all()
    layer.load_state_dict(snapshot)
    np.testing.assert_array_equal(layer.params["weight_ih_l0"], snapshot["weight_ih_l0"])
    assert not np.shares_memory(layer.params["weight_ih_l0"], snapshot["weight_ih_l0"])


def test_the_description_holds_the_settings():
    assert repr(RNN(3, 4, 2, dtype=np.float32)) == (
        "RNN(3, 4, num_layers=2, bias=True, batch_first=False, bidirectional=False, dtype=float32)"
    )


def test_layers_work_without_torch():
    code = (
        "import sys; sys.modules['torch'] = None; import numpy as np; import rnnkit.cells, rnnkit.gradients; "
        "from rnnkit.layers import RNN; layer = RNN(1, 2); layer.backward(layer(np.ones((3, 1, 1)))[0])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
