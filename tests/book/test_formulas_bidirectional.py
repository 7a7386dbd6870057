"""Every labelled equation of chapter 05, computed letter by letter in NumPy and compared with torch.

Each test carries the printed LaTeX. If the chapter changes an equation, or gets a new one, these tests fail
until they compute what is printed.
"""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_formulas import PrintedFormulas

CHAPTER = PrintedFormulas("05_bidirectional")
formula = CHAPTER.formula

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def network(seed, T, D, H, **options):
    """Return a random nn.RNN in float64, its weights as arrays, and inputs x; x[t] is step t, from 1."""
    torch.manual_seed(seed)
    rnn = torch.nn.RNN(D, H, dtype=torch.float64, **options)
    weights = {name: value.detach().numpy() for name, value in rnn.named_parameters()}
    return rnn, weights, np.random.default_rng(seed).normal(size=(T + 1, D))


def run(rnn, x):
    """Return what torch computes for the steps 1 to T: output[t] for step t ≥ 1, and h_n."""
    with torch.no_grad():
        output, h_n = rnn(torch.tensor(x[1:]))
    return np.concatenate([np.full((1, output.shape[1]), np.nan), output.numpy()]), h_n.numpy()


def close(printed, found):
    np.testing.assert_allclose(printed, found, rtol=0, atol=1e-10)


def directions(weights, x, H):
    """Compute the two recurrences of the chapter; entry t belongs to step t, from 0 to T + 1."""
    T = len(x) - 1
    right, left = np.zeros((T + 2, H)), np.zeros((T + 2, H))
    W_ih, W_hh, b_ih, b_hh = (weights[f"{n}_l0"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    for t in range(1, T + 1):
        right[t] = np.tanh(W_ih @ x[t] + b_ih + W_hh @ right[t - 1] + b_hh)
    W_ih, W_hh, b_ih, b_hh = (
        weights[f"{n}_l0_reverse"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    for t in range(T, 0, -1):
        left[t] = np.tanh(W_ih @ x[t] + b_ih + W_hh @ left[t + 1] + b_hh)
    return right, left


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


@formula(
    "eq-bidirectional-stacked",
    r"""\begin{aligned}
    h_t^{(l)} = \tanh\bigl(& W_{ih}^{(l)} h_t^{(l-1)} + b_{ih}^{(l)} \\
    & + W_{hh}^{(l)} h_{t-1}^{(l)} + b_{hh}^{(l)}\bigr)
    \end{aligned}""",
)
@settings(max_examples=20)
@given(seed=seeds, T=sizes, D=sizes, H=sizes, L=st.integers(1, 3))
def test_stacked(seed, T, D, H, L):
    rnn, weights, x = network(seed, T, D, H, num_layers=L)
    output, h_n = run(rnn, x)
    h = {(t, -1): x[t] for t in range(1, T + 1)} | {(0, layer): np.zeros(H) for layer in range(L)}
    for t in range(1, T + 1):
        for layer in range(L):
            W_ih, W_hh, b_ih, b_hh = (
                weights[f"{n}_l{layer}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            h[t, layer] = np.tanh(W_ih @ h[t, layer - 1] + b_ih + W_hh @ h[t - 1, layer] + b_hh)
        close(h[t, L - 1], output[t])
    close([h[T, layer] for layer in range(L)], h_n)


@formula("eq-bidirectional-dropout", r"\tilde h_t^{(l)} = \frac{m_t^{(l)} \odot h_t^{(l)}}{1 - p}")
@given(seed=seeds, T=sizes, H=sizes, p=st.sampled_from([0.1, 0.5, 0.8]))
def test_dropout(seed, T, H, p):
    torch.manual_seed(seed)
    h = torch.rand(T, H, dtype=torch.float64) + 0.1  # no zeros of its own
    dropped = torch.nn.functional.dropout(h, p)
    m = (dropped != 0).double()
    close(m * h / (1 - p), dropped)


def test_dropout_between_the_layers_and_nowhere_else():
    torch.manual_seed(0)
    p, T, H = 0.5, 6, 400
    rnn, weights, x = network(0, T, 3, H, num_layers=2, dropout=p)
    for name in ("weight_hh_l1", "bias_ih_l1", "bias_hh_l1"):
        weights[name][:] = 0
    weights["weight_ih_l1"][:] = 0.01 * np.eye(H)  # layer 1 shows what it reads, if tanh is undone
    lower = torch.nn.RNN(3, H, dtype=torch.float64)
    lower.load_state_dict({k: torch.tensor(w) for k, w in weights.items() if k.endswith("l0")})
    h, h_n = run(lower, x)
    output, both_n = run(rnn, x)
    read = np.arctanh(output[1:]) / 0.01
    m = read != 0
    np.testing.assert_allclose(m * h[1:] / (1 - p), read, rtol=0, atol=1e-9)
    assert abs(m.mean() - (1 - p)) < 0.05
    assert (m[1:] != m[:-1]).any(axis=1).all()  # drawn anew at every step
    close(both_n[0], h_n[0])


@formula(
    "eq-bidirectional-forward",
    r"""\begin{aligned}
    \overrightarrow{h}_t = \tanh\bigl(& \overrightarrow{W}_{ih} x_t + \overrightarrow{b}_{ih} \\
    & + \overrightarrow{W}_{hh} \overrightarrow{h}_{t-1} + \overrightarrow{b}_{hh}\bigr)
    \end{aligned}""",
)
@settings(max_examples=20)
@given(seed=seeds, T=sizes, D=sizes, H=sizes)
def test_forward(seed, T, D, H):
    rnn, weights, x = network(seed, T, D, H, bidirectional=True)
    output, h_n = run(rnn, x)
    right, _ = directions(weights, x, H)
    close(right[1 : T + 1], output[1:, :H])
    close(right[T], h_n[0])


@formula(
    "eq-bidirectional-backward",
    r"""\begin{aligned}
    \overleftarrow{h}_t = \tanh\bigl(& \overleftarrow{W}_{ih} x_t + \overleftarrow{b}_{ih} \\
    & + \overleftarrow{W}_{hh} \overleftarrow{h}_{t+1} + \overleftarrow{b}_{hh}\bigr)
    \end{aligned}""",
)
@settings(max_examples=20)
@given(seed=seeds, T=sizes, D=sizes, H=sizes)
def test_backward(seed, T, D, H):
    rnn, weights, x = network(seed, T, D, H, bidirectional=True)
    output, h_n = run(rnn, x)
    _, left = directions(weights, x, H)
    close(left[1 : T + 1], output[1:, H:])
    close(left[1], h_n[1])


@formula(
    "eq-bidirectional-output",
    r"\text{output}_t = \left[\overrightarrow{h}_t ; \overleftarrow{h}_t\right]",
)
@settings(max_examples=20)
@given(seed=seeds, T=sizes, D=sizes, H=sizes)
def test_output(seed, T, D, H):
    rnn, weights, x = network(seed, T, D, H, bidirectional=True)
    output, _ = run(rnn, x)
    right, left = directions(weights, x, H)
    for t in range(1, T + 1):
        close(np.concatenate([right[t], left[t]]), output[t])
