"""Every labelled equation of chapter 02, computed letter by letter in NumPy and compared with autograd.

Each test carries the printed LaTeX. If the chapter changes an equation, or gets a new one, these tests fail
until they compute what is printed.
"""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_formulas import PrintedFormulas

CHAPTER = PrintedFormulas("02_bptt")
formula = CHAPTER.formula

sizes = st.integers(1, 5)
networks = st.builds(
    lambda seed, T, D, H, V: network(seed, T, D, H, V),
    st.integers(0, 2**32 - 1), st.integers(1, 6), sizes, sizes, sizes,
)  # fmt: skip


def any_network(test):
    """Run a test on random networks, fewer than usual: each builds a graph in PyTorch."""
    return settings(max_examples=20)(given(n=networks)(test))


def network(seed, T, D, H, V):
    """A random network and everything that autograd knows about it: da[t] is the gradient of the loss in a_t.

    Steps are counted from 1: entry 0 of x and v is unused, h[0] is the initial state.
    """
    rng = np.random.default_rng(seed)
    shapes = {"W_ih": (H, D), "W_hh": (H, H), "b_ih": H, "b_hh": H, "W_hy": (V, H), "b_y": V}
    n = SimpleNamespace(T=T, D=D, H=H, V=V, x=rng.normal(size=(T + 1, D)), v=rng.integers(0, V, T + 1))
    weights = {}
    for name, shape in shapes.items():
        setattr(n, name, rng.normal(size=shape))
        weights[name] = torch.tensor(getattr(n, name), requires_grad=True)
    states = {"h": [torch.zeros(H, dtype=torch.float64, requires_grad=True)], "a": [None], "y": [None]}
    loss = 0
    for t in range(1, T + 1):
        w = weights
        a = w["W_ih"] @ torch.tensor(n.x[t]) + w["b_ih"] + w["W_hh"] @ states["h"][t - 1] + w["b_hh"]
        h = torch.tanh(a)
        y = w["W_hy"] @ h + w["b_y"]
        for name, value in {"a": a, "h": h, "y": y}.items():
            value.retain_grad()
            states[name].append(value)
        loss = loss + torch.nn.functional.cross_entropy(y, torch.tensor(n.v[t])) / T
    n.torch_h = states["h"]
    n.p = [None] + [torch.softmax(y, 0).detach().numpy() for y in states["y"][1:]]
    n.L = loss.item()
    loss.backward(retain_graph=True)
    for name, values in states.items():
        setattr(n, name, [None if value is None else value.detach().numpy() for value in values])
        setattr(n, f"d{name}", [None if value is None else value.grad.numpy() for value in values])
    for name, value in weights.items():
        setattr(n, f"d{name}", value.grad.numpy())
    return n


def e(v, V):
    return np.eye(V)[v]


def close(printed, found):
    np.testing.assert_allclose(printed, found, rtol=1e-9, atol=1e-11)


def steps(n):
    return range(1, n.T + 1)


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


@formula(
    "eq-bptt-linear",
    r"""\begin{aligned}
    dW &= da\, x^\top \\
    dx &= W^\top da \\
    db &= da
    \end{aligned}""",
)
@given(seed=st.integers(0, 2**32 - 1), H=sizes, D=sizes)
def test_linear(seed, H, D):
    rng = np.random.default_rng(seed)
    W, x, b, da = (rng.normal(size=shape) for shape in ((H, D), D, H, H))
    tensors = [torch.tensor(array, requires_grad=True) for array in (W, x, b)]
    (tensors[0] @ tensors[1] + tensors[2]).backward(torch.tensor(da))
    dW, dx, db = da[:, None] @ x[None, :], W.T @ da, da
    for printed, tensor in zip((dW, dx, db), tensors, strict=True):
        close(printed, tensor.grad)


@formula("eq-bptt-tanh", r"da = (1 - h \odot h) \odot dh.")
@given(seed=st.integers(0, 2**32 - 1), H=sizes)
def test_tanh(seed, H):
    rng = np.random.default_rng(seed)
    a, dh = rng.normal(size=H), rng.normal(size=H)
    tensor = torch.tensor(a, requires_grad=True)
    torch.tanh(tensor).backward(torch.tensor(dh))
    h = np.tanh(a)
    close((1 - h * h) * dh, tensor.grad)


def scores(seed, V):
    rng = np.random.default_rng(seed)
    return rng.normal(size=V), int(rng.integers(V))


@formula(
    "eq-bptt-cross-entropy",
    r"""\begin{aligned}
    \mathcal{L} &= -\ln \frac{e^{y_v}}{\sum_m e^{y_m}} \\
    &= -y_v + \ln \sum_m e^{y_m}
    \end{aligned}""",
)
@given(seed=st.integers(0, 2**32 - 1), V=sizes)
def test_cross_entropy(seed, V):
    y, v = scores(seed, V)
    loss = torch.nn.functional.cross_entropy(torch.tensor(y), torch.tensor(v))
    close(-np.log(np.exp(y[v]) / np.exp(y).sum()), loss)
    close(-y[v] + np.log(np.exp(y).sum()), loss)


@formula("eq-bptt-softmax", r"\frac{\partial \mathcal{L}}{\partial y} = p - e_v.")
@given(seed=st.integers(0, 2**32 - 1), V=sizes)
def test_softmax(seed, V):
    y, v = scores(seed, V)
    tensor = torch.tensor(y, requires_grad=True)
    torch.nn.functional.cross_entropy(tensor, torch.tensor(v)).backward()
    p = np.exp(y) / np.exp(y).sum()
    close(p - e(v, V), tensor.grad)


@formula(
    "eq-bptt-forward",
    r"""\begin{aligned}
    a_t &= W_{ih} x_t + b_{ih} \\
    &\quad + W_{hh} h_{t-1} + b_{hh} \\
    h_t &= \tanh(a_t) \\
    y_t &= W_{hy} h_t + b_y \\
    p_t &= \operatorname{softmax}(y_t) \\
    \mathcal{L} &= \frac{1}{T} \sum_{t=1}^{T} -\ln p_{t, v_t}
    \end{aligned}""",
)
@any_network
def test_forward(n):
    rnn = torch.nn.RNN(n.D, n.H, dtype=torch.float64)
    names = {"weight_ih_l0": n.W_ih, "weight_hh_l0": n.W_hh, "bias_ih_l0": n.b_ih, "bias_hh_l0": n.b_hh}
    rnn.load_state_dict({name: torch.tensor(value) for name, value in names.items()})
    output = rnn(torch.tensor(n.x[1:, None]))[0][:, 0].detach().numpy()
    h, L = np.zeros(n.H), 0
    for t in steps(n):
        a = n.W_ih @ n.x[t] + n.b_ih + n.W_hh @ h + n.b_hh
        h = np.tanh(a)
        y = n.W_hy @ h + n.b_y
        p = np.exp(y) / np.exp(y).sum()
        L += -np.log(p[n.v[t]]) / n.T
        for printed, found in ((a, n.a[t]), (h, n.h[t]), (h, output[t - 1]), (y, n.y[t]), (p, n.p[t])):
            close(printed, found)
    close(L, n.L)


@formula("eq-bptt-dy", r"dy_t = \frac{1}{T} \left(p_t - e_{v_t}\right).")
@any_network
def test_dy(n):
    for t in steps(n):
        close(1 / n.T * (n.p[t] - e(n.v[t], n.V)), n.dy[t])


@formula(
    "eq-bptt-dh",
    r"""\begin{aligned}
    dh_t &= W_{hy}^\top dy_t + W_{hh}^\top da_{t+1} \\
    da_{T+1} &= 0
    \end{aligned}""",
)
@any_network
def test_dh(n):
    da = [*n.da, np.zeros(n.H)]
    for t in steps(n):
        close(n.W_hy.T @ n.dy[t] + n.W_hh.T @ da[t + 1], n.dh[t])


@formula("eq-bptt-da", r"da_t = (1 - h_t \odot h_t) \odot dh_t.")
@any_network
def test_da(n):
    for t in steps(n):
        close((1 - n.h[t] * n.h[t]) * n.dh[t], n.da[t])


@formula(
    "eq-bptt-weights",
    r"""\begin{aligned}
    dW_{hh} &= \sum_{t=1}^{T} da_t\, h_{t-1}^\top \\
    dW_{ih} &= \sum_{t=1}^{T} da_t\, x_t^\top \\
    db_{ih} = db_{hh} &= \sum_{t=1}^{T} da_t \\
    dW_{hy} &= \sum_{t=1}^{T} dy_t\, h_t^\top \\
    db_y &= \sum_{t=1}^{T} dy_t
    \end{aligned}""",
)
@any_network
def test_weights(n):
    close(sum(n.da[t][:, None] @ n.h[t - 1][None, :] for t in steps(n)), n.dW_hh)
    close(sum(n.da[t][:, None] @ n.x[t][None, :] for t in steps(n)), n.dW_ih)
    close(sum(n.da[t] for t in steps(n)), n.db_ih)
    close(sum(n.da[t] for t in steps(n)), n.db_hh)
    close(sum(n.dy[t][:, None] @ n.h[t][None, :] for t in steps(n)), n.dW_hy)
    close(sum(n.dy[t] for t in steps(n)), n.db_y)


def jacobian_by_autograd(n, t, later):
    """∂h_later/∂h_t, row by row."""
    rows = [
        torch.autograd.grad(n.torch_h[later][i], n.torch_h[t], retain_graph=True)[0].numpy()
        for i in range(n.H)
    ]
    return np.stack(rows)


def jacobians(n):
    return [None] + [np.diag(1 - n.h[t] * n.h[t]) @ n.W_hh for t in steps(n)]


@formula(
    "eq-bptt-jacobian",
    r"""\begin{aligned}
    J_t &= \frac{\partial h_t}{\partial h_{t-1}} \\
    &= \operatorname{diag}(1 - h_t \odot h_t)\, W_{hh}
    \end{aligned}""",
)
@any_network
def test_jacobian(n):
    for t in steps(n):
        close(jacobians(n)[t], jacobian_by_autograd(n, t - 1, t))


def product(n, t):
    J, result = jacobians(n), np.eye(n.H)
    for step in range(n.T, t, -1):
        result = result @ J[step]
    return result


@formula("eq-bptt-product", r"\frac{\partial h_T}{\partial h_t} = J_T\, J_{T-1} \cdots J_{t+1}.")
@any_network
def test_product(n):
    for t in range(n.T):
        close(product(n, t), jacobian_by_autograd(n, t, n.T))


@formula(
    "eq-bptt-bound",
    r"""\left\lVert \frac{\partial h_T}{\partial h_t} \right\rVert_2 \le
    \left(\gamma\, \sigma_{\max}(W_{hh})\right)^{T-t}.""",
)
@any_network
def test_bound(n):
    gamma = 1  # of tanh
    sigma_max = np.linalg.svd(n.W_hh, compute_uv=False)[0]
    for t in range(n.T):
        assert np.linalg.norm(product(n, t), 2) <= (gamma * sigma_max) ** (n.T - t) * (1 + 1e-12)


@formula("eq-bptt-gelfand", r"\lim_{k \to \infty} \left\lVert W^k \right\rVert_2^{1/k} = \rho(W),")
@given(seed=st.integers(0, 2**32 - 1), H=sizes)
def test_gelfand(seed, H):
    W = np.random.default_rng(seed).normal(size=(H, H))
    rho = np.abs(np.linalg.eigvals(W)).max()
    power, log_norm = W / rho, 0.0  # W^k / ρ^k is power · exp(log_norm)
    for _ in range(16):  # k = 2^16
        length = np.linalg.norm(power, 2)
        power, log_norm = (power / length) @ (power / length), 2 * (log_norm + np.log(length))
    log_norm += np.log(np.linalg.norm(power, 2))
    assert np.exp(log_norm / 2**16) == pytest.approx(1, abs=1e-3)


@formula("eq-bptt-clip", r"G \leftarrow G \cdot \min\left(1, \frac{\theta}{\lVert G \rVert}\right).")
@given(seed=st.integers(0, 2**32 - 1), theta=st.floats(0.01, 10))
def test_clip(seed, theta):
    G = np.random.default_rng(seed).normal(size=7)
    parameter = torch.nn.Parameter(torch.zeros(7, dtype=torch.float64))
    parameter.grad = torch.tensor(G)
    torch.nn.utils.clip_grad_norm_(parameter, theta)
    printed = G * min(1, theta / np.linalg.norm(G))
    np.testing.assert_allclose(printed, parameter.grad, rtol=1e-5)  # torch adds 1e-6 to the norm
