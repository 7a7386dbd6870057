"""Exercises of chapter 10: the solutions equal what the libraries compute, and mistakes are named."""

from itertools import permutations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from rnnkit import cells
from rnnkit.check import rosetta as check
from rnnkit.check.in_page import run

cases = {name: pytest.mark.parametrize("case", getattr(check, name).cases) for name in check.__all__}
sigmoid = cells.sigmoid


def inputs_of(weight_ih, B=3, seed=0):
    """Random inputs (B, D), states and cell states for a layer of an LSTM or a GRU."""
    rng = np.random.default_rng(seed)
    H = len(weight_ih)
    return rng.normal(size=(B, weight_ih.shape[1])), rng.normal(size=(B, H)), rng.normal(size=(B, H))


@pytest.mark.parametrize("gates", ["ifgo", "rzn"])
@given(data=st.data())
def test_reordered_blocks_are_those_of_the_named_gates(gates, data):
    old, new = (data.draw(st.sampled_from(list(permutations(gates)))) for _ in range(2))
    H, D = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 3))
    array = np.arange(len(gates) * H * max(D, 1)).reshape(len(gates) * H, *[D] * bool(D))
    reorder = check.reorder_gates.reference
    result = reorder(array, "".join(old), "".join(new))
    blocks = {gate: array[k * H : (k + 1) * H] for k, gate in enumerate(old)}
    np.testing.assert_array_equal(result, np.concatenate([blocks[gate] for gate in new]))
    np.testing.assert_array_equal(reorder(result, "".join(new), "".join(old)), array)


@cases["merge_biases"]
def test_a_merged_bias_computes_the_same(case):
    kind, reset_after, bias_ih, bias_hh = check.merge_biases.inputs(case).values()
    bias, bias_n = check.merge_biases.reference(kind, reset_after, bias_ih, bias_hh)
    H, G = len(bias_n), len(bias)
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(G, 2)), rng.normal(size=(G, H))
    x, h, c = inputs_of(np.empty((H, 2)))
    second = np.concatenate([np.zeros(G - H), bias_n])
    step = {
        "RNN": lambda *biases: cells.rnn_step(x, h, *weights, *biases),
        "LSTM": lambda *biases: np.hstack(cells.lstm_step(x, h, c, *weights, *biases)),
        "GRU": lambda *biases: cells.gru_step(x, h, *weights, *biases, reset_after=reset_after),
    }[kind]
    np.testing.assert_allclose(step(bias, second), step(bias_ih, bias_hh), rtol=0, atol=1e-14)
    assert bias_n.any() == (kind == "GRU" and reset_after)


@cases["from_keras_lstm"]
def test_the_lstm_of_keras_computes_the_same_in_torch(case):
    kernel, recurrent_kernel, bias = check.from_keras_lstm.inputs(case).values()
    weights = check.from_keras_lstm.reference(kernel, recurrent_kernel, bias)
    x, h, c = inputs_of(np.empty((len(recurrent_kernel), len(kernel))))
    i, f, candidate, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
    c_next = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
    expected = sigmoid(o) * np.tanh(c_next), c_next
    cell = nn.LSTMCell(*weights[0].shape[1:], weights[1].shape[1], dtype=torch.float64)
    cell.load_state_dict(dict(zip(check.from_keras_lstm.returns, map(torch.tensor, weights), strict=True)))
    with torch.no_grad():
        result = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    for got, wanted in zip(result, expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-14)


def lstm_node(W, R, B):
    """A file with one LSTM node, for any T and batch, as bytes."""
    weights = [
        numpy_helper.from_array(a.astype(np.float32), n) for n, a in zip("WRB", (W, R, B), strict=True)
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["T", "B", W.shape[2]])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    node = helper.make_node("LSTM", ["x", "W", "R", "B"], ["y"], hidden_size=R.shape[2])
    graph = helper.make_graph([node], "one", [x], [y], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    return model.SerializeToString()


@cases["from_onnx_lstm"]
def test_a_node_of_onnx_computes_the_same_in_torch(case):
    W, R, B = check.from_onnx_lstm.inputs(case).values()
    weights = check.from_onnx_lstm.reference(W, R, B)
    lstm = nn.LSTM(W.shape[2], R.shape[2])
    lstm.load_state_dict(
        {
            f"{name}_l0": torch.tensor(part, dtype=torch.float32)
            for name, part in zip(check.from_onnx_lstm.returns, weights, strict=True)
        }
    )
    x = np.random.default_rng(0).normal(size=(5, 3, W.shape[2])).astype(np.float32)
    session = onnxruntime.InferenceSession(lstm_node(W, R, B), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": x})  # (T, directions, B, H)
    with torch.no_grad():
        np.testing.assert_allclose(lstm(torch.tensor(x))[0], y[:, 0], rtol=0, atol=1e-6)


def test_the_order_and_the_two_biases_are_those_of_the_specification():
    inputs = {item.name: item.description for item in onnx.defs.get_schema("LSTM").inputs}
    assert "W[iofc]" in inputs["W"]
    assert "[Wb[iofc], Rb[iofc]]" in inputs["B"]


@cases["from_haiku_gru"]
def test_the_gru_of_haiku_computes_the_same_with_the_reset_before(case):
    w_i, w_h, b = check.from_haiku_gru.inputs(case).values()
    x, h, _ = inputs_of(np.empty((len(w_h), len(w_i))))
    a, H = x @ w_i + b, len(w_h)
    z, r = np.split(sigmoid(a[:, : 2 * H] + h @ w_h[:, : 2 * H]), 2, axis=1)
    candidate = np.tanh(a[:, 2 * H :] + (r * h) @ w_h[:, 2 * H :])
    weights = check.from_haiku_gru.reference(w_i, w_h, b)
    result = cells.gru_step(x, h, *weights, reset_after=False)
    np.testing.assert_allclose(result, (1 - z) * h + z * candidate, rtol=0, atol=1e-14)


@cases["largest_differences"]
def test_the_largest_differences_counted_in_a_loop(case):
    a, b, lengths = check.largest_differences.inputs(case).values()
    largest = [0.0, 0.0]
    for k, t in np.ndindex(a.shape[:2]):
        padding = int(t >= lengths[k])
        largest[padding] = max(largest[padding], *np.abs(a[k, t] - b[k, t]))
    np.testing.assert_array_equal(check.largest_differences.reference(a, b, lengths), largest)
    assert (largest[1] == 0) == (case == "no padding")
    assert b.all()  # a learner may divide by it


# Mistakes as learners write them


def dict_of_gates(array, old, new):
    """Right, but for the places."""
    blocks = dict(zip(new, np.split(array, len(old)), strict=True))
    return np.concatenate([blocks[gate] for gate in old])


def square_blocks(array, old, new):
    H = array.shape[-1]
    return np.concatenate([array[old.index(g) * H : (old.index(g) + 1) * H] for g in new])


def split_columns(array, old, new):
    blocks = dict(zip(old, np.split(array, len(old), axis=array.ndim - 1), strict=True))
    return np.concatenate([blocks[gate] for gate in new], axis=array.ndim - 1)


def in_its_own_place(array, old, new):
    H = len(array) // len(old)
    result = np.array(array)
    for k, gate in enumerate(new):
        start = old.index(gate) * H
        result[k * H : (k + 1) * H] = result[start : start + H]
    return result


def fancy_rows(array, old, new):
    return array[[old.index(gate) for gate in new]]


def sum_of_both(kind, reset_after, bias_ih, bias_hh):
    H = len(bias_ih) // {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    return bias_ih + bias_hh, np.zeros(H)


def apart_and_in_the_sum(kind, reset_after, bias_ih, bias_hh):
    H = len(bias_ih) // {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    return bias_ih + bias_hh, bias_hh[-H:] if kind == "GRU" and reset_after else np.zeros(H)


def every_gru(kind, reset_after, bias_ih, bias_hh):
    if kind != "GRU":
        return sum_of_both(kind, reset_after, bias_ih, bias_hh)
    H = len(bias_ih) // 3
    return np.concatenate([(bias_ih + bias_hh)[: 2 * H], bias_ih[2 * H :]]), bias_hh[2 * H :]


def as_it_is(kernel, recurrent_kernel, bias):
    return kernel, recurrent_kernel, bias, np.zeros_like(bias)


def state_as_it_is(kernel, recurrent_kernel, bias):
    return kernel.T, recurrent_kernel, bias, 0 * bias


def reshaped(kernel, recurrent_kernel, bias):
    H = len(recurrent_kernel)
    return kernel.reshape(4 * H, -1), recurrent_kernel.reshape(4 * H, H), bias, 0 * bias


def candidate_last(kernel, recurrent_kernel, bias):
    def swap(part):
        i, f, c, o = np.split(part, 4)
        return np.concatenate([i, f, o, c])

    return swap(kernel.T), swap(recurrent_kernel.T), swap(bias), 0 * bias


def with_a_forget_bias(kernel, recurrent_kernel, bias):
    H = len(recurrent_kernel)
    bias = bias.copy()
    bias[H : 2 * H] += 1.0
    return kernel.T, recurrent_kernel.T, bias, np.zeros(4 * H)


def bias_twice(kernel, recurrent_kernel, bias):
    return torch.tensor(kernel).T, torch.tensor(recurrent_kernel).T, bias, bias


def squeezed(W, R, B):
    return W[0], R[0], B[0, : B.size // 2], B[0, B.size // 2 :]


def order_of_the_letters(W, R, B):
    """Counted in the wrong direction: places of i o f c in i f g o."""

    def reorder(part):
        blocks = np.split(part, 4)
        return np.concatenate([blocks["ifco".index(gate)] for gate in "iofc"])

    return tuple(map(reorder, squeezed(W, R, B)))


def f_and_o(W, R, B):
    def swap(part):
        i, o, f, c = np.split(part, 4)
        return np.concatenate([i, f, o, c])

    return tuple(map(swap, squeezed(W, R, B)))


def weights_only(W, R, B):
    weight_ih, weight_hh, *biases = squeezed(W, R, B)

    def reorder(part):
        i, o, f, c = np.split(part, 4)
        return np.concatenate([i, f, c, o])

    return reorder(weight_ih), reorder(weight_hh), *biases


def cut_after_ordering(W, R, B):
    def reorder(part):
        i, o, f, c = np.split(part, 4)
        return np.concatenate([i, f, c, o])

    return reorder(W[0]), reorder(R[0]), *np.split(reorder(B[0]), 2)


def axis_kept(W, R, B):
    right = check.from_onnx_lstm.reference(W, R, B)
    return tuple(part[np.newaxis] for part in right)


def turned(z=1.0, z_bias=1.0, r=1.0, first="r"):
    """From haiku, with factors for the rows of the gates."""

    def from_haiku_gru(w_i, w_h, b):
        def rows(part, factor):
            z_rows, r_rows, n_rows = np.split(part.T, 3)
            both = [r * r_rows, factor * z_rows]
            return np.concatenate([*(both if first == "r" else both[::-1]), n_rows])

        return rows(w_i, z), rows(w_h, z), rows(b, z_bias), np.zeros_like(b)

    return from_haiku_gru


def one_minus(w_i, w_h, b):
    weight_ih, weight_hh, bias, zeros = turned()(w_i, w_h, b)
    H = len(w_h)
    for part in (weight_ih, weight_hh, bias):
        part[H : 2 * H] = 1 - part[H : 2 * H]
    return weight_ih, weight_hh, bias, zeros


def allclose_habit(a, b, lengths):
    return np.abs(a - b).max(), np.abs(a - b).max()


def with_products(gap):
    """The mask is a factor, as one writes it."""

    def largest_differences(a, b, lengths):
        mask = (np.arange(a.shape[1]) < lengths[:, None])[:, :, None]
        return gap(a * mask, b * mask).max(), gap(a * ~mask, b * ~mask).max()

    return largest_differences


def one_too_many(a, b, lengths):
    mask = np.arange(a.shape[1])[None] <= lengths[:, None]
    d = np.abs(a - b).max(axis=2)
    return np.where(mask, d, 0).max(), np.where(mask, 0, d).max()


def per_sequence(a, b, lengths):
    mask = np.arange(a.shape[1])[None] < lengths[:, None]
    d = np.abs(a - b).max(axis=2)
    return np.where(mask, d, 0).max(axis=1), np.where(mask, 0, d).max(axis=1)


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("reorder_gates", lambda array, old, new: array, "nothing is moved."),
        ("reorder_gates", dict_of_gates, "the way back is taken"),
        ("reorder_gates", square_blocks, "the number of columns is taken"),
        ("reorder_gates", split_columns, "the columns are moved"),
        ("reorder_gates", in_its_own_place, "a block is overwritten"),
        ("reorder_gates", fancy_rows, "single rows are moved"),
        ("merge_biases", sum_of_both, "b_hn is added to b_in also where"),
        ("merge_biases", apart_and_in_the_sum, "b_hn counts twice"),
        ("merge_biases", every_gru, "b_hn stands apart in every GRU"),
        ("from_keras_lstm", as_it_is, "nothing is transposed."),
        ("from_keras_lstm", state_as_it_is, "kernel is transposed, recurrent_kernel is not."),
        ("from_keras_lstm", reshaped, "a reshape is no transposition"),
        ("from_keras_lstm", candidate_last, "the gates are put into another order"),
        ("from_keras_lstm", with_a_forget_bias, "the bias of the forget gate has got 1 more."),
        ("from_keras_lstm", bias_twice, "both of torch's biases are the bias of Keras"),
        ("from_onnx_lstm", squeezed, "the gates are still in ONNX's order"),
        ("from_onnx_lstm", order_of_the_letters, "the blocks are moved the wrong way"),
        ("from_onnx_lstm", f_and_o, "only two gates have changed places"),
        ("from_onnx_lstm", weights_only, "the weights are put into order, the biases are not."),
        ("from_onnx_lstm", cut_after_ordering, "all of B is cut into four blocks"),
        ("from_onnx_lstm", axis_kept, "the first axis is still there"),
        ("from_haiku_gru", turned(), "z is as it was"),
        ("from_haiku_gru", turned(z=-1), "z is flipped in the weights, but not in the bias."),
        ("from_haiku_gru", turned(r=-1), "the sign of r is changed"),
        ("from_haiku_gru", turned(first="z"), "neither the order nor the sign"),
        ("from_haiku_gru", turned(z=-1, z_bias=-1, first="z"), "r and z have changed places"),
        ("from_haiku_gru", one_minus, "every number w of z became 1 − w."),
        ("largest_differences", allclose_habit, "both numbers are those of all steps."),
        ("largest_differences", with_products(np.subtract), "without the absolute value"),
        ("largest_differences", one_too_many, "one step of the padding counts as real."),
        ("largest_differences", per_sequence, "each sequence has numbers of its own."),
    ],
)
def test_mistakes_as_learners_write_them(name, function, told):
    review = getattr(check, name).review(function)
    assert not review.solved
    assert review.mistake is not None, review.text
    assert review.mistake.says.startswith(told)


# Right answers in other styles


def by_names(array, old, new):
    H = len(array) // len(old)
    rows = {gate: slice(k * H, (k + 1) * H) for k, gate in enumerate(old)}
    return [row for gate in new for row in array[rows[gate]].tolist()]


def as_a_table(array, old, new):
    table = array.reshape(len(old), -1, *array.shape[1:])
    return table[[old.index(gate) for gate in new]].reshape(array.shape)


def chunks(array, old, new):
    blocks = torch.tensor(array).chunk(len(old))
    return torch.cat([blocks[old.find(gate)] for gate in new])


def merged_in_place(kind, reset_after, bias_ih, bias_hh):
    H = len(bias_hh) // {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    if kind == "GRU" and reset_after:
        return np.append(bias_ih[:-H] + bias_hh[:-H], bias_ih[-H:]), bias_hh[-H:]
    return bias_ih + bias_hh, [0] * H


def views(kernel, recurrent_kernel, bias):
    return kernel.T, recurrent_kernel.T, bias, bias * 0


def by_torch(kernel, recurrent_kernel, bias):
    parts = torch.tensor(kernel).t(), torch.tensor(recurrent_kernel).t(), torch.tensor(bias)
    return *parts, torch.zeros(len(bias))


def by_index(W, R, B):
    H = R.shape[2]
    order = np.concatenate([np.arange(H) + k * H for k in (0, 2, 3, 1)])
    return W[0, order], R[0, order], B[0, order], B[0, 4 * H + order]


def column_by_column(w_i, w_h, b):
    H = len(w_h)
    order = np.r_[H : 2 * H, :H, 2 * H : 3 * H]
    sign = np.repeat([1, -1, 1], H)
    return (w_i[:, order] * sign).T, (w_h[:, order] * sign).T, b[order] * sign, [0.0] * len(b)


def sequence_by_sequence(a, b, lengths):
    real, padding = [0], [0]
    for one, other, n in zip(a, b, lengths, strict=True):
        real += np.abs(one - other)[:n].ravel().tolist()
        padding += np.abs(one - other)[n:].ravel().tolist()
    return max(real), max(padding)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("reorder_gates", by_names),
        ("reorder_gates", as_a_table),
        ("reorder_gates", chunks),
        ("merge_biases", merged_in_place),
        ("from_keras_lstm", views),
        ("from_keras_lstm", by_torch),
        ("from_onnx_lstm", by_index),
        ("from_haiku_gru", column_by_column),
        ("from_haiku_gru", turned(z=-1, z_bias=-1)),
        ("largest_differences", sequence_by_sequence),
        ("largest_differences", with_products(lambda a, b: np.abs(a - b))),
    ],
)
def test_a_right_solution_passes_in_every_style(name, function):
    review = getattr(check, name).review(function)
    assert review.solved, review.text


def test_the_gates_are_shown_in_what_a_learner_reads():
    shown = check.reorder_gates.review(lambda array, old, new: array).text
    assert "array (8, 4), old = ifgo, new = iofg" in shown
    shown = check.merge_biases.review(lambda *inputs: (0, 0)).text
    assert "kind = RNN, reset_after = True, bias_ih (6,), bias_hh (6,)" in shown


def test_an_exercise_runs_in_a_page():
    answer = "def from_keras_lstm(kernel, recurrent_kernel, bias):\n    return {}"
    call = "check.from_keras_lstm(from_keras_lstm)"
    right = answer.format("kernel.T, recurrent_kernel.T, bias, np.zeros_like(bias)")
    assert run(right, call, "rosetta", lambda text: None)["solved"] is True
    wrong = run(answer.format("kernel.T, recurrent_kernel, bias, bias"), call, "rosetta", lambda text: None)
    assert wrong["solved"] is False
