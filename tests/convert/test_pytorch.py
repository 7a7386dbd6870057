"""torch.nn and the layers in NumPy: there and back with every bit, the same outputs, states and gradients."""

import numpy as np
import pytest
import torch
from descriptions import batches, recurrent, recurrents
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parametrize, prune
from torch_runs import run_torch

from rnnkit import layers
from rnnkit.convert import Chain, HardSigmoid, Linear, from_layers, from_torch, run, to_layers, to_torch

DIRECTIONS = (("forward",), ("forward", "reverse"))


@given(st.data())
def test_all_three_compute_the_same_forward_and_back(data):
    one = data.draw(recurrents(directions=DIRECTIONS, resets=(True,)))
    x, state, lengths = data.draw(batches(one))
    module, layer = to_torch(one), to_layers(one)
    assert from_torch(module).same_bits(one)
    assert from_layers(layer).same_bits(one)

    x_t = torch.tensor(x, requires_grad=True)
    output, last = run_torch(module, x_t, state, lengths)
    wanted, *states = run(one, x, state, lengths)
    np.testing.assert_allclose(output.detach(), wanted, rtol=0, atol=1e-10)
    for theirs, ours in zip(last, states, strict=False):
        np.testing.assert_allclose(theirs.detach(), ours, rtol=0, atol=1e-10)

    rng = np.random.default_rng(0)
    d_output, d_state = rng.normal(size=wanted.shape), [rng.normal(size=part.shape) for part in last]
    loss = (output * torch.tensor(d_output)).sum()
    loss = loss + sum((part * torch.tensor(d)).sum() for part, d in zip(last, d_state, strict=True))
    loss.backward()
    layer(x, state, lengths)
    dx, _ = layer.backward(d_output, tuple(d_state) if one.kind == "LSTM" else d_state[0])
    np.testing.assert_allclose(x_t.grad, dx, rtol=0, atol=1e-10)


@given(st.data(), st.sampled_from(["float32", "float64"]), st.booleans())
def test_round_trips_keep_every_bit_and_draw_no_random_numbers(data, dtype, batch_first):
    one = data.draw(recurrents(directions=DIRECTIONS, resets=(True,), dtype=dtype))
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002, the state of all drawing
    module, layer = to_torch(one, batch_first=batch_first), to_layers(one, batch_first=batch_first)
    assert torch.equal(torch.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    assert module.batch_first == layer.batch_first == batch_first
    assert module.weight_hh_l0.requires_grad
    assert not module.training
    assert from_torch(module).same_bits(from_layers(layer))
    assert from_torch(module).same_bits(one)


def test_the_copies_are_independent():
    module = nn.GRU(3, 4)
    one = from_torch(module)
    kept = one.with_dtype("float64").with_dtype("float32")
    with torch.no_grad():
        module.weight_hh_l0 += 1
        to_torch(one).weight_hh_l0.add_(1)
    to_layers(one).params["weight_hh_l0"] += 1
    assert one.same_bits(kept)


@pytest.mark.parametrize("reset_after", [True, False])
def test_layers_hold_both_conventions_of_the_gru(reset_after):
    one = recurrent("GRU", layers=2, reset_after=reset_after)
    assert to_layers(one).reset_after == reset_after
    assert from_layers(to_layers(one)).same_bits(one)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bias", [True, False])
def test_a_cell_is_one_layer(kind, bias):
    options = {"nonlinearity": "relu"} if kind == "RNN" else {}
    cell = getattr(nn, kind + "Cell")(3, 4, bias=bias, dtype=torch.float64, **options)
    one, x = from_torch(cell), torch.randn(1, 2, 3, dtype=torch.float64)
    h = cell(x[0])[0] if kind == "LSTM" else cell(x[0])
    assert (one.kind, one.bias, one.num_layers) == (kind, bias, 1)
    np.testing.assert_allclose(run(one, x.numpy())[0][0], h.detach(), rtol=0, atol=1e-12)


def test_weights_that_are_computed_are_read_as_they_are_used():
    x = torch.randn(4, 2, 3)
    normed, pruned = nn.LSTM(3, 4), nn.GRU(3, 4)
    parametrize.register_parametrization(normed, "weight_hh_l0", nn.Tanh())
    prune.l1_unstructured(pruned, "weight_hh_l0", 0.5)
    for module in (normed, pruned):
        np.testing.assert_allclose(
            run(from_torch(module), x.numpy())[0], module(x)[0].detach(), rtol=0, atol=1e-6
        )


def with_hook(module, register="register_forward_hook"):
    """Return the module with a hook that doubles what it gives, or what it gets."""

    def double(_, args, output=None):
        return (2 * args[0],) if output is None else (2 * output[0], output[1])

    getattr(module, register)(double)
    return module


def test_a_hook_of_a_chain_is_named():
    linear = Linear(np.ones((2, 4), np.float32))
    chain = to_torch(Chain((recurrent("GRU", dtype="float32", H=4, layers=1), linear)))
    with_hook(chain.parts[1])
    with pytest.raises(TypeError, match=r"^module.parts.1 must have no hooks, .* what Linear computes, got"):
        from_torch(chain)


@pytest.mark.filterwarnings("ignore:.*weight_norm.* is deprecated")
@pytest.mark.parametrize("norm", [nn.utils.weight_norm, nn.utils.spectral_norm])
def test_weights_that_a_hook_computes_are_read_as_they_are_used(norm):
    module, x = norm(nn.LSTM(3, 4), "weight_hh_l0").eval(), torch.randn(4, 2, 3)
    with torch.no_grad():  # as an optimizer does
        for parameter in module.parameters():
            parameter *= 1.5
    one = from_torch(module)
    np.testing.assert_allclose(run(one, x.numpy())[0], module(x)[0].detach(), rtol=0, atol=1e-6)


class Doubled(nn.LSTM):
    def forward(self, x, state=None):
        output, state = super().forward(x, state)
        return 2 * output, state


def patched():
    module = nn.GRU(3, 4)
    module.forward = lambda x: x
    return module


def sparse():
    module = nn.RNN(3, 4)
    module.weight_hh_l0 = nn.Parameter(module.weight_hh_l0.detach().to_sparse())
    return module


@pytest.mark.parametrize(
    ("module", "error", "told"),
    [
        (None, TypeError, "^module must be RNN or LSTM or .* got None"),
        (nn.Linear(3, 4), TypeError, "^module must be RNN or LSTM or .* got Linear"),
        (layers.LSTM(3, 4), TypeError, "^module must be RNN or LSTM"),
        (nn.Sequential(nn.LSTM(3, 4)), TypeError, "^module must be RNN or LSTM"),
        (Doubled(3, 4), TypeError, "^module must compute what LSTM does, got Doubled, which has a forward"),
        (nn.LSTM(3, 4, proj_size=2), ValueError, "^module must have proj_size 0, got 2"),
        (
            nn.LSTM(3, 4, 2, dropout=0.3),
            ValueError,
            r"^module must be in evaluation, module.eval\(\): .* 0.3",
        ),
        (patched(), TypeError, "^module must compute what GRU does"),
        (
            with_hook(nn.LSTM(3, 4)),
            TypeError,
            r"^module must have no hooks, which can change what LSTM computes, got with_hook.*double: remove",
        ),
        (with_hook(nn.GRU(3, 4), "register_forward_pre_hook"), TypeError, "^module must have no hooks"),
        (with_hook(nn.LSTMCell(3, 4)), TypeError, "^module must have no hooks"),
        (sparse(), TypeError, "^module.weight_hh_l0 must be dense, got torch.sparse_coo"),
        (
            nn.GRU(3, 4, device="meta"),
            ValueError,
            r"^module.weight_ih_l0 must be on the CPU, got meta: .* holds no weights$",
        ),
        (
            nn.GRU(3, 4, dtype=torch.bfloat16),
            TypeError,
            "^the dtype of module.weight_ih_l0 must be float32 or",
        ),
    ],
)
def test_modules_that_cannot_be_described_are_named(module, error, told):
    with pytest.raises(error, match=told):
        from_torch(module)


def test_weights_that_are_not_finite_are_named():
    module, layer = nn.RNN(3, 4), layers.RNN(3, 4)
    with torch.no_grad():
        module.bias_hh_l0[2] = torch.inf
    layer.params["bias_hh_l0"][2] = np.nan
    for read, source in ((from_torch, module), (from_layers, layer)):
        with pytest.raises(ValueError, match=r"^weights\['bias_hh_l0'\] must be finite, got "):
            read(source)


def test_evaluation_leaves_dropout_between_the_layers_out():
    module = nn.LSTM(3, 4, 2, dropout=0.3).eval()
    assert to_torch(from_torch(module)).dropout == 0
    assert module.dropout == 0.3


@pytest.mark.parametrize(
    ("description", "told"),
    [
        (recurrent("LSTM", gate=HardSigmoid(0.2)), r"Sigmoid\(\), got HardSigmoid\(slope=0.2, shift=0.5\)$"),
        (
            recurrent("RNN", directions=("reverse",)),
            r"no reverse direction alone, got directions \('reverse',\)",
        ),
    ],
)
@pytest.mark.parametrize("write", [to_torch, to_layers])
def test_what_they_do_not_have_is_named(write, description, told):
    with pytest.raises(ValueError, match=told):
        write(description)


def test_what_torch_alone_does_not_have_is_named():
    with pytest.raises(ValueError, match=r"resets after the product, got reset_after=False$"):
        to_torch(recurrent("GRU", reset_after=False))


@pytest.mark.parametrize("write", [to_torch, to_layers])
def test_other_arguments_are_named(write):
    with pytest.raises(TypeError, match=r"^description must be Recurrent"):
        write(nn.LSTM(3, 4))
    with pytest.raises(TypeError, match=r"^batch_first must be True or False, got 1"):
        write(recurrent("LSTM"), batch_first=1)


def test_layers_of_another_kind_are_named():
    for other in (None, nn.LSTM(3, 4), layers.LSTM):
        with pytest.raises(TypeError, match=r"^layer must be RNN or LSTM or GRU, got "):
            from_layers(other)
    layer = layers.GRU(3, 4)
    del layer.params["bias_ih_l0"]
    with pytest.raises(ValueError, match=r"missing bias_ih_l0$"):
        from_layers(layer)
