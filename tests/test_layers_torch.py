"""rnnkit.layers computes what torch.nn computes: outputs, states and all gradients."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.layers import RNN

TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}


def run_torch(module, x, state, lengths):
    if lengths is None:
        return module(x, state)
    T = x.shape[1 if module.batch_first else 0]
    options = {"batch_first": module.batch_first}
    packed = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False, **options)
    output, state = module(packed, state)
    return pad_packed_sequence(output, total_length=T, **options)[0], state


def assert_equal_to_torch(module, T, B, *, lengths=None, with_state=True, seed=0):
    """Compare one call and one backward on random numbers; what stands past `lengths` is NaN on our side."""
    rng = np.random.default_rng(seed)
    dtype = module.weight_hh_l0.dtype
    runs, H = module.num_layers * (1 + module.bidirectional), module.hidden_size
    batch_shape = (B, T) if module.batch_first else (T, B)

    def normal(*shape):
        return rng.normal(size=shape).astype(str(dtype).removeprefix("torch."))

    x, d_output = (
        normal(*batch_shape, module.input_size),
        normal(*batch_shape, H * (1 + module.bidirectional)),
    )
    state, d_state = (normal(runs, B, H), normal(runs, B, H)) if with_state else (None, None)

    module.zero_grad()
    x_torch = torch.tensor(x, requires_grad=True)
    state_torch = torch.zeros(runs, B, H, dtype=dtype) if state is None else torch.tensor(state)
    state_torch.requires_grad_()
    expected_output, expected_state = run_torch(module, x_torch, state_torch, lengths)
    loss = (expected_output * torch.tensor(d_output)).sum()
    if d_state is not None:
        loss = loss + (expected_state * torch.tensor(d_state)).sum()
    loss.backward()

    if lengths is not None:
        for b, length in enumerate(lengths):
            past = (b, slice(length, None)) if module.batch_first else (slice(length, None), b)
            x[past] = d_output[past] = np.nan
    layer = RNN.from_torch(module)
    output, last_state = layer(x, state, lengths)
    dx, dstate = layer.backward(d_output, d_state)

    pairs = {
        "output": (output, expected_output),
        "state": (last_state, expected_state),
        "dx": (dx, x_torch.grad),
        "dstate": (dstate, state_torch.grad),
    } | {name: (layer.grads[name], parameter.grad) for name, parameter in module.named_parameters()}
    assert list(layer.params) == list(layer.grads) == [name for name, _ in module.named_parameters()]
    for name, (ours, theirs) in pairs.items():
        theirs = theirs.detach().numpy()
        assert ours.shape == theirs.shape, name
        assert ours.dtype == theirs.dtype, name
        scale = max(1, np.abs(theirs).max())
        np.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=TOLERANCE[dtype], err_msg=name)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_every_setting_equals_torch(nonlinearity, num_layers, dtype):
    torch.manual_seed(0)
    for bidirectional, batch_first, bias in itertools.product([False, True], repeat=3):
        module = torch.nn.RNN(
            4, 5, num_layers, nonlinearity, bias, batch_first, bidirectional=bidirectional, dtype=dtype
        )
        for lengths in (None, [3, 6, 1, 4], [6, 6, 6, 6], [2, 2, 1, 1]):
            assert_equal_to_torch(module, 6, 4, lengths=lengths)
        assert_equal_to_torch(module, 6, 4, with_state=False)


@given(data=st.data())
def test_any_shape_equals_torch(data):
    limits = {"T": 9, "B": 5, "D": 4, "H": 5, "num_layers": 3}
    T, B, D, H, num_layers = (data.draw(st.integers(1, limits[name]), label=name) for name in limits)
    lengths = data.draw(st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B), label="lengths")
    nonlinearity = data.draw(st.sampled_from(["tanh", "relu"]), label="nonlinearity")
    bias, batch_first, bidirectional, with_state = (
        data.draw(st.booleans(), label=label)
        for label in ("bias", "batch_first", "bidirectional", "with_state")
    )
    seed = data.draw(st.integers(0, 99), label="seed")
    torch.manual_seed(seed)
    module = torch.nn.RNN(
        D, H, num_layers, nonlinearity, bias, batch_first, bidirectional=bidirectional, dtype=torch.float64
    )
    assert_equal_to_torch(module, T, B, lengths=lengths, with_state=with_state, seed=seed)


def test_from_torch_keeps_all_settings_and_copies_the_parameters():
    module = torch.nn.RNN(3, 4, 2, "relu", bias=False, batch_first=True, bidirectional=True, dropout=0.5)
    layer = RNN.from_torch(module)
    kept = ("input_size", "hidden_size", "num_layers", "nonlinearity", "bias", "batch_first", "bidirectional")
    assert [getattr(layer, name) for name in kept] == [3, 4, 2, "relu", False, True, True]
    assert layer.dtype == np.float32
    assert RNN.from_torch(module.double()).dtype == np.float64
    layer.params["weight_ih_l0"] += 1
    assert module.weight_ih_l0.abs().max() < 1


def test_state_dicts_travel_both_ways():
    module = torch.nn.RNN(3, 4, 2, bidirectional=True, dtype=torch.float64)
    layer = RNN(3, 4, 2, bidirectional=True, seed=0)
    module.load_state_dict({name: torch.from_numpy(param) for name, param in layer.state_dict().items()})
    x = np.random.default_rng(0).normal(size=(5, 2, 3))
    np.testing.assert_allclose(layer(x)[0], module(torch.tensor(x))[0].detach(), atol=1e-12)

    other = RNN(3, 4, 2, bidirectional=True, seed=1)
    other.load_state_dict(dict(module.named_parameters()))
    np.testing.assert_array_equal(other(x)[0], layer(x)[0])


@pytest.mark.parametrize("module", [torch.nn.LSTM(3, 4), torch.nn.RNNCell(3, 4), None, "RNN", RNN(3, 4)])
def test_from_torch_names_a_module_of_another_kind(module):
    with pytest.raises(TypeError, match=r"^module must be RNN, got "):
        RNN.from_torch(module)


def test_from_torch_names_a_dtype_that_numpy_layers_do_not_have():
    with pytest.raises(TypeError, match=r"^the dtype of module must be float32 or float64, got 'bfloat16'"):
        RNN.from_torch(torch.nn.RNN(3, 4, dtype=torch.bfloat16))


def test_parameters_start_in_the_range_of_torch():
    ours, theirs = RNN(30, 100, seed=0), torch.nn.RNN(30, 100)
    for name, param in ours.params.items():
        assert param.shape == tuple(getattr(theirs, name).shape)
        assert np.abs(param).max() <= 1 / np.sqrt(100)
        assert param.std() == pytest.approx(1 / np.sqrt(3 * 100), rel=0.2)
