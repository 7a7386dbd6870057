"""rnnkit.layers.plain, the loop over the cell: against torch, and as the oracle of the fast layers."""

import functools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.layers import GRU, LSTM, RNN, packing, plain

# For each kind the loop, the loop back, and the fast layer.
KINDS = {
    "tanh": (plain.rnn_loop, plain.rnn_loop_backward, RNN),
    "relu": (
        functools.partial(plain.rnn_loop, nonlinearity="relu"),
        functools.partial(plain.rnn_loop_backward, nonlinearity="relu"),
        functools.partial(RNN, nonlinearity="relu"),
    ),
    "LSTM": (plain.lstm_loop, plain.lstm_loop_backward, LSTM),
    "GRU": (plain.gru_loop, plain.gru_loop_backward, GRU),
    "published GRU": (
        functools.partial(plain.gru_loop, reset_after=False),
        functools.partial(plain.gru_loop_backward, reset_after=False),
        functools.partial(GRU, reset_after=False),
    ),
}
TORCH = {
    "tanh": torch.nn.RNN,
    "relu": functools.partial(torch.nn.RNN, nonlinearity="relu"),
    "LSTM": torch.nn.LSTM,
    "GRU": torch.nn.GRU,
}


def run_plain(kind, x, start, weights, d_output, d_last):
    """All that the two loops return for one batch, by name.

    start, d_last: the initial states (B, H) and the gradients in the last ones, a pair for an LSTM, else one.
    """
    loop, loop_backward, _ = KINDS[kind]
    states = loop(x, *start, *weights)
    states = states if isinstance(states, tuple) else (states,)
    d_h = d_output.copy()
    d_h[-1] += d_last[0]  # the last state and the last output are one
    weights_of_backward = weights[:2] if kind in ("tanh", "relu") else weights
    dx, *rest = loop_backward(d_h, *d_last[1:], x, *states, *weights_of_backward)
    d_start, grads = rest[:-4], rest[-4:]
    return {
        "output": states[0][1:],
        "last": np.stack([state[-1] for state in states]),
        "dx": dx,
        "d_start": np.stack(d_start),
        "weight_ih": grads[0],
        "weight_hh": grads[1],
        "bias_ih": grads[2],
        "bias_hh": grads[3],
    }


def run_fast(kind, x, start, weights, d_output, d_last):
    """The same of the fast layer."""
    H = weights[1].shape[1]
    layer = KINDS[kind][2](x.shape[2], H, dtype=x.dtype)
    layer.load_state_dict(dict(zip(layer.params, weights, strict=True)))

    def as_state(parts):
        parts = tuple(part[None] for part in parts)
        return parts if len(parts) == 2 else parts[0]

    output, last = layer(x, as_state(start))
    dx, d_start = layer.backward(d_output, as_state(d_last))
    grads = {name.removesuffix("_l0"): grad for name, grad in layer.grads.items()}
    arrays = {"output": output, "last": last, "dx": dx, "d_start": d_start}
    for name in ("last", "d_start"):
        arrays[name] = np.concatenate(arrays[name]) if isinstance(arrays[name], tuple) else arrays[name]
    return arrays | grads


def random_run(kind, T, B, D, H, seed=0):
    """Random arguments of `run_plain` and `run_fast`, float64."""
    rng = np.random.default_rng(seed)
    gates, states = {"LSTM": (4, 2), "GRU": (3, 1), "published GRU": (3, 1)}.get(kind, (1, 1))
    weights = [
        rng.normal(size=shape) / np.sqrt(H) for shape in [(gates * H, D), (gates * H, H), *[(gates * H,)] * 2]
    ]
    start, d_last = ([rng.normal(size=(B, H)) for _ in range(states)] for _ in range(2))
    return rng.normal(size=(T, B, D)), start, weights, rng.normal(size=(T, B, H)), d_last


def assert_all_close(results, expected, tolerance):
    """Compare arrays by name, relative to the largest number of each."""
    assert results.keys() == expected.keys()
    for name, wanted in expected.items():
        scale = max(1, np.abs(wanted).max())
        np.testing.assert_allclose(
            results[name] / scale, wanted / scale, rtol=0, atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize("kind", TORCH)
@pytest.mark.parametrize("size", [(7, 3, 4, 5), (1, 1, 1, 1)])
def test_the_loop_equals_torch(kind, size):
    T, B, D, H = size
    x, start, weights, d_output, d_last = arguments = random_run(kind, T, B, D, H)
    module = TORCH[kind](D, H, dtype=torch.float64)
    for parameter, weight in zip(module.parameters(), weights, strict=True):
        parameter.data = torch.tensor(weight)
    x_torch, *start_torch = (torch.tensor(array, requires_grad=True) for array in (x, *start))
    state = [part[None] for part in start_torch]
    output, last = module(x_torch, tuple(state) if kind == "LSTM" else state[0])
    last = torch.cat(last) if kind == "LSTM" else last
    loss = (output * torch.tensor(d_output)).sum() + (last * torch.tensor(np.stack(d_last))).sum()
    loss.backward()
    expected = {
        "output": output.detach().numpy(),
        "last": last.detach().numpy(),
        "dx": x_torch.grad.numpy(),
        "d_start": np.stack([part.grad.numpy() for part in start_torch]),
    } | {name.removesuffix("_l0"): parameter.grad.numpy() for name, parameter in module.named_parameters()}
    assert_all_close(run_plain(kind, *arguments), expected, 1e-10)


@given(data=st.data())
def test_the_fast_layer_equals_the_loop(data):
    kind = data.draw(st.sampled_from(list(KINDS)), label="kind")
    limits = {"T": 12, "B": 6, "D": 5, "H": 40}
    size = [data.draw(st.integers(1, limit), label=name) for name, limit in limits.items()]
    arguments = random_run(kind, *size, seed=data.draw(st.integers(0, 99), label="seed"))
    assert_all_close(run_fast(kind, *arguments), run_plain(kind, *arguments), 1e-11)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 3, 20])
def test_groups_of_steps_make_no_difference(kind, steps, monkeypatch):
    # The fast layer takes as many steps together as stay in the cache.
    arguments = random_run(kind, 20, 6, 3, 9)
    monkeypatch.setattr(packing, "CACHE", steps * 6 * 9)
    assert_all_close(run_fast(kind, *arguments), run_plain(kind, *arguments), 1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_float32(kind):
    x, start, weights, d_output, d_last = random_run(kind, 3, 2, 4, 5)
    small = [[a.astype(np.float32) for a in group] for group in (start, weights, d_last)]
    results = run_plain(kind, x.astype(np.float32), small[0], small[1], d_output.astype(np.float32), small[2])
    assert {array.dtype for array in results.values()} == {np.dtype(np.float32)}


def forward_and_back(kind):
    """The two loops of a kind with arguments that fit, by name."""
    T, B, D, H = 3, 2, 4, 5
    loop, loop_backward, _ = KINDS[kind]
    x, start, weights, d_output, d_last = random_run(kind, T, B, D, H)
    weights = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), weights, strict=True))
    states = loop(x, *start, **weights)
    arguments = {"x": x, "h": states, **weights, "d_output": d_output}
    begin = {"x": x, **dict(zip(("h_0", "c_0"), start, strict=False)), **weights}
    if kind == "LSTM":
        arguments |= {"h": states[0], "c": states[1], "d_c_n": d_last[1]}
    if kind in ("tanh", "relu"):
        del arguments["bias_ih"], arguments["bias_hh"]
    return (loop, begin), (loop_backward, arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_name_the_argument(kind):
    for function, arguments in forward_and_back(kind):
        function(**arguments)
        for name, array in arguments.items():
            with pytest.raises(ValueError, match=rf"^{name} must be \(.*\).*, got \(.*\)$"):
                function(**arguments | {name: array[..., None]})
            with pytest.raises(ValueError, match=rf"^{name} must be finite"):
                function(**arguments | {name: np.full_like(array, np.nan)})
            with pytest.raises(TypeError, match=rf"^{name} must be an array of real numbers, got None"):
                function(**arguments | {name: None})


def test_errors_name_sizes_that_do_not_agree():
    (loop, begin), (back, arguments) = forward_and_back("LSTM")
    with pytest.raises(ValueError, match=r"^c_0 must be \(B, H\) with B = 2, H = 5, got \(1, 5\)$"):
        loop(**begin | {"c_0": begin["c_0"][:1]})
    with pytest.raises(
        ValueError, match=r"^h must be \(T \+ 1, B, H\) with T \+ 1 = 4, B = 2, got \(3, 2, 5\)$"
    ):
        back(**arguments | {"h": arguments["h"][1:]})
    with pytest.raises(ValueError, match=r"^d_output must be \(T, B, H\) with .*, got \(2, 2, 5\)$"):
        back(**arguments | {"d_output": arguments["d_output"][1:]})
