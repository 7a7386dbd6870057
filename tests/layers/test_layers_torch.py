"""rnnkit.layers computes what torch.nn computes: outputs, states and all gradients."""

import functools
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.layers import GRU, LSTM, RNN, packing

TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}


class PublishedGRU(torch.nn.GRU):
    """The GRU that resets before the product, which torch does not have: one sequence and step at a time."""

    def forward(self, x, state, lengths):
        x = x if self.batch_first else x.swapaxes(0, 1)
        outputs, states = zip(*map(self.run_one, x, state.swapaxes(0, 1), lengths), strict=True)
        return torch.stack(outputs, dim=0 if self.batch_first else 1), torch.stack(states, dim=1)

    def run_one(self, x, state, length):
        rows, last = x[:length], []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in ("", "_reverse")[: 1 + self.bidirectional]:
                kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                weights = [getattr(self, f"{kind}_l{layer}{suffix}", 0) for kind in kinds]
                h, output = state[len(last)], []
                for row in rows.flip(0) if suffix else rows:
                    h = self.step(row, h, *weights)
                    output.append(h)
                outputs.append(torch.stack(output[::-1] if suffix else output))
                last.append(h)
            rows = torch.cat(outputs, dim=1)
        padding = rows.new_zeros(len(x) - length, rows.shape[1])
        return torch.cat([rows, padding]), torch.stack(last)

    def step(self, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        W_r, W_z, W_n = weight_hh.chunk(3)
        b_r, b_z, b_n = bias_hh.chunk(3) if self.bias else (0, 0, 0)
        x_r, x_z, x_n = (weight_ih @ x + bias_ih).chunk(3)
        r = torch.sigmoid(x_r + W_r @ h + b_r)
        z = torch.sigmoid(x_z + W_z @ h + b_z)
        n = torch.tanh(x_n + W_n @ (r * h) + b_n)
        return (1 - z) * n + z * h


KINDS = {
    "tanh": torch.nn.RNN,
    "relu": functools.partial(torch.nn.RNN, nonlinearity="relu"),
    "LSTM": torch.nn.LSTM,
    "GRU": torch.nn.GRU,
    "published GRU": PublishedGRU,
}
PAIRS = [(RNN, torch.nn.RNN), (LSTM, torch.nn.LSTM), (GRU, torch.nn.GRU)]


def layer_from(module):
    if isinstance(module, PublishedGRU):
        settings = ("num_layers", "bias", "batch_first", "bidirectional")
        layer = GRU(
            module.input_size,
            module.hidden_size,
            **{name: getattr(module, name) for name in settings},
            reset_after=False,
            dtype=str(module.weight_hh_l0.dtype).removeprefix("torch."),
        )
        layer.load_state_dict(module.state_dict())
        return layer
    ours = next(ours for ours, theirs in PAIRS if isinstance(module, theirs))
    return ours.from_torch(module)


def run_torch(module, x, state, lengths):
    T, B = (x.shape[1], x.shape[0]) if module.batch_first else x.shape[:2]
    if isinstance(module, PublishedGRU):
        return module(x, state, lengths or [T] * B)
    if lengths is None:
        return module(x, state)
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

    def as_state(parts):
        return tuple(parts) if isinstance(module, torch.nn.LSTM) else parts[0]

    def parts(state):
        return state if isinstance(module, torch.nn.LSTM) else (state,)

    x = normal(*batch_shape, module.input_size)
    d_output = normal(*batch_shape, H * (1 + module.bidirectional))
    state, d_state = (as_state([normal(runs, B, H) for _ in "hc"]) if with_state else None for _ in range(2))

    module.zero_grad()
    x_torch = torch.tensor(x, requires_grad=True)
    zeros = as_state([np.zeros((runs, B, H), x.dtype) for _ in "hc"])
    start = [torch.tensor(p, requires_grad=True) for p in parts(state if with_state else zeros)]
    expected_output, expected_state = run_torch(module, x_torch, as_state(start), lengths)
    loss = (expected_output * torch.tensor(d_output)).sum()
    if with_state:
        pairs = zip(parts(expected_state), parts(d_state), strict=True)
        loss = loss + sum((part * torch.tensor(d_part)).sum() for part, d_part in pairs)
    loss.backward()

    if lengths is not None:
        for b, length in enumerate(lengths):
            past = (b, slice(length, None)) if module.batch_first else (slice(length, None), b)
            x[past] = d_output[past] = np.nan
    layer = layer_from(module)
    output, last_state = layer(x, state, lengths)
    dx, dstate = layer.backward(d_output, d_state)

    pairs = {"output": (output, expected_output), "dx": (dx, x_torch.grad)}
    for i, theirs in enumerate(parts(expected_state)):
        pairs |= {
            f"state {i}": (parts(last_state)[i], theirs),
            f"dstate {i}": (parts(dstate)[i], start[i].grad),
        }
    pairs |= {name: (layer.grads[name], parameter.grad) for name, parameter in module.named_parameters()}
    assert list(layer.params) == list(layer.grads) == [name for name, _ in module.named_parameters()]
    for name, (ours, theirs) in pairs.items():
        theirs = theirs.detach().numpy()
        assert ours.shape == theirs.shape, name
        assert ours.dtype == theirs.dtype, name
        scale = max(1, np.abs(theirs).max())
        np.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=TOLERANCE[dtype], err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("num_layers", "dtype"),
    [(1, torch.float64), (2, torch.float64), (2, torch.float32)],
)
def test_every_setting_equals_torch(kind, num_layers, dtype):
    """With one layer, and with a layer upon another; `test_any_shape_equals_torch` has three too."""
    torch.manual_seed(0)
    for bidirectional, batch_first, bias in itertools.product([False, True], repeat=3):
        module = KINDS[kind](
            4, 5, num_layers, bias=bias, batch_first=batch_first, bidirectional=bidirectional, dtype=dtype
        )
        for lengths in (None, [3, 6, 1, 4], [2, 2, 1, 1]):
            assert_equal_to_torch(module, 6, 4, lengths=lengths)
        assert_equal_to_torch(module, 6, 4, with_state=False)


@given(data=st.data())
def test_any_shape_equals_torch(data):
    limits = {"T": 9, "B": 5, "D": 4, "H": 5, "num_layers": 3}
    T, B, D, H, num_layers = (data.draw(st.integers(1, limits[name]), label=name) for name in limits)
    lengths = data.draw(st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B), label="lengths")
    kind = data.draw(st.sampled_from(list(KINDS)), label="kind")
    bias, batch_first, bidirectional, with_state = (
        data.draw(st.booleans(), label=label)
        for label in ("bias", "batch_first", "bidirectional", "with_state")
    )
    seed = data.draw(st.integers(0, 99), label="seed")
    torch.manual_seed(seed)
    settings = {"bias": bias, "batch_first": batch_first, "bidirectional": bidirectional}
    module = KINDS[kind](D, H, num_layers, **settings, dtype=torch.float64)
    assert_equal_to_torch(module, T, B, lengths=lengths, with_state=with_state, seed=seed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("D", [1, 4])
@pytest.mark.parametrize("lengths", [None, [20, 7, 1, 20, 13, 13]])
def test_a_wide_layer_equals_torch(kind, D, lengths, monkeypatch):
    # An LSTM or a GRU takes the steps in groups, here of up to three.
    monkeypatch.setattr(packing, "CACHE", 3 * 6 * 90)
    torch.manual_seed(0)
    module = KINDS[kind](D, 90, dtype=torch.float64)
    assert_equal_to_torch(module, 20, 6, lengths=lengths)


def test_from_torch_keeps_all_settings_and_copies_the_parameters():
    settings = {"num_layers": 2, "bias": False, "batch_first": True, "bidirectional": True}
    for ours, theirs in PAIRS:
        module = theirs(3, 4, **settings, dropout=0.5)
        layer = ours.from_torch(module)
        assert (layer.input_size, layer.hidden_size) == (3, 4)
        assert {name: getattr(layer, name) for name in settings} == settings
        assert layer.dtype == np.float32
        assert ours.from_torch(module.double()).dtype == np.float64
        layer.params["weight_ih_l0"] += 1
        assert module.weight_ih_l0.abs().max() < 1
    assert RNN.from_torch(torch.nn.RNN(3, 4, nonlinearity="relu")).nonlinearity == "relu"
    assert GRU.from_torch(torch.nn.GRU(3, 4)).reset_after


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_state_dicts_travel_both_ways(ours, theirs):
    module = theirs(3, 4, 2, bidirectional=True, dtype=torch.float64)
    layer = ours(3, 4, 2, bidirectional=True, seed=0)
    module.load_state_dict({name: torch.from_numpy(param) for name, param in layer.state_dict().items()})
    x = np.random.default_rng(0).normal(size=(5, 2, 3))
    np.testing.assert_allclose(layer(x)[0], module(torch.tensor(x))[0].detach(), atol=1e-12)

    other = ours(3, 4, 2, bidirectional=True, seed=1)
    other.load_state_dict(dict(module.named_parameters()))
    np.testing.assert_array_equal(other(x)[0], layer(x)[0])


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_from_torch_names_a_module_of_another_kind(ours, theirs):
    others = [module(3, 4) for _, module in PAIRS if module is not theirs]
    for module in (*others, torch.nn.RNNCell(3, 4), None, "RNN", ours(3, 4)):
        with pytest.raises(TypeError, match=f"^module must be {theirs.__name__}, got "):
            ours.from_torch(module)


@pytest.mark.parametrize(
    ("tensor", "told"),
    [
        (torch.ones(4, 3, dtype=torch.bfloat16), "got torch.bfloat16 on cpu: "),
        (torch.ones(4, 3, device="meta"), "got torch.float32 on meta: "),
        (torch.ones(4, 3).to_sparse(), "got torch.float32 on cpu: "),
    ],
)
def test_tensors_that_numpy_cannot_read_are_named(tensor, told):
    layer = RNN(3, 4, bias=False, seed=0)
    before = layer.state_dict()
    state = {"weight_hh_l0": torch.ones(4, 4), "weight_ih_l0": tensor}
    with pytest.raises(
        TypeError, match=rf"^state_dict\['weight_ih_l0'\] must be a tensor that NumPy.*{told}"
    ):
        layer.load_state_dict(state)
    for name, weight in before.items():
        np.testing.assert_array_equal(layer.params[name], weight)


@pytest.mark.parametrize(("ours", "kind"), [(RNN, torch.nn.RNN), (LSTM, torch.nn.LSTM), (GRU, torch.nn.GRU)])
def test_from_torch_names_a_module_without_numbers(ours, kind):
    with pytest.raises(TypeError, match=r"^module.state_dict\(\)\['weight_ih_l0'\] must be .* on meta: "):
        ours.from_torch(kind(3, 4, device="meta"))


def test_from_torch_names_what_numpy_layers_do_not_have():
    with pytest.raises(TypeError, match=r"^the dtype of module must be float32 or float64, got 'bfloat16'"):
        RNN.from_torch(torch.nn.RNN(3, 4, dtype=torch.bfloat16))
    with pytest.raises(ValueError, match=r"^module must have proj_size 0, got 2$"):
        LSTM.from_torch(torch.nn.LSTM(3, 4, proj_size=2))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_parameters_start_in_the_range_of_torch(ours, theirs):
    module = theirs(30, 100)
    for name, param in ours(30, 100, seed=0).params.items():
        assert param.shape == tuple(getattr(module, name).shape)
        assert np.abs(param).max() <= 1 / np.sqrt(100)
        assert param.std() == pytest.approx(1 / np.sqrt(3 * 100), rel=0.2)
