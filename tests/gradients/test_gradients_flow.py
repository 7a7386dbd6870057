"""The flow of gradients through time: against autograd, finite differences, and what theory says of norms."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import cells, gradients
from rnnkit.layers import RNN

CELLS = {
    "rnn": (1, ("h",), cells.rnn_step, torch.nn.RNNCell),
    "lstm": (4, ("h", "c"), cells.lstm_step, torch.nn.LSTMCell),
    "gru": (3, ("h",), cells.gru_step, torch.nn.GRUCell),
}


def weights(gates, D, H, rng, scale=1.0):
    shapes = {
        "weight_ih": (gates * H, D),
        "weight_hh": (gates * H, H),
        "bias_ih": (gates * H,),
        "bias_hh": (gates * H,),
    }
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


def trace(kind, T, B, D, H, rng, scale=1.0, **options):
    """Run a cell over time: inputs (T, B, D), joint states 0 to T (T + 1, B, S), and the weights."""
    gates, parts, step, _ = CELLS[kind]
    params = weights(gates, D, H, rng, scale)
    x = rng.normal(size=(T, B, D))
    states = [tuple(rng.uniform(-1, 1, (B, H)) for _ in parts)]
    for t in range(T):
        new = step(x[t], *states[-1], **params, **options)
        states.append(new if len(parts) > 1 else (new,))
    return x, np.array([np.concatenate(state, axis=-1) for state in states]), params


def jacobians(kind, x, states, params, **options):
    if kind == "rnn":
        return gradients.rnn_jacobians(states[1:], params["weight_hh"], **options)
    if kind == "lstm":
        return gradients.lstm_jacobians(x, *np.split(states[:-1], 2, axis=-1), **params)
    return gradients.gru_jacobians(x, states[:-1], **params, **options)


def torch_cell(kind, params):
    gates, _, _, cls = CELLS[kind]
    cell = cls(params["weight_ih"].shape[1], params["weight_hh"].shape[1], dtype=torch.float64)
    cell.load_state_dict({name: torch.tensor(value) for name, value in params.items()})
    return cell


def torch_states(kind, x, first, params):
    """Run a torch cell so that each joint state is one tensor whose gradient autograd keeps."""
    cell = torch_cell(kind, params)
    states = [torch.tensor(first, requires_grad=True)]
    for step in torch.tensor(x):
        if kind == "lstm":
            new = torch.cat(cell(step, states[-1].chunk(2, dim=-1)), dim=-1)
        else:
            new = cell(step, states[-1])
        new.retain_grad()
        states.append(new)
    return states


sizes = {"T": st.integers(1, 8), "B": st.integers(1, 3), "D": st.integers(1, 3), "H": st.integers(1, 5)}
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("kind", CELLS)
@settings(max_examples=30)
@given(**sizes, seed=seeds)
def test_state_gradients_equal_autograd(kind, T, B, D, H, seed):
    rng = np.random.default_rng(seed)
    x, states, params = trace(kind, T, B, D, H, rng)
    J = jacobians(kind, x, states, params)
    d_states = rng.normal(size=states[1:].shape)
    tensors = torch_states(kind, x, states[0], params)
    loss = sum((torch.tensor(d) * s).sum() for d, s in zip(d_states, tensors[1:], strict=True))
    loss.backward()
    expected = np.array([s.grad.numpy() for s in tensors])
    got = gradients.state_gradients(J, d_states)
    assert got.shape == (T + 1, *states.shape[1:])
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10 * np.abs(expected).max())
    norms = gradients.norm_through_time(J, d_states)
    assert norms.shape == (T + 1, B)
    np.testing.assert_allclose(norms, np.linalg.norm(expected, axis=-1), rtol=1e-10)


@pytest.mark.parametrize("kind", CELLS)
@settings(max_examples=30)
@given(**sizes, seed=seeds)
def test_products_equal_autograd(kind, T, B, D, H, seed):
    rng = np.random.default_rng(seed)
    x, states, params = trace(kind, T, B, D, H, rng)
    products = gradients.products(jacobians(kind, x, states, params))
    S = states.shape[-1]
    assert products.shape == (T + 1, B, S, S)
    np.testing.assert_array_equal(products[T], np.broadcast_to(np.eye(S), (B, S, S)))
    tensors = torch_states(kind, x, states[0], params)
    for row in range(S):
        expected = torch.autograd.grad(tensors[T][:, row].sum(), tensors, retain_graph=True)
        for t in range(T + 1):
            np.testing.assert_allclose(products[t, :, row], expected[t].numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("rnn", {}), ("lstm", {}), ("gru", {"reset_after": True}), ("gru", {"reset_after": False})],
)
@settings(max_examples=10)  # which differ in their numbers only
@given(seed=seeds)
def test_a_jacobian_equals_finite_differences(kind, options, seed):
    _, parts, step, _ = CELLS[kind]
    x, states, params = trace(kind, 1, 1, 2, 3, np.random.default_rng(seed), scale=0.5, **options)
    J = jacobians(kind, x, states, params, **options)[0, 0]

    def number(s, row):
        new = step(x[0], *np.split(s, len(parts), axis=-1), **params, **options)
        return np.concatenate(new if len(parts) > 1 else (new,), axis=-1)[0, row]

    rows = [gradients.numerical_gradient(partial(number, row=row), states[0]) for row in range(len(J))]
    assert gradients.relative_error(J, np.concatenate(rows)) < 1e-7


def test_relu_jacobians_equal_autograd():
    torch.manual_seed(0)
    layer = torch.nn.RNN(2, 4, nonlinearity="relu", dtype=torch.float64)
    x, h = torch.randn(1, 1, 2, dtype=torch.float64), torch.rand(1, 1, 4, dtype=torch.float64)
    new, _ = layer(x, h)
    J = gradients.rnn_jacobians(new.detach(), layer.weight_hh_l0.detach(), "relu")
    expected = torch.autograd.functional.jacobian(lambda state: layer(x, state)[0], h)
    np.testing.assert_allclose(J[0, 0], expected[0, 0, :, 0, 0], rtol=1e-12)
    assert 0 < np.count_nonzero(J.any(axis=-1)) < 4, "the case must have dead and live units"


@pytest.mark.parametrize("kind", CELLS)
def test_a_single_sequence_needs_no_batch_axis(kind):
    x, states, params = trace(kind, 5, 2, 3, 4, np.random.default_rng(0))
    J = jacobians(kind, x, states, params)
    alone = jacobians(kind, x[:, 1], states[:, 1], params)
    np.testing.assert_allclose(alone, J[:, 1], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradients.products(alone), gradients.products(J)[:, 1], atol=1e-14)
    d_last = np.ones((2, J.shape[-1]))
    norms = gradients.norm_through_time(J, d_last)
    np.testing.assert_allclose(gradients.norm_through_time(alone, d_last[1]), norms[:, 1], rtol=1e-12)


def test_a_loss_at_the_last_step_only_is_a_loss_at_every_step_with_zeros():
    x, states, params = trace("rnn", 6, 2, 1, 3, np.random.default_rng(1))
    J = jacobians("rnn", x, states, params)
    d_last = np.arange(6.0).reshape(2, 3)
    d_states = np.zeros_like(states[1:])
    d_states[-1] = d_last
    np.testing.assert_array_equal(
        gradients.state_gradients(J, d_last), gradients.state_gradients(J, d_states)
    )


def test_the_first_gradient_is_the_one_that_the_layer_returns():
    rng = np.random.default_rng(2)
    layer = RNN(3, 4, seed=0)
    output, _ = layer(rng.normal(size=(7, 2, 3)))
    d_output = rng.normal(size=output.shape)
    _, dh_0 = layer.backward(d_output)
    J = gradients.rnn_jacobians(output, layer.params["weight_hh_l0"])
    np.testing.assert_allclose(gradients.state_gradients(J, d_output)[0], dh_0[0], rtol=1e-12)


def test_the_direct_path_is_the_lower_right_quarter_alone():
    x, states, params = trace("lstm", 9, 2, 3, 4, np.random.default_rng(3))
    J = jacobians("lstm", x, states, params)
    direct = J[..., 4:, 4:]
    f = np.diagonal(direct, axis1=-2, axis2=-1)
    np.testing.assert_array_equal(direct, f[..., None] * np.eye(4))
    path = gradients.direct_path(f)
    assert path.shape == (10, 2, 4)
    products = gradients.products(direct)
    np.testing.assert_allclose(path, np.diagonal(products, axis1=-2, axis2=-1), rtol=1e-12)
    np.testing.assert_allclose(path[3], np.prod(f[3:], axis=0), rtol=1e-12)
    whole = gradients.products(J)[..., 4:, 4:]
    assert np.abs(whole - products).max() > 0.01, "the way through the gates must count"


# What theory says of norms


@given(
    T=st.integers(1, 12),
    H=st.integers(1, 6),
    scale=st.floats(0, 5),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    seed=seeds,
)
def test_no_product_exceeds_the_bound(T, H, scale, nonlinearity, seed):
    rng = np.random.default_rng(seed)
    layer = RNN(2, H, nonlinearity=nonlinearity, seed=0)
    layer.params["weight_hh_l0"] = weight_hh = scale * rng.normal(size=(H, H)) / np.sqrt(H)
    output, _ = layer(rng.normal(size=(T, 2, 2)))
    products = gradients.products(gradients.rnn_jacobians(output, weight_hh, nonlinearity))
    bound = gradients.bound(weight_hh, T)
    assert bound.shape == (T + 1,)
    assert (gradients.largest_singular_value(products) <= bound[:, None] * (1 + 1e-9)).all()


def test_the_bound_is_reached_by_an_orthogonal_matrix_and_halved_by_half_the_slope():
    Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))
    J = gradients.rnn_jacobians(np.zeros((10, 5)), 1.5 * Q)  # the slope of tanh at 0 is 1
    np.testing.assert_allclose(
        gradients.largest_singular_value(gradients.products(J)), gradients.bound(1.5 * Q, 10)
    )
    np.testing.assert_allclose(gradients.bound(Q, 3, gamma=0.5), [0.5**3, 0.5**2, 0.5, 1], rtol=1e-12, atol=0)
    assert gradients.bound(3 * Q, 2000)[0] == np.inf
    assert gradients.bound(Q, 0).tolist() == [1]


@given(H=st.integers(1, 6), seed=seeds)
def test_the_spectral_radius_is_the_growth_rate_of_powers(H, seed):
    W = np.random.default_rng(seed).normal(size=(H, H))
    radius, sigma = gradients.spectral_radius(W), gradients.largest_singular_value(W)
    assert isinstance(radius, float)
    assert isinstance(sigma, float)
    assert radius <= sigma * (1 + 1e-12)
    power, log_norm = W, 0.0
    for _ in range(20):  # W² … W^(2^20), kept at length 1
        norm = np.linalg.norm(power, 2)
        log_norm = 2 * (log_norm + np.log(norm))
        power = (power / norm) @ (power / norm)
    growth = np.exp((log_norm + np.log(np.linalg.norm(power, 2))) / 2**20)
    assert growth == pytest.approx(radius, rel=1e-4)


@given(H=st.integers(1, 6), seed=seeds)
def test_both_measures_agree_for_a_symmetric_matrix_and_run_over_stacks(H, seed):
    stack = np.random.default_rng(seed).normal(size=(2, 3, H, H))
    symmetric = stack + stack.swapaxes(-1, -2)
    np.testing.assert_allclose(
        gradients.spectral_radius(symmetric), gradients.largest_singular_value(symmetric), rtol=1e-9
    )
    for measure in (gradients.spectral_radius, gradients.largest_singular_value):
        assert measure(stack).shape == (2, 3)
        assert measure(stack)[1, 2] == pytest.approx(measure(stack[1, 2]), rel=1e-12)


def test_a_matrix_that_is_not_normal_grows_first_and_then_dies():
    W = np.array([[0.5, 4.0], [0.0, 0.5]])
    assert gradients.spectral_radius(W) == pytest.approx(0.5)
    norms = gradients.largest_singular_value(gradients.products(np.broadcast_to(W, (40, 2, 2))))
    assert norms[39] > 4
    assert norms[0] < 1e-9


def test_norms_survive_where_squares_do_not():
    J = np.full((200, 1, 1), 0.1)
    norms = gradients.norm_through_time(J, [3.0])
    np.testing.assert_allclose(norms, 3 * 0.1 ** np.arange(200.0, -1, -1), rtol=1e-9)
    assert gradients.norm_through_time(np.zeros((2, 1, 1)), [3.0]).tolist() == [0, 0, 3]


# Bad arguments

H3 = np.zeros((4, 3))
J3 = np.zeros((4, 3, 3))
LSTM = {"x": np.zeros((4, 2)), "h": H3, "c": H3, **weights(4, 2, 3, np.random.default_rng(0))}
GRU = {"x": np.zeros((4, 2)), "h": H3, **weights(3, 2, 3, np.random.default_rng(0))}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: gradients.rnn_jacobians(np.zeros(3), np.eye(3)),
            ValueError,
            r"^h must be \(T, H\), got \(3,\)",
        ),
        (
            lambda: gradients.rnn_jacobians(H3, np.eye(2)),
            ValueError,
            r"^weight_hh must be \(H, H\) with H = 3",
        ),
        (lambda: gradients.rnn_jacobians(H3, np.ones((3, 2))), ValueError, r"^weight_hh must be \(H, H\)"),
        (
            lambda: gradients.rnn_jacobians(H3 + 2, np.eye(3)),
            ValueError,
            "^h must be what tanh returns, from -1",
        ),
        (
            lambda: gradients.rnn_jacobians(H3 - 1, np.eye(3), "relu"),
            ValueError,
            "^h must be what relu returns",
        ),
        (
            lambda: gradients.rnn_jacobians(H3, np.eye(3), "gelu"),
            ValueError,
            "^nonlinearity must be 'tanh' or",
        ),
        (lambda: gradients.rnn_jacobians("h", np.eye(3)), TypeError, "^h must be an array of real numbers"),
        (
            lambda: gradients.lstm_jacobians(**LSTM | {"c": H3[1:]}),
            ValueError,
            r"^c must be \(T, H\) with T = 4",
        ),
        (
            lambda: gradients.lstm_jacobians(**LSTM | {"h": H3[:, None]}),
            ValueError,
            r"^h must be \(T, H\) with",
        ),
        (
            lambda: gradients.lstm_jacobians(**LSTM | {"weight_hh": np.eye(3)}),
            ValueError,
            r"^weight_hh must be \(4H, H\)",
        ),
        (
            lambda: gradients.lstm_jacobians(**LSTM | {"bias_hh": np.full(12, np.nan)}),
            ValueError,
            "^bias_hh must be finite",
        ),
        (
            lambda: gradients.gru_jacobians(**GRU, reset_after=1),
            TypeError,
            "^reset_after must be True or False",
        ),
        (
            lambda: gradients.gru_jacobians(**GRU | {"bias_ih": np.ones(12)}),
            ValueError,
            r"^bias_ih must be \(3H,\) with 3H = 9, got \(12,\)$",
        ),
        (lambda: gradients.products(np.eye(3)), ValueError, r"^jacobians must be \(T, S, S\), got \(3, 3\)$"),
        (lambda: gradients.products(np.ones((4, 3, 2))), ValueError, r"^jacobians must be \(T, S, S\)"),
        (lambda: gradients.products(J3 + np.nan), ValueError, "^jacobians must be finite, got 36 NaN"),
        (
            lambda: gradients.products(np.full((400, 1, 1), 10.0)),
            OverflowError,
            "exceeds float64 at step 91$",
        ),
        (
            lambda: gradients.state_gradients(J3, np.ones(2)),
            ValueError,
            r"^d_states must be \(3,\), got \(2,\)$",
        ),
        (
            lambda: gradients.state_gradients(J3, np.ones((3, 3))),
            ValueError,
            r"^d_states must be \(4, 3\), got",
        ),
        (
            lambda: gradients.norm_through_time(J3, None),
            TypeError,
            "^d_states must be an array of real numbers",
        ),
        (lambda: gradients.direct_path(H3 + 2), ValueError, "^f must be from 0 to 1, got 2 to 2$"),
        (lambda: gradients.direct_path(np.ones(3)), ValueError, r"^f must be \(T, H\), got \(3,\)$"),
        (lambda: gradients.spectral_radius(np.ones(3)), ValueError, r"^matrix must be \(H, H\) or"),
        (
            lambda: gradients.largest_singular_value(np.ones((2, 3))),
            ValueError,
            r"^matrix must be \(H, H\) or",
        ),
        (lambda: gradients.spectral_radius([[np.inf]]), ValueError, "^matrix must be finite"),
        (lambda: gradients.bound(np.eye(3), -1), ValueError, "^steps must be an integer at least 0, got -1"),
        (
            lambda: gradients.bound(np.eye(3), 3, gamma=0),
            ValueError,
            "^gamma must be a finite number above 0",
        ),
        (lambda: gradients.bound(J3, 3), ValueError, r"^weight_hh must be \(H, H\), got \(4, 3, 3\)$"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
