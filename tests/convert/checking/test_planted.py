"""`check` names each planted difference, alone and several together, and says "equal" of none."""

import copy
import re

import numpy as np
import pytest
import torch
from torch import nn
from wrong_networks import Wrong, onnx_file, rewritten, rows

from rnnkit.convert.checking import check

torch.manual_seed(0)
LSTM, BOTH, DEEP = nn.LSTM(3, 4).eval(), nn.LSTM(3, 4, bidirectional=True).eval(), nn.LSTM(4, 4, 2).eval()
GRU, DEEP_GRU = nn.GRU(3, 4).eval(), nn.GRU(4, 4, 2, bidirectional=True).eval()
RNN, RELU = nn.RNN(3, 5).eval(), nn.RNN(3, 5, nonlinearity="relu").eval()


def hard(slope):
    return lambda a: np.clip(slope * a + 0.5, 0, 1)


def relu(a):
    return np.maximum(a, 0)


def part(name, rows, change):
    """Return a change of some rows of the weights whose name holds `name`."""

    def on(key, a):
        if name in key:
            a[rows] = change(a[rows])
        return a

    return on


def named(name, change):
    """Return a change of whole weights whose name holds `name`."""
    return lambda key, a: change(a) if name in key else None


def exchanged(module, turn):
    """Return the module with, under each name, the weight of the name that turn(name) gives."""
    return rewritten(module, lambda key, a: module.state_dict()[turn(key)].numpy())


def int8(a):
    scale = np.abs(a).max() / 127
    return (np.round(a / scale) * scale).astype(np.float32)


def transposed(a):
    return a.reshape(4, 4, 4).swapaxes(1, 2).reshape(16, 4)


def merged(module):
    b_hn = module.bias_hh_l0.detach().numpy()[8:]
    dropped = rewritten(module, part("bias_hh", slice(8, 12), lambda b: b * 0))
    return rewritten(dropped, part("bias_ih", slice(8, 12), lambda b: b + b_hn))


def by_direction(h, c):
    return h.reshape(2, 2, *h.shape[1:]).swapaxes(0, 1).reshape(h.shape), c


WEIGHTS = {
    "gates of haiku": (LSTM, lambda: rewritten(LSTM, rows([0, 2, 1, 3])), r"gates swapped: .*i g f o"),
    "gates i and o": (LSTM, lambda: rewritten(LSTM, rows([3, 1, 2, 0])), "gates swapped: i and o"),
    "gates r and z": (GRU, lambda: rewritten(GRU, rows([1, 0, 2])), "gates swapped: .*z r n"),
    "gates in one layer": (
        DEEP,
        lambda: rewritten(DEEP, lambda n, a: rows([0, 2, 1, 3])(n, a) if "l1" in n else None),
        "gates swapped: .*, only in layer l1",
    ),
    "gates interleaved": (
        LSTM,
        lambda: rewritten(LSTM, lambda n, a: a.reshape(4, 4, -1).swapaxes(0, 1).reshape(a.shape)),
        "gates interleaved",
    ),
    "b_hh dropped": (
        LSTM,
        lambda: rewritten(LSTM, named("bias_hh", np.zeros_like)),
        "the bias b_hh is dropped",
    ),
    "b_ih dropped": (
        DEEP_GRU,
        lambda: rewritten(DEEP_GRU, named("bias_ih", np.zeros_like)),
        "the bias b_ih is dropped",
    ),
    "b_hn dropped": (
        GRU,
        lambda: rewritten(GRU, part("bias_hh", slice(8, 12), np.zeros_like)),
        "b_hn is dropped",
    ),
    "b_hn merged": (GRU, lambda: merged(GRU), "b_hn is added outside of the reset"),
    "forget bias": (
        LSTM,
        lambda: rewritten(LSTM, part("bias_ih", slice(4, 8), lambda b: b + 1)),
        "1 is added to the forget bias",
    ),
    "forget bias, odd": (LSTM, lambda: Wrong(LSTM, forget=0.7), r"\+0.7 is added to the forget bias"),
    "z turned": (GRU, lambda: Wrong(GRU, z_new=True), "z turned round"),
    "coupled": (LSTM, lambda: Wrong(LSTM, coupled=True), "gates coupled: f = 1 - i"),
    "transposed": (
        LSTM,
        lambda: rewritten(LSTM, named("weight_hh", transposed)),
        "recurrent kernel transposed",
    ),
    "reshaped": (
        LSTM,
        lambda: rewritten(LSTM, named("weight_ih", lambda a: a.T.reshape(a.shape))),
        "input kernel reshaped instead of transposed",
    ),
    "float16": (
        LSTM,
        lambda: rewritten(LSTM, lambda n, a: a.astype(np.float16).astype(a.dtype)),
        "rounded to float16",
    ),
    "int8": (LSTM, lambda: rewritten(LSTM, lambda n, a: int8(a)), "rounded to int8"),
    "layers": (
        DEEP,
        lambda: exchanged(DEEP, lambda n: n.translate(str.maketrans("01", "10"))),
        "the layers are in the opposite order",
    ),
    "directions": (
        BOTH,
        lambda: exchanged(
            BOTH, lambda n: n.removesuffix("_reverse") if n.endswith("_reverse") else n + "_reverse"
        ),
        "the weights of the two directions are exchanged",
    ),
    "same directions": (
        BOTH,
        lambda: exchanged(BOTH, lambda n: n.removesuffix("_reverse")),
        "the reverse direction has the weights of the forward direction",
    ),
    "a single number": (
        LSTM,
        lambda: rewritten(LSTM, part("weight_hh", (5, 2), lambda w: w + 0.003)),
        "other numbers in the weights: weight_hh of l0, gate f",
    ),
    "the last bit": (
        LSTM,
        lambda: rewritten(LSTM, named("weight_hh", lambda a: np.nextafter(a, np.float32(9)))),
        "the weights are not the same numbers, though no answer shows it: weight_hh",
    ),
    "relu": (RNN, lambda: Wrong(RNN, inner=relu), "nonlinearity is relu"),
}
CELLS = {
    "reset": (DEEP_GRU, lambda: Wrong(DEEP_GRU, reset_before=True), "reset before instead of after"),
    "hard sigmoid 0.2": (LSTM, lambda: Wrong(LSTM, gate=hard(0.2)), "hard sigmoid of slope 0.2"),
    "hard sigmoid 1/6": (GRU, lambda: Wrong(GRU, gate=hard(1 / 6)), "hard sigmoid of slope 1/6"),
    "hard sigmoid, odd": (LSTM, lambda: Wrong(LSTM, gate=hard(0.3)), "hard sigmoid of slope 0.3"),
    "cell clipped": (LSTM, lambda: Wrong(LSTM, cell_clip=3), "the cell state is clipped to ±3"),
    "cell clipped, odd": (LSTM, lambda: Wrong(LSTM, cell_clip=0.37), "the cell state is clipped to ±0.37"),
    "gates clipped": (BOTH, lambda: Wrong(BOTH, clip=1.5), "what enters the gates is clipped to ±1.5"),
    "linear": (LSTM, lambda: Wrong(LSTM, outer=lambda c: c), "the activation of c, .* is linear"),
    "relu in g": (LSTM, lambda: Wrong(LSTM, inner=relu), "the activation of g is relu"),
    "halves swapped": (
        BOTH,
        lambda: Wrong(BOTH, halves="swapped"),
        "the two halves of the output are swapped",
    ),
    "processing order": (
        BOTH,
        lambda: Wrong(BOTH, halves="processing"),
        "the reverse half .* in processing order",
    ),
    "processing, deep": (
        DEEP_GRU,
        lambda: Wrong(DEEP_GRU, halves="processing"),
        "in every layer .* processing order",
    ),
    "sum": (BOTH, lambda: Wrong(BOTH, halves="sum"), "the two directions are added"),
    "half lost": (BOTH, lambda: Wrong(BOTH, halves="zero"), "the reverse half of the output is 0"),
}
INPUTS = {
    "first step": (LSTM, lambda: Wrong(LSTM, steps=slice(0, 1)), "only the first step was computed"),
    "first five": (
        LSTM,
        lambda: Wrong(LSTM, steps=slice(0, 5)),
        "only the first 5 steps were computed: T is fixed at 5",
    ),
    "lengths ignored": (
        BOTH,
        lambda: Wrong(BOTH, lengths=lambda n: 0 * n + 999),
        "as if lengths were ignored",
    ),
    "longest length": (
        BOTH,
        lambda: Wrong(BOTH, lengths=lambda n: 0 * n + n.max()),
        "every row has the longest length",
    ),
    "length + 1": (LSTM, lambda: Wrong(LSTM, lengths=lambda n: n + 1), "lengths are taken one too large"),
    "lengths sorted": (
        LSTM,
        lambda: Wrong(LSTM, lengths=lambda n: np.sort(n)[::-1]),
        "lengths stand in another order",
    ),
    "state ignored": (
        LSTM,
        lambda: Wrong(LSTM, state=lambda h, c: (0 * h, 0 * c)),
        "as if the initial state were ignored",
    ),
    "c ignored": (LSTM, lambda: Wrong(LSTM, state=lambda h, c: (h, 0 * c)), "c_0 ignored"),
    "h and c": (LSTM, lambda: Wrong(LSTM, state=lambda h, c: (c, h)), "h_0 and c_0 are exchanged"),
    "state order": (
        DEEP_GRU,
        lambda: Wrong(DEEP_GRU, state=by_direction),
        "direction by direction, not layer by layer",
    ),
    "padding repeats": (
        LSTM,
        lambda: Wrong(LSTM, padding="repeat"),
        "^equal on valid steps, padding differs: b repeats the last output",
    ),
}
ONNX = {
    "rows of torch": (
        LSTM,
        {"rows": [0, 1, 2, 3]},
        "gates swapped: rows in the order of torch .* as those of ONNX",
    ),
    "rows r z n": (GRU, {"rows": [0, 1, 2]}, "gates swapped"),
    "linear_before_reset": (GRU, {"linear_before_reset": 0}, "reset before instead of after"),
    "clip": (LSTM, {"clip": 0.7}, "what enters the gates is clipped to ±0.7"),
    "HardSigmoid": (LSTM, {"activations": ["HardSigmoid", "Tanh", "Tanh"]}, "hard sigmoid of slope 0.2"),
    "Relu": (LSTM, {"activations": ["Sigmoid", "Relu", "Tanh"]}, "the activation of g is relu"),
    "input_forget": (LSTM, {"input_forget": 1}, "gates coupled"),
    "peepholes": (LSTM, {"peepholes": True}, "has peepholes"),
    "no biases": (LSTM, {"biases": False}, "both biases are dropped"),
    "directions": (BOTH, {"swap": True}, "the weights of the two directions are exchanged"),
    "reverse": (LSTM, {"direction": "reverse"}, "it runs in reverse, not forward"),
}
TOGETHER = {
    "gates and bias": (
        LSTM,
        lambda: rewritten(rewritten(LSTM, rows([0, 2, 1, 3])), named("bias_hh", np.zeros_like)),
        ("gates swapped", "the bias b_hh is dropped"),
    ),
    "forget and halves": (
        BOTH,
        lambda: Wrong(BOTH, forget=1.0, halves="swapped"),
        ("1 is added to the forget bias", "the two halves of the output are swapped"),
    ),
    "gates, lengths, state": (
        LSTM,
        lambda: Wrong(LSTM, gate=hard(0.2), lengths=lambda n: 0 * n + 999, state=lambda h, c: (0 * h, 0 * c)),
        ("slope 0.2", "as if lengths were ignored", "as if the initial state were ignored"),
    ),
    "reset, halves, padding": (
        DEEP_GRU,
        lambda: Wrong(DEEP_GRU, reset_before=True, halves="swapped", padding="repeat"),
        (
            "reset before instead of after",
            "the two halves of the output are swapped",
            "repeats the last output",
        ),
    ),
}


@pytest.mark.parametrize("name", [*WEIGHTS, *CELLS, *INPUTS])
def test_a_planted_difference_is_named(name):
    right, wrong, words = (WEIGHTS | CELLS | INPUTS)[name]
    verdict = check(right, wrong())
    assert re.search(words, str(verdict))
    assert not verdict.equal
    assert not str(verdict).startswith("equal") or "padding differs" in str(verdict)
    assert verdict.explained
    assert len(verdict.differences) <= 1


@pytest.mark.parametrize("name", ONNX)
def test_a_planted_difference_in_a_file_is_named(name, tmp_path):
    right, wrong, words = ONNX[name]
    verdict = check(right, onnx_file(tmp_path / "wrong.onnx", right, states=True, **wrong))
    assert re.search(words, str(verdict))
    assert verdict.differences
    assert not verdict.equal


@pytest.mark.parametrize("name", TOGETHER)
def test_several_differences_are_named_together(name):
    right, wrong, words = TOGETHER[name]
    verdict = check(right, wrong())
    assert verdict.explained
    assert not verdict.equal
    for one in words:
        assert one in str(verdict)


@pytest.mark.parametrize("right", [LSTM, BOTH, DEEP, GRU, DEEP_GRU, RNN, RELU], ids=repr)
def test_what_is_right_is_equal(right, tmp_path):
    assert str(check(right, Wrong(right))).startswith("equal\n")
    assert check(right, copy.deepcopy(right)).equal
    if right.num_layers == 1 and right is not RELU:
        assert check(right, onnx_file(tmp_path / "right.onnx", right, states=True)).equal


def test_the_other_side_may_be_the_wrong_one():
    assert "a: reset before instead of after" in str(check(Wrong(GRU, reset_before=True), GRU))


def test_an_unknown_difference_is_said_to_be_unknown():
    verdict = check(LSTM, Wrong(LSTM, gate=lambda a: 0.5 + 0.3 * np.sin(a)))
    assert "no known difference explains all of it" in str(verdict)
    assert "Not explained (plain" in str(verdict)
    assert not verdict.explained


def test_what_weights_of_zero_hide_is_said():
    right = rewritten(GRU, part("bias_hh", slice(8, 12), np.zeros_like))
    verdict = check(right, copy.deepcopy(right))
    assert verdict.equal
    assert "b_hn is dropped" in verdict.hidden
    assert "These weights cannot show: " in str(verdict)


def test_float64_is_compared_as_float64():
    right = copy.deepcopy(LSTM).double()
    with torch.no_grad():
        for tensor in right.parameters():
            tensor.add_(1e-9 * torch.randn_like(tensor))
    wrong = rewritten(right, lambda n, a: a.astype(np.float32).astype(np.float64))
    assert "the weights are rounded to float32" in str(check(right, wrong))
    assert "a is float64, b is float32" in str(check(right, LSTM))
