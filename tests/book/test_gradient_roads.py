"""What chapters 03 and 04 say of the gradient's roads: which of them carry it, and what explodes."""

import numpy as np
import pytest
from stored_chapters import cells, words

from rnnkit import cells as cells_of
from rnnkit import gradients
from rnnkit.cells import sigmoid

LSTM, GRU = "03_lstm", "04_gru"
T, H = 50, 16


def draw(blocks, opened, bias, rng):
    """Return weights of a gated layer as chapters 03 and 04 draw them: D = 2, one gate's bias set."""
    limit = 1 / np.sqrt(H)
    biases = np.zeros(blocks * H)
    biases[opened * H : (opened + 1) * H] = bias
    shapes = {"weight_ih": (blocks * H, 2), "weight_hh": (blocks * H, H)}
    drawn = {name: rng.uniform(-limit, limit, shape) for name, shape in shapes.items()}
    return drawn | {"bias_ih": biases, "bias_hh": np.zeros(blocks * H)}


def rows(values):
    """Return values (T, H) as columns that scale the rows of a matrix."""
    return values[..., None]


def lstm_roads(bias, rng):
    """Return the Jacobians of an LSTM: whole, without the roads through the gates, without the candidate."""
    weights, x = draw(4, 1, bias, rng), rng.uniform(0, 1, (T, 2))
    h, c, before = np.zeros((1, H)), np.zeros((1, H)), []
    for x_t in x:
        before.append((h[0], c[0]))
        h, c = cells_of.lstm_step(x_t[None], h, c, **weights)
    h, c = map(np.array, zip(*before, strict=True))
    a = x @ weights["weight_ih"].T + weights["bias_ih"] + h @ weights["weight_hh"].T
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    W_hi, W_hf, W_hg, W_ho = np.split(weights["weight_hh"], 4)
    tanh_c = np.tanh(f * c + i * g)
    candidate = rows(i * (1 - g**2)) * W_hg
    gates = rows(g * i * (1 - i)) * W_hi + rows(c * f * (1 - f)) * W_hf
    output_gate = rows(tanh_c * o * (1 - o)) * W_ho

    def jacobians(c_by_h, h_by_gate):
        shown, kept = rows(o * (1 - tanh_c**2)), rows(f) * np.eye(H)
        return np.block([[h_by_gate + shown * c_by_h, shown * kept], [c_by_h, kept]])

    whole = jacobians(candidate + gates, output_gate)
    assert np.allclose(whole, gradients.lstm_jacobians(x, h, c, **weights), rtol=0, atol=1e-12)
    return whole, jacobians(candidate, 0 * output_gate), jacobians(gates, output_gate)


def gru_roads(bias, rng):
    """Return the Jacobians of a GRU: whole, without the roads through the gates, without the candidate."""
    weights, x = draw(3, 1, bias, rng), rng.uniform(0, 1, (T, 2))
    h, before = np.zeros((1, H)), []
    for x_t in x:
        before.append(h[0])
        h = cells_of.gru_step(x_t[None], h, **weights)
    h = np.array(before)
    a, b = x @ weights["weight_ih"].T + weights["bias_ih"], h @ weights["weight_hh"].T
    a_r, a_z, a_n = np.split(a, 3, axis=1)
    b_r, b_z, q = np.split(b, 3, axis=1)
    r, z = sigmoid(a_r + b_r), sigmoid(a_z + b_z)
    n = np.tanh(a_n + r * q)
    W_hr, W_hz, W_hn = np.split(weights["weight_hh"], 3)
    direct = rows(z) * np.eye(H)
    candidate = rows((1 - z) * (1 - n**2) * r) * W_hn
    gates = rows((h - n) * z * (1 - z)) * W_hz + rows((1 - z) * (1 - n**2) * q * r * (1 - r)) * W_hr
    whole = direct + candidate + gates
    assert np.allclose(whole, gradients.gru_jacobians(x, h, **weights), rtol=0, atol=1e-12)
    return whole, direct + candidate, direct + gates


@pytest.mark.parametrize("roads", [lstm_roads, gru_roads])
@pytest.mark.parametrize("bias", [0, 1])
def test_before_training_the_detours_lead_through_the_candidate(roads, bias):
    """What the texts say: nearly all of the detours is there without the gates, nearly nothing without it."""
    rng, found = np.random.default_rng(0), []
    for _ in range(20):
        whole, candidate, gates = (gradients.products(steps)[0][-H:, -H:] for steps in roads(bias, rng))
        found.append(np.log10([gradients.largest_singular_value(part) for part in (whole, candidate, gates)]))
    whole, candidate, gates = np.median(found, axis=0)
    assert abs(candidate - whole) < 0.1
    assert gates < whole - 1
    assert "come back through a gate. Over" not in words(LSTM)
    assert "there are detours through the gates" not in words(GRU)


@pytest.mark.parametrize(("kind", "grown"), [("LSTM", 0.5 * 2.5**49), ("GRU", 2.5**50)])
def test_the_example_that_explodes_grows_by_two_and_a_half_a_step(kind, grown):
    """All weights and inputs 0, but 8 I from the state to the candidate; so the texts may say "explode"."""
    blocks, states = (4, 2) if kind == "LSTM" else (3, 1)
    weight_hh = np.zeros((blocks * H, H))
    weight_hh[2 * H : 3 * H] = 8 * np.eye(H)
    zeros = [np.zeros((T, H))] * states
    jacobians = getattr(gradients, f"{kind.lower()}_jacobians")
    bias = np.zeros(blocks * H)
    steps = jacobians(np.zeros((T, 2)), *zeros, np.zeros((blocks * H, 2)), weight_hh, bias, bias)
    assert np.allclose(gradients.products(steps)[0][-H:, -H:] / grown, np.eye(H), rtol=0, atol=1e-9)
    stem = LSTM if kind == "LSTM" else GRU
    printed = [output.text for cell in cells(stem) for output in cell.get("outputs", []) if "text" in output]
    assert any(f"= 8 I, 50 steps back: {grown:.3g}" in text for text in printed)


def test_the_first_step_of_the_lstm_counts_a_half_since_h_is_held():
    """Chapter 03 changes c_t alone; with h_t = o tanh(c_t) along, k steps give 2.5^k as in the GRU."""
    weight_hh = np.zeros((4 * H, H))
    weight_hh[2 * H : 3 * H] = 8 * np.eye(H)
    zeros, bias = np.zeros((T, H)), np.zeros(4 * H)
    x, weight_ih = np.zeros((T, 2)), np.zeros((4 * H, 2))
    steps = gradients.products(gradients.lstm_jacobians(x, zeros, zeros, weight_ih, weight_hh, bias, bias))
    shown = sigmoid(0) * np.eye(H)  # dh_t/dc_t at c_t = 0
    for k in (1, 10, 50):
        alone = steps[T - k][H:, H:]
        along = alone + steps[T - k][H:, :H] @ shown
        assert np.allclose(alone / (0.5 * 2.5 ** (k - 1)), np.eye(H), rtol=0, atol=1e-9)
        assert np.allclose(along / 2.5**k, np.eye(H), rtol=0, atol=1e-9)
    assert r"$k$ steps give $0.5 \cdot 2.5^{k-1}$" in words(LSTM)
    assert words(LSTM).count("held as it is") == 3  # the block, the table, the picture


def test_half_open_forget_gates_vanish_as_the_summary_says():
    summary = words(LSTM).partition("## Summary")[2]
    assert "$0.5^{50}$ is left, about $10^{-15}$" in summary
    assert round(np.log10(0.5**50)) == -15
