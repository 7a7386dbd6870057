r"""Every labelled equation of chapter 04, computed letter by letter in NumPy and compared with PyTorch.

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

from rnnkit import models
from rnnkit.cells import sigmoid

CHAPTER = PrintedFormulas("04_gru")
formula = CHAPTER.formula

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def cell(seed, D, H, T=1):
    """A random GRU on T random steps: its weights, its states h[0] to h[T], and for torch the leaf `h_0`."""
    rng = np.random.default_rng(seed)
    c = SimpleNamespace(D=D, H=H, T=T, x=rng.normal(size=(T + 1, D)))
    for gate in "rzn":
        for name, shape in (("W_i", (H, D)), ("W_h", (H, H)), ("b_i", H), ("b_h", H)):
            setattr(c, name + gate, rng.normal(size=shape))
    c.torch = torch.nn.GRUCell(D, H, dtype=torch.float64)
    stacked = {
        name: torch.tensor(np.concatenate([getattr(c, f"{part}{gate}") for gate in "rzn"]))
        for name, part in (("weight_ih", "W_i"), ("weight_hh", "W_h"), ("bias_ih", "b_i"), ("bias_hh", "b_h"))
    }
    c.torch.load_state_dict(stacked)
    c.h_0 = torch.tensor(rng.uniform(-1, 1, (1, H)), requires_grad=True)
    states = [c.h_0]
    for t in range(1, T + 1):
        states.append(c.torch(torch.tensor(c.x[t : t + 1]), states[-1]))
    c.states, c.h = states, [state.detach().numpy()[0] for state in states]
    return c


def parts(c, t=1):
    """r, z, n of step t, by the printed equations of `nn.GRU`, and q, what the reset gate multiplies."""
    x, h = c.x[t], c.h[t - 1]
    r = sigmoid(c.W_ir @ x + c.b_ir + c.W_hr @ h + c.b_hr)
    z = sigmoid(c.W_iz @ x + c.b_iz + c.W_hz @ h + c.b_hz)
    q = c.W_hn @ h + c.b_hn
    n = np.tanh(c.W_in @ x + c.b_in + r * (c.W_hn @ h + c.b_hn))
    return r, z, n, q


def fixed(c, value, gate):
    """torch's new state when every `gate` is held at `value`: its weights 0, its bias the inverse of σ."""
    rows = {"r": slice(0, c.H), "z": slice(c.H, 2 * c.H)}[gate]
    copy = torch.nn.GRUCell(c.D, c.H, dtype=torch.float64)
    copy.load_state_dict(c.torch.state_dict())
    with torch.no_grad():
        for parameter in copy.parameters():
            parameter[rows] = 0
        copy.bias_ih[rows] = torch.logit(torch.tensor(value, dtype=torch.float64))
        return copy(torch.tensor(c.x[1:2]), c.h_0).numpy()[0]


def close(printed, found):
    np.testing.assert_allclose(printed, found, rtol=1e-9, atol=1e-11)


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


@formula("eq-gru-reset-gate", r"r_t = \sigma\left(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}\right)")
@given(seed=seeds, D=sizes, H=sizes)
def test_reset_gate(seed, D, H):
    c = cell(seed, D, H)
    r, z, _, q = parts(c)
    n = np.tanh(c.W_in @ c.x[1] + c.b_in + r * q)
    close((1 - z) * n + z * c.h[0], c.h[1])
    close((1 - z) * np.tanh(c.W_in @ c.x[1] + c.b_in + 0.25 * q) + z * c.h[0], fixed(c, 0.25, "r"))


@formula("eq-gru-update-gate", r"z_t = \sigma\left(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}\right)")
@given(seed=seeds, D=sizes, H=sizes)
def test_update_gate(seed, D, H):
    c = cell(seed, D, H)
    _, z, n, _ = parts(c)
    close((1 - z) * n + z * c.h[0], c.h[1])
    close(0.25 * c.h[0] + 0.75 * n, fixed(c, 0.25, "z"))


@formula(
    "eq-gru-candidate",
    r"n_t = \tanh\left(W_{in} x_t + b_{in} + r_t \odot \left(W_{hn} h_{t-1} + b_{hn}\right)\right)",
)
@given(seed=seeds, D=sizes, H=sizes)
def test_candidate(seed, D, H):
    c = cell(seed, D, H)
    close(parts(c)[2], (fixed(c, 0.5, "z") - 0.5 * c.h[0]) / 0.5)


@formula("eq-gru-state", r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}")
@given(seed=seeds, D=sizes, H=sizes)
def test_state(seed, D, H):
    c = cell(seed, D, H, T=3)
    for t in (1, 2, 3):
        _, z, n, _ = parts(c, t)
        close((1 - z) * n + z * c.h[t - 1], c.h[t])
        assert (c.h[t] >= np.minimum(n, c.h[t - 1]) - 1e-12).all()
        assert (c.h[t] <= np.maximum(n, c.h[t - 1]) + 1e-12).all()


@formula(
    "eq-gru-candidate-before",
    r"n_t = \tanh\left(W_{in} x_t + b_{in} + W_{hn} \left(r_t \odot h_{t-1}\right) + b_{hn}\right)",
)
@given(seed=seeds, D=sizes, H=sizes)
def test_candidate_before(seed, D, H):
    c = cell(seed, D, H)
    r, z, _, _ = parts(c)
    n = np.tanh(c.W_in @ c.x[1] + c.b_in + c.W_hn @ (r * c.h[0]) + c.b_hn)
    published = models.GRUCell(D, H, reset_after=False).double().copy_from(c.torch)
    close((1 - z) * n + z * c.h[0], published(torch.tensor(c.x[1:2]), c.h_0).detach().numpy()[0])


@formula("eq-gru-commute", r"\operatorname{diag}(r)\, W = W' \operatorname{diag}(r)")
@given(seed=seeds, H=st.integers(2, 5))
def test_only_a_diagonal_matrix_commutes_with_every_gate(seed, H):
    rng = np.random.default_rng(seed)
    r = rng.uniform(0.1, 0.9, (3 * H, H))
    diagonal = np.diag(rng.normal(size=H))
    for gate in r:
        close(np.diag(gate) @ diagonal, diagonal @ np.diag(gate))
    W = rng.uniform(0.5, 1, (H, H))
    # entry (i, j): r_i W_ij = W'_ij r_j for all r, the best W'_ij by least squares
    best = W * (r[:, :, None] * r[:, None, :]).sum(0) / (r[:, None, :] ** 2).sum(0)
    left = [np.abs(np.diag(gate) @ W - best @ np.diag(gate)) for gate in r]
    off = ~np.eye(H, dtype=bool)
    assert (np.max(left, axis=0)[off] > 1e-6).all()
    assert np.max(left, axis=0)[~off].max() < 1e-12


@formula("eq-gru-state-other", r"h_t = (1 - z_t) \odot h_{t-1} + z_t \odot n_t")
@given(seed=seeds, D=sizes, H=sizes)
def test_the_other_update_gate_is_ours_with_the_other_sign(seed, D, H):
    c = cell(seed, D, H)
    n = parts(c)[2]
    z = sigmoid(-c.W_iz @ c.x[1] - c.b_iz - c.W_hz @ c.h[0] - c.b_hz)
    close((1 - z) * c.h[0] + z * n, c.h[1])


@formula("eq-gru-flip", r"1 - \sigma(a) = \sigma(-a)")
@given(a=st.floats(-30, 30))
def test_flip(a):
    a = torch.tensor(a, dtype=torch.float64)
    close(1 - torch.sigmoid(a), torch.sigmoid(-a))


def frozen_step(c, t):
    """∂h_t/∂h_{t-1} by autograd, with r, z, n computed from a copy that takes no gradient."""
    h = torch.tensor(c.h[t - 1], requires_grad=True)
    _, z, n, _ = (torch.tensor(part) for part in parts(c, t))
    return torch.autograd.functional.jacobian(lambda h: (1 - z) * n + z * h, h).numpy()


@formula(
    "eq-gru-direct-step",
    r"""\left.\frac{\partial h_t}{\partial h_{t-1}}\right|_{\text{gates fixed}}
    = \operatorname{diag}\left(z_t\right)""",
)
@given(seed=seeds, D=sizes, H=sizes)
def test_direct_step(seed, D, H):
    c = cell(seed, D, H)
    close(np.diag(parts(c)[1]), frozen_step(c, 1))


@formula(
    "eq-gru-direct-path",
    r"""\left.\frac{\partial h_T}{\partial h_t}\right|_{\text{gates fixed}}
    = \operatorname{diag}\left(z_T \odot z_{T-1} \odot \cdots \odot z_{t+1}\right)""",
)
@settings(max_examples=30)
@given(seed=seeds, D=sizes, H=sizes, T=st.integers(1, 5))
def test_direct_path(seed, D, H, T):
    c = cell(seed, D, H, T)
    printed, found = np.ones(H), np.eye(H)
    for k in range(1, T + 1):
        printed = printed * parts(c, k)[1]
        found = frozen_step(c, k) @ found
    close(np.diag(printed), found)


@formula(
    "eq-gru-jacobian",
    r"""\begin{aligned}
    \frac{\partial h_t}{\partial h_{t-1}} = {} & \operatorname{diag}\left(z_t\right) \\
    & + \operatorname{diag}\left((h_{t-1} - n_t) \odot z_t \odot (1 - z_t)\right) W_{hz} \\
    & + \operatorname{diag}\left((1 - z_t) \odot (1 - n_t^2) \odot r_t\right) W_{hn} \\
    & + \operatorname{diag}\left((1 - z_t) \odot (1 - n_t^2) \odot q_t \odot r_t \odot (1 - r_t)\right) W_{hr}
    \end{aligned}""",
)
@settings(max_examples=30)
@given(seed=seeds, D=sizes, H=sizes)
def test_jacobian(seed, D, H):
    c = cell(seed, D, H)
    r, z, n, q = parts(c)
    printed = (
        np.diag(z)
        + np.diag((c.h[0] - n) * z * (1 - z)) @ c.W_hz
        + np.diag((1 - z) * (1 - n**2) * r) @ c.W_hn
        + np.diag((1 - z) * (1 - n**2) * q * r * (1 - r)) @ c.W_hr
    )
    x = torch.tensor(c.x[1:2])
    found = torch.autograd.functional.jacobian(lambda h: c.torch(x, h[None])[0], c.h_0.detach()[0])
    close(printed, found)


@formula("eq-gru-parameters", r"P = 3 \left(H D + H^2 + 2 H\right)")
@pytest.mark.parametrize(("D", "H"), [(1, 1), (8, 64), (27, 32)])
def test_parameters(D, H):
    assert sum(weight.numel() for weight in torch.nn.GRU(D, H).parameters()) == 3 * (H * D + H**2 + 2 * H)
