r"""Every labelled equation of chapter 03, computed letter by letter in NumPy and compared with autograd.

Each test carries the printed LaTeX. If the chapter changes an equation, or gets a new one, these tests fail
until they compute what is printed.
"""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_formulas import PrintedFormulas

from rnnkit.cells import sigmoid

CHAPTER = PrintedFormulas("03_lstm")
formula = CHAPTER.formula

sizes = st.integers(1, 5)
networks = st.builds(
    lambda seed, T, D, H: network(seed, T, D, H), st.integers(0, 2**32 - 1), st.integers(1, 6), sizes, sizes
)


def any_network(test):
    """Run a test on random networks, fewer than usual: each builds a graph in PyTorch."""
    return settings(max_examples=20)(given(n=networks)(test))


def network(seed, T, D, H):
    """A random LSTM, its weights gate by gate, and its states as torch.nn.LSTM gives them.

    Steps are counted from 1: x[0] is unused, h[0] and c[0] are the initial states.
    """
    rng = np.random.default_rng(seed)
    n = SimpleNamespace(T=T, D=D, H=H, x=rng.normal(size=(T + 1, D)))
    cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    for side, width in (("i", D), ("h", H)):
        stacked = rng.normal(size=(4 * H, width)), rng.normal(size=4 * H)
        with torch.no_grad():
            getattr(cell, f"weight_{side}h").copy_(torch.tensor(stacked[0]))
            getattr(cell, f"bias_{side}h").copy_(torch.tensor(stacked[1]))
        for gate, weight, bias in zip("ifgo", *(np.split(a, 4) for a in stacked), strict=True):
            setattr(n, f"W_{side}{gate}", weight)
            setattr(n, f"b_{side}{gate}", bias)
    n.cell = cell
    h, c = (torch.tensor(rng.normal(size=(1, H))) for _ in range(2))
    n.h, n.c = [h[0].numpy()], [c[0].numpy()]
    for t in range(1, T + 1):
        h, c = cell(torch.tensor(n.x[t])[None], (h, c))
        n.h.append(h[0].detach().numpy())
        n.c.append(c[0].detach().numpy())
    return n


def gate(n, name, t):
    """The gate `name` at step t, as PyTorch computes it: from the sums that its cell forms."""
    cell = n.cell
    z = cell.weight_ih @ torch.tensor(n.x[t]) + cell.bias_ih
    z = (z + cell.weight_hh @ torch.tensor(n.h[t - 1]) + cell.bias_hh).detach()
    part = z.chunk(4)["ifgo".index(name)]
    return (torch.tanh(part) if name == "g" else torch.sigmoid(part)).numpy()


def close(printed, found):
    np.testing.assert_allclose(printed, found, rtol=1e-9, atol=1e-11)


def steps(n):
    return range(1, n.T + 1)


def jacobian(n, function, state):
    """∂function/∂state by automatic differentiation; function takes and returns one vector."""
    return torch.autograd.functional.jacobian(function, torch.tensor(state)).numpy()


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


@formula("eq-lstm-input-gate", r"i_t = \sigma\left(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}\right)")
@any_network
def test_input_gate(n):
    for t in steps(n):
        close(sigmoid(n.W_ii @ n.x[t] + n.b_ii + n.W_hi @ n.h[t - 1] + n.b_hi), gate(n, "i", t))


@formula("eq-lstm-forget-gate", r"f_t = \sigma\left(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}\right)")
@any_network
def test_forget_gate(n):
    for t in steps(n):
        close(sigmoid(n.W_if @ n.x[t] + n.b_if + n.W_hf @ n.h[t - 1] + n.b_hf), gate(n, "f", t))


@formula("eq-lstm-candidate", r"g_t = \tanh\left(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}\right)")
@any_network
def test_candidate(n):
    for t in steps(n):
        close(np.tanh(n.W_ig @ n.x[t] + n.b_ig + n.W_hg @ n.h[t - 1] + n.b_hg), gate(n, "g", t))


@formula("eq-lstm-output-gate", r"o_t = \sigma\left(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}\right)")
@any_network
def test_output_gate(n):
    for t in steps(n):
        close(sigmoid(n.W_io @ n.x[t] + n.b_io + n.W_ho @ n.h[t - 1] + n.b_ho), gate(n, "o", t))


@formula("eq-lstm-cell-state", r"c_t = f_t \odot c_{t-1} + i_t \odot g_t")
@any_network
def test_cell_state(n):
    for t in steps(n):
        close(gate(n, "f", t) * n.c[t - 1] + gate(n, "i", t) * gate(n, "g", t), n.c[t])


@formula("eq-lstm-hidden-state", r"h_t = o_t \odot \tanh\left(c_t\right)")
@any_network
def test_hidden_state(n):
    for t in steps(n):
        close(gate(n, "o", t) * np.tanh(n.c[t]), n.h[t])


@formula("eq-lstm-parameters", r"P = 4\left(H D + H^2 + 2 H\right)")
@given(D=st.integers(1, 30), H=st.integers(1, 30))
def test_parameters(D, H):
    assert sum(p.numel() for p in torch.nn.LSTM(D, H).parameters()) == 4 * (H * D + H**2 + 2 * H)


@formula(
    "eq-lstm-direct-step",
    r"\left.\frac{\partial c_t}{\partial c_{t-1}}\right|_{\text{gates fixed}} "
    r"= \operatorname{diag}\left(f_t\right)",
)
@any_network
def test_direct_step(n):
    for t in steps(n):
        i, f, g = (torch.tensor(gate(n, name, t)) for name in "ifg")
        close(np.diag(gate(n, "f", t)), jacobian(n, lambda c, f=f, i=i, g=g: f * c + i * g, n.c[t - 1]))


@formula(
    "eq-lstm-direct-path",
    r"\left.\frac{\partial c_T}{\partial c_t}\right|_{\text{gates fixed}} "
    r"= \operatorname{diag}\left(f_T \odot f_{T-1} \odot \cdots \odot f_{t+1}\right)",
)
@any_network
def test_direct_path(n):
    for t in range(n.T + 1):

        def last(c, t=t):
            for k in range(t + 1, n.T + 1):
                i, f, g = (torch.tensor(gate(n, name, k)) for name in "ifg")
                c = f * c + i * g
            return c

        product = np.ones(n.H)
        for k in range(t + 1, n.T + 1):
            product = product * gate(n, "f", k)
        close(np.diag(product), jacobian(n, last, n.c[t]))


@formula(
    "eq-lstm-jacobian",
    r"""\frac{\partial s_t}{\partial s_{t-1}} = \begin{pmatrix}
\partial h_t / \partial h_{t-1} & \partial h_t / \partial c_{t-1} \\
\partial c_t / \partial h_{t-1} & \partial c_t / \partial c_{t-1}
\end{pmatrix}""",
)
@any_network
def test_jacobian(n):
    H = n.H
    for t in steps(n):
        x = torch.tensor(n.x[t])[None]

        def one_step(s, x=x):
            h, c = n.cell(x, (s[None, :H], s[None, H:]))
            return torch.cat([h[0], c[0]])

        whole = jacobian(n, one_step, np.concatenate([n.h[t - 1], n.c[t - 1]]))
        h, c = torch.tensor(n.h[t - 1])[None], torch.tensor(n.c[t - 1])[None]
        blocks = [
            [
                jacobian(n, lambda a, k=k, x=x, c=c: n.cell(x, (a[None], c))[k][0], n.h[t - 1]),
                jacobian(n, lambda a, k=k, x=x, h=h: n.cell(x, (h, a[None]))[k][0], n.c[t - 1]),
            ]
            for k in (0, 1)
        ]
        close(np.block(blocks), whole)
        close(blocks[1][1], np.diag(gate(n, "f", t)))  # as the text below the equation says


@formula(
    "eq-lstm-detour",
    r"""\begin{aligned}
\frac{\partial c_t}{\partial h_{t-1}} = {}
& \operatorname{diag}\left(g_t \odot i_t \odot (1 - i_t)\right) W_{hi} \\
& + \operatorname{diag}\left(c_{t-1} \odot f_t \odot (1 - f_t)\right) W_{hf} \\
& + \operatorname{diag}\left(i_t \odot (1 - g_t^2)\right) W_{hg}
\end{aligned}""",
)
@any_network
def test_detour(n):
    for t in steps(n):
        i, f, g = (gate(n, name, t) for name in "ifg")
        printed = (
            np.diag(g * i * (1 - i)) @ n.W_hi
            + np.diag(n.c[t - 1] * f * (1 - f)) @ n.W_hf
            + np.diag(i * (1 - g**2)) @ n.W_hg
        )
        x, c = torch.tensor(n.x[t])[None], torch.tensor(n.c[t - 1])[None]
        close(printed, jacobian(n, lambda h, x=x, c=c: n.cell(x, (h[None], c))[1][0], n.h[t - 1]))


@formula("eq-lstm-memory-time", r"\tau = \frac{1}{1 - \sigma(b_f)} = 1 + e^{b_f}")
@given(b_f=st.floats(-5, 20))
def test_memory_time(b_f):
    assert 1 / (1 - sigmoid(b_f)) == pytest.approx(1 + math.exp(b_f), rel=1e-6)
    tau = 1 + math.exp(b_f)
    if b_f > 4:  # "it falls to 1/e after about τ steps"
        assert sigmoid(b_f) ** tau == pytest.approx(1 / math.e, rel=0.02)
