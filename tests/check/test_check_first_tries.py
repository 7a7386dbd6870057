"""First tries as learners write them: each is wrong, and each gets the sentence that names its mistake."""

import numpy as np
import pytest
import torch
from each import for_each
from numpy.linalg import norm

from rnnkit import check

EXERCISES = check.exercises()
tanh = np.tanh


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    return np.exp(z) / np.exp(z).sum(-1, keepdims=True)


# W, U are weight_ih, weight_hh and b, d are bias_ih, bias_hh.
def column_in_torch(x, h, W, U, b, d):
    x, h, W, U, b, d = map(torch.tensor, (x, h, W, U, b, d))
    return torch.tanh(W @ x + b + U @ h + d)


def unrolled(step, start=lambda h0: h0):
    def rnn_forward(x, h0, *weights):
        h, output = start(h0), []
        for x_t in x:
            h = step(x_t, h, *weights)
            output.append(h)
        return np.stack(output), h

    return rnn_forward


def rows(x, h, W, U, b, d):
    return tanh(x @ W.T + b + h @ U.T + d)


def column(x, h, W, U, b, d):
    return tanh(W @ x + b + U @ h + d)


def flat(logits, targets):
    p = softmax(logits).reshape(-1, logits.shape[-1])
    return -np.log(p[np.arange(len(p)), targets.T.reshape(-1)]).mean()


def softmax_before_cross_entropy(logits, targets):
    p = torch.softmax(torch.tensor(logits), dim=-1)
    return torch.nn.functional.cross_entropy(p.flatten(0, 1), torch.tensor(targets).flatten())


def one_shift_for_all(logits, targets):
    z = logits - logits.max()
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, targets[..., None], -1).mean()


BASICS = {
    "basics.rnn_step": {
        "this is the equation for one column": [
            column,
            lambda x, h, W, U, b, d: tanh(U @ h + W @ x + b + d),
            lambda x, h, W, U, b, d: tanh(np.dot(W, x) + b + np.dot(U, h) + d),
            lambda x, h, W, U, b, d: tanh(np.matmul(U, h) + d + np.matmul(W, x) + b),
            lambda x, h, W, U, b, d: tanh(W.T @ x + b + U.T @ h + d),
            column_in_torch,
        ],
        "you multiplied number by number": [
            lambda x, h, W, U, b, d: tanh(x * W + b + h * U + d),
            lambda x, h, W, U, b, d: tanh(W * x + U * h + b + d),
        ],
        "your samples are columns": [lambda x, h, W, U, b, d: rows(x, h, W, U, b, d).T],
    },
    "basics.rnn_forward": {
        "h0 is not used": [unrolled(rows, np.zeros_like)],
        "in each step weight_ih @ x[t] stands as for one column": [unrolled(column)],
        "the loop is right, but one step in it is not.": [
            unrolled(lambda x, h, W, U, b, d: tanh(x @ W.T + b + h @ U + d)),
            unrolled(lambda x, h, W, U, b, d: tanh(x @ W.T + h @ U.T)),
        ],
    },
    "basics.cross_entropy": {
        "logits and targets are flattened in different orders.": [flat],
        "the softmax is taken twice.": [
            softmax_before_cross_entropy,
            lambda z, y: -np.log(np.take_along_axis(softmax(softmax(z)), y[..., None], -1)).mean(),
        ],
        "you subtracted the largest of all logits": [one_shift_for_all],
    },
}


def backward(
    outer=lambda dz, a: dz.T @ a, back=lambda dz, U: dz @ U, bias=lambda dz: dz.sum(0), *,
    meet=lambda here, later: here + later, slope=lambda h: 1 - h**2, zeros=True,
):  # fmt: skip
    def rnn_backward(d_output, x, h0, output, weight_hh):
        T, B, D = x.shape
        H = h0.shape[1]
        d_W, d_U, d_b = (np.zeros((H, D)), np.zeros((H, H)), np.zeros(H)) if zeros else (0, 0, 0)
        d_h = np.zeros((B, H))
        for t in reversed(range(T)):
            before = output[t - 1] if t > 0 else h0
            dz = meet(d_output[t], d_h) * slope(output[t])
            d_h = back(dz, weight_hh)
            d_W += outer(dz, x[t])
            d_U += outer(dz, before)
            d_b += bias(dz)
        return d_W, d_U, d_b, d_h

    return rnn_backward


def turned(dz, U):
    return U.T @ dz


def relative_error(length):
    def gradient_check(loss, w, gradient, step):
        numerical = np.zeros_like(w)
        for k in np.ndindex(w.shape):
            e = np.zeros_like(w)
            e[k] = step
            numerical[k] = (loss(w + e) - loss(w - e)) / (2 * step)
        return numerical, length(gradient, numerical)

    return gradient_check


def scalar(slope):
    def scalar_bptt(w, u, x, h0, y):
        h = [h0]
        for x_t in x:
            h.append(np.tanh(w * h[-1] + u * x_t))
        dw, dh = 0.0, h[-1] - y
        for t in range(len(x), 0, -1):
            dz = dh * slope(h[t])
            dw, dh = dw + dz * h[t - 1], dz * w
        return dw

    return scalar_bptt


BPTT = {
    "bptt.scalar_bptt": {"tanh is taken once more": [scalar(lambda h: 1 - tanh(h) ** 2)]},
    "bptt.softmax_cross_entropy_gradient": {
        "you subtracted the class numbers": [
            lambda z, y: (softmax(z) - y[:, None]) / len(y),
            lambda z, y: softmax(z) - y[:, None],
            lambda z, y: (softmax(z) - y) / len(y),
        ],
        "the softmax is taken twice.": [lambda z, y: (softmax(softmax(z)) - np.eye(z.shape[1])[y]) / len(y)],
    },
    "bptt.rnn_backward": {
        "np.outer makes one long vector": [
            backward(np.outer),
            backward(np.outer, zeros=False),
            backward(np.outer, bias=lambda dz: dz),
            backward(np.outer, turned),
            backward(np.outer, turned, zeros=False),
            backward(np.outer, turned, bias=lambda dz: dz),
        ],
        "on the way back weight_hh stands on the left": [
            backward(back=turned),
            backward(back=turned, zeros=False),
            backward(back=lambda dz, U: np.dot(U.T, dz)),
        ],
        "the gradient of the bias is not summed": [backward(bias=lambda dz: dz)],
        "the gradient of the loss never enters": [backward(meet=lambda here, later: later)],
        "tanh is taken once more": [backward(slope=lambda h: 1 - tanh(h) ** 2)],
        "you took the mean over the batch.": [
            backward(lambda dz, a: dz.T @ a / len(dz), bias=lambda dz: dz.mean(0)),
            backward(lambda dz, a: dz.T @ a / len(dz)),
            backward(bias=lambda dz: dz.mean(0)),
        ],
        "the gradients of the weights are transposed.": [backward(lambda dz, a: a.T @ dz)],
    },
    "bptt.gradient_check": {
        "you divided by the length of one gradient only": [
            relative_error(lambda a, b: norm(a - b) / norm(b)),
            relative_error(lambda a, b: norm(a - b) / norm(a)),
        ],
        "norm(…, 2) of a matrix is its largest singular value": [
            relative_error(lambda a, b: norm(a - b, 2) / max(norm(a, 2), norm(b, 2)))
        ],
    },
    "bptt.clip_by_norm": {
        "norm(…, 2) of a matrix": [
            lambda W, U, b, m: (lambda n: (*(g * min(1, m / max(n, 1e-9)) for g in (W, U, b)), n))(
                np.sqrt(sum(norm(g, 2) ** 2 for g in (W, U, b)))
            )
        ],
    },
}


def lstm(product=lambda W, a: a @ W.T, split=lambda z: np.split(z, 4, 1), old=lambda h, c: c):
    def lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        i, f, g, o = split(product(weight_ih, x) + bias_ih + product(weight_hh, h) + bias_hh)
        c_next = sigmoid(f) * old(h, c) + sigmoid(i) * tanh(g)
        return sigmoid(o) * tanh(c_next), c_next

    return lstm_step


def gate_by_gate(x, h, c, W, U, b, d):
    W_i, W_f, W_g, W_o = np.split(W, 4)
    U_i, U_f, U_g, U_o = np.split(U, 4)
    i = sigmoid(np.dot(W_i, x) + b[: len(b) // 4] + np.dot(U_i, h) + d[: len(d) // 4])
    return i, c


def forecast(sees):
    def forecast_sine(predict, series, n_past, horizon):
        past = series[:n_past]
        values = (past - past.mean()) / past.std()
        for _ in range(horizon):
            values = np.append(values, predict(sees(values, n_past)))
        return values[n_past:] * past.std() + past.mean()

    return forecast_sine


LSTM = {
    "lstm.lstm_step": {
        "this is the equation for one column": [
            lstm(lambda W, a: W @ a),
            lstm(lambda W, a: W @ a, lambda z: np.split(z, 4)),
            lstm(np.dot),
            gate_by_gate,
        ],
        "the forget gate multiplies the hidden state": [lstm(old=lambda h, c: h)],
        "you took every fourth number for a gate.": [
            lstm(split=lambda z: [z[:, k::4] for k in range(4)]),
            lstm(split=lambda z: np.moveaxis(z.reshape(len(z), -1, 4), 2, 0)),
        ],
    },
    "lstm.direct_path": {
        "your product begins one gate too late.": [
            lambda z: np.stack([sigmoid(z)[t + 1 :].prod(0) for t in range(len(z) + 1)])
        ],
    },
    "lstm.forecast_sine": {
        "the model reads the newest values only": [
            forecast(lambda values, n_past: values[-2:]),
            forecast(lambda values, n_past: values[-10:]),
            forecast(lambda values, n_past: values[-n_past:]),
        ],
    },
}


def gru(before, update, product=lambda W, a: a @ W.T):
    def gru_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        W_r, W_z, W_n = np.split(weight_ih, 3)
        U_r, U_z, U_n = np.split(weight_hh, 3)
        b_r, b_z, b_n = np.split(bias_ih, 3)
        d_r, d_z, d_n = np.split(bias_hh, 3)
        r = sigmoid(product(W_r, x) + b_r + product(U_r, h) + d_r)
        z = sigmoid(product(W_z, x) + b_z + product(U_z, h) + d_z)
        state = product(U_n, r * h) + d_n if before else r * (product(U_n, h) + d_n)
        return update(z, tanh(product(W_n, x) + b_n + state), h)

    return gru_step


def keeps(z, n, h):
    return (1 - z) * n + z * h


def writes(z, n, h):
    return (1 - z) * h + z * n


GRU = {
    "gru.gru_step": {
        "this is the equation for one column": [
            gru(False, keeps, np.matmul),
            gru(False, keeps, np.dot),
            lambda x, h, W, U, b, d: sigmoid(U @ h + d + W @ x + b),
        ],
        "r acts before the matrix product and z multiplies the candidate": [gru(True, writes)],
        "the old state and the candidate have changed places": [gru(False, writes)],
        "r multiplies h before the matrix product": [gru(True, keeps)],
    },
    "gru.gru_step_reset_before": {
        "this is the equation for one column": [gru(True, keeps, np.matmul)],
        "the old state and the candidate have changed places": [gru(True, writes)],
        "r acts after the matrix product, and z multiplies the candidate": [gru(False, writes)],
    },
    "gru.candidate_shares": {
        "your product begins one gate too late.": [
            lambda z: np.stack([z.prod(0)] + [(1 - z[t]) * z[t + 2 :].prod(0) for t in range(len(z))])
        ],
    },
}


def halves(output, lengths):
    H = output.shape[2] // 2
    return np.concatenate([output[:, lengths - 1, :H], output[:, 0, H:]], axis=-1)


def up_to_the_first_length(output, lengths):
    return np.stack([row[: lengths[0]].mean(axis=0) for row in output])


def odds(praise, blame):
    return np.log((praise + 1) / (praise + blame + 2))


def wilson(truth, forecast, last):
    p, n, z = np.mean((truth > last) == (forecast > last)), len(last), 1.96
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, p + z**2 / (2 * n) - half, p + z**2 / (2 * n) + half


def too_many_windows(values, lookback):
    return np.lib.stride_tricks.sliding_window_view(values, lookback), values[lookback:]


def only_centered(values, past):
    return values - np.mean(values[:past], axis=0)


LATER = {
    "bidirectional.last_states": {"output[:, lengths − 1] takes these steps": [halves]},
    "bidirectional.masked_mean": {"every sequence is read up to the length": [up_to_the_first_length]},
    "bidirectional.reverse_sequences": {"nothing is reversed.": [lambda x, lengths: x[:, ::-1][:, ::-1]]},
    "sentiment.log_ratio": {"this is the logarithm of the odds within each word": [odds]},
    "sentiment.confusion": {
        "this is the accuracy": [lambda scores, labels: np.mean((scores > 0) == labels)],
    },
    "stocks.make_windows": {"there is one window more than there are targets.": [too_many_windows]},
    "stocks.scale_by_the_past": {"it is not divided by the standard deviation.": [only_centered]},
    "stocks.directional_accuracy": {"the share is right, but the interval is not divided": [wilson]},
    "stocks.qlike": {"this is one loss for each day": [lambda v, f: v / f - np.log(v / f) - 1]},
}


@pytest.mark.parametrize(
    ("name", "mistakes"),
    [pair for chapter in (BASICS, BPTT, LSTM, GRU, LATER) for pair in chapter.items()],
)
def test_a_first_try_gets_its_sentence(name, mistakes):
    def told(case):
        says, function = case
        review = EXERCISES[name].review(function)
        assert not review.solved
        assert review.mistake is not None, review.text
        assert review.mistake.says.startswith(says)
        # An error is shown once: its line of code stands there once, not once for each shape of the input.
        assert review.text.count("in your line") <= 2

    tries = {
        f"try {k} of: {says}": (says, function)
        for says, functions in mistakes.items()
        for k, function in enumerate(functions)
    }
    for_each(tries, told)


def test_what_a_learner_reads_after_a_column_equation():
    def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        return np.tanh(weight_ih @ x + bias_ih + weight_hh @ h + bias_hh)

    text = EXERCISES["basics.rnn_step"].review(rnn_step).text
    assert text.startswith("✗ rnn_step: 0 of 4 right.\n  ✗ every input: raises ValueError: matmul")
    assert text.count("raises") == 1
    assert "A known mistake fails in exactly this way: this is the equation for one column" in text


@pytest.mark.parametrize(
    ("wrong", "lines"),
    [
        (np.transpose, 2),  # one input has a square state, whose values differ
        (lambda h: h[:, :, None], 1),
        (lambda h: np.ma.array(h, mask=True), 1),
    ],
)
def test_one_fault_is_shown_once_and_not_once_a_shape(wrong, lines):
    exercise = EXERCISES["basics.rnn_forward"]  # 4 inputs, of 4 shapes

    def rnn_forward(*inputs):
        output, h_T = exercise.reference(*inputs)
        return output, wrong(h_T)

    text = exercise.review(rnn_forward).text
    assert sum(line.startswith("  ✗") for line in text.splitlines()) == lines


def test_any_other_error_is_not_taken_for_a_column_equation():
    """An error alone proves nothing: only the sizes that clash do."""

    def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        return np.tanh(x @ weight_ih.T + bias + h @ weight_hh.T + bias_hh)  # noqa: F821

    review = EXERCISES["basics.rnn_step"].review(rnn_step)
    assert review.mistake is None
    assert review.text.count("raises NameError") == 1


def test_results_in_another_order_are_told():
    text = (
        EXERCISES["basics.rnn_forward"]
        .review(lambda *inputs: EXERCISES["basics.rnn_forward"].reference(*inputs)[::-1])
        .text
    )
    assert "the results are right, but in another order; expected output, h_T" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (np.transpose, "expected an array of shape (1, 3); its axes stand in the opposite order"),
        (lambda h: h[None], "h_next has shape (1, 1, 3); expected an array of shape (1, 3); an axis of"),
        (lambda h: h[:, :, None], "an axis of length 1 is too many"),
    ],
)
def test_a_shape_that_is_nearly_right_is_explained(change, told):
    assert told in EXERCISES["basics.rnn_step"].review(lambda *inputs: change(rows(*inputs))).text


@pytest.mark.parametrize(("dtype", "digits"), [("float16", 3), ("bfloat16", 2)])
def test_a_dtype_of_16_bits_is_named_where_it_is_the_cause(dtype, digits):
    def rnn_step(*inputs):
        return torch.tensor(rows(*inputs)).to(getattr(torch, dtype))

    text = EXERCISES["basics.rnn_step"].review(rnn_step).text
    assert text.count(f"its dtype {dtype} holds {digits} digits only: float32 and float64 hold enough") == 1
    wrong = EXERCISES["basics.rnn_step"].review(lambda *inputs: -rnn_step(*inputs)).text
    assert "dtype" not in wrong
