"""Right solutions in many styles: no check may refuse one."""

import numpy as np
import pytest
import torch
from each import for_each

from rnnkit import check

EXERCISES = check.exercises()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sample_by_sample(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The column equation, for one sample after the other."""
    return [np.tanh(weight_ih @ a + bias_ih + weight_hh @ b + bias_hh) for a, b in zip(x, h, strict=True)]


def columns(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return np.tanh(weight_ih @ x.T + bias_ih[:, None] + weight_hh @ h.T + bias_hh[:, None]).T


def one_product(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    both = np.concatenate([x, h], axis=1) @ np.concatenate([weight_ih, weight_hh], axis=1).T
    both += bias_ih + bias_hh
    return np.tanh(both, out=both)


def einsum(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    z = np.einsum("bd,hd->bh", x, weight_ih) + np.einsum("bk,hk->bh", h, weight_hh)
    return (np.exp(2 * (z + bias_ih + bias_hh)) - 1) / (np.exp(2 * (z + bias_ih + bias_hh)) + 1)


def single_precision(x, h, *weights):
    return torch.rnn_tanh_cell(*(torch.tensor(a, dtype=torch.float32) for a in (x, h, *weights)))


def filled(x, h0, *weights):
    output = np.zeros((len(x), *h0.shape))
    for t in range(len(x)):
        output[t] = one_product(x[t], output[t - 1] if t else h0, *weights)
    return output, output[-1]


def listed(x, h0, *weights):
    states = [h0]
    for x_t in x:
        states.append(sample_by_sample(x_t, np.array(states[-1]), *weights))
    return [states[1:], states[-1]]


def log_sum_exp(logits, targets):
    top = logits.max(-1)
    total = np.log(np.exp(logits - top[..., None]).sum(-1)) + top
    T, B = targets.shape
    return np.mean([total[t, b] - logits[t, b, targets[t, b]] for t in range(T) for b in range(B)])


def one_hot_loss(logits, targets):
    z = logits - logits.max(-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return -(np.eye(logits.shape[-1])[targets] * log_p).sum() / targets.size


def torch_loss(logits, targets):
    return torch.nn.functional.cross_entropy(
        torch.tensor(logits).flatten(0, 1), torch.tensor(targets).flatten()
    )


def moved_and_put_back(loss, w, gradient, step):
    numerical = np.zeros_like(w)
    for k in np.ndindex(w.shape):
        w[k] += step
        above = loss(w)
        w[k] -= 2 * step
        numerical[k] = (above - loss(w)) / (2 * step)
        w[k] += step
    distance, lengths = np.linalg.norm(gradient - numerical), map(np.linalg.norm, (gradient, numerical))
    return numerical, distance / max(lengths)


def kept_and_put_back(loss, w, gradient, step):
    numerical = np.zeros_like(w)
    it = np.nditer(w, flags=["multi_index"])
    for _ in it:
        k, kept = it.multi_index, w[it.multi_index]
        w[k] = kept + step
        above = loss(w)
        w[k] = kept - step
        numerical[k] = (above - loss(w)) / (2 * step)
        w[k] = kept
    a, b = gradient.ravel(), numerical.ravel()
    return numerical, np.sqrt(((a - b) ** 2).sum()) / (
        max(np.linalg.norm(a, 2), np.linalg.norm(b, 2)) + 1e-12
    )


def flat_weights(loss, w, gradient, step):
    steps = step * np.eye(w.size).reshape(-1, *w.shape)
    numerical = np.array([(loss(w + e) - loss(w - e)) / (2 * step) for e in steps]).reshape(w.shape)
    length = np.linalg.norm
    return numerical.tolist(), float(length(gradient - numerical)) / max(length(gradient), length(numerical))


def steps_of_backward(d_output, x, h0, output, weight_hh):
    T, B, H = output.shape
    before, dz = np.concatenate([h0[None], output[:-1]]), np.zeros_like(output)
    d_h = 0
    for t in range(T)[::-1]:
        dz[t] = (1 - output[t] ** 2) * (d_output[t] + d_h)
        d_h = dz[t] @ weight_hh
    return (
        np.einsum("tbh,tbd->hd", dz, x), np.tensordot(dz, before, ((0, 1), (0, 1))), dz.sum((0, 1)), d_h
    )  # fmt: skip


def column_by_column(d_output, x, h0, output, weight_hh):
    """np.outer and W.T @ dz, for one sample after the other."""
    T, B, H = output.shape
    d_W, d_U, d_b, d_h0 = np.zeros((H, x.shape[2])), np.zeros((H, H)), np.zeros(H), []
    for b in range(B):
        d_h = np.zeros(H)
        for t in range(T - 1, -1, -1):
            dz = (d_output[t, b] + d_h) * (1 - output[t, b] ** 2)
            d_W += np.outer(dz, x[t, b])
            d_U += np.outer(dz, output[t - 1, b] if t else h0[b])
            d_b += dz
            d_h = weight_hh.T @ dz
        d_h0.append(d_h)
    return d_W, d_U, d_b, d_h0


def of_autograd(logits, targets):
    z = torch.tensor(logits, dtype=torch.float32, requires_grad=True)
    torch.nn.functional.cross_entropy(z, torch.tensor(targets)).backward()
    return z.grad


def as_torch_clips(d_weight_ih, d_weight_hh, d_bias, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in (d_weight_ih, d_weight_hh, d_bias)]))
    factor = min(1.0, max_norm / (norm + 1e-6))
    return [*(g * factor for g in (d_weight_ih, d_weight_hh, d_bias)), norm]


def gate_by_gate(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    H = h.shape[1]
    i, f, g, o = (
        x @ weight_ih[k * H : (k + 1) * H].T + h @ weight_hh[k * H : (k + 1) * H].T
        + bias_ih[k * H : (k + 1) * H] + bias_hh[k * H : (k + 1) * H]
        for k in range(4)
    )  # fmt: skip
    c_next = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(c_next), c_next]


def torch_lstm(x, h, c, *weights):
    x, h, c, *weights = (torch.tensor(a, dtype=torch.float32) for a in (x, h, c, *weights))
    return torch.lstm_cell(x, (h, c), *weights)


def lstm_columns(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    z = weight_ih @ x.T + weight_hh @ h.T + (bias_ih + bias_hh)[:, None]
    i, f, g, o = np.split(z, 4)
    c_next = sigmoid(f) * c.T + sigmoid(i) * np.tanh(g)
    return (sigmoid(o) * np.tanh(c_next)).T, c_next.T


def with_spread(ddof, spread=1.0):
    def forecast_sine(predict, series, n_past, horizon):
        past = list(series[:n_past])
        mean, std = np.mean(past), np.std(past, ddof=ddof) * spread
        for _ in range(horizon):
            past.append(predict((np.array(past) - mean) / std) * std + mean)
        return past[n_past:]

    return forecast_sine


def with_pandas(predict, series, n_past, horizon):
    pandas = pytest.importorskip("pandas")
    past = pandas.Series(series[:n_past])
    values = ((past - past.mean()) / past.std()).tolist()
    for _ in range(horizon):
        values.append(float(predict(np.array(values))))
    return pandas.Series(values[n_past:]) * past.std() + past.mean()


def torch_gru(x, h, *weights):
    return torch.gru_cell(*(torch.tensor(a, dtype=torch.float32) for a in (x, h, *weights)))


def by_formula(kind, D, parameters):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
    return np.floor((-(D + 2) + np.sqrt((D + 2) ** 2 + 4 * parameters / blocks)) / 2)


def sizes_by_division(B, T, D, H, num_layers, bidirectional, batch_first):
    two = 2.0 if bidirectional else 1.0
    first = [B, T] if batch_first else [T, B]
    return {"output": (*first, two * H), "h_n": [two * num_layers, B, H]}


def count_by_halves(input_size, hidden_size, num_layers, bidirectional):
    two, total = 1 + bidirectional, 0.0
    for layer in range(num_layers):
        total += two * hidden_size * (two * hidden_size if layer else input_size)
        total += two * (hidden_size + 2) * hidden_size / 2 * 2
    return total


def mask_of_numpy(output, lengths):
    padding = np.arange(output.shape[1]) >= lengths[:, None]
    return np.ma.array(output, mask=np.repeat(padding[..., None], output.shape[2], axis=2)).mean(axis=1)


def nan_of_numpy(output, lengths):
    real = np.arange(output.shape[1]) < lengths[:, None]
    return np.nanmax(np.where(real[..., None], output, np.nan), axis=1)


def float_table(scores, labels):
    return [[float(np.sum((labels == i) & ((scores > 0) == j))) for j in (0, 1)] for i in (0, 1)]


STYLES = {
    "basics.rnn_step": [sample_by_sample, columns, one_product, einsum, single_precision],
    "basics.rnn_forward": [filled, listed],
    "basics.cross_entropy": [log_sum_exp, one_hot_loss, torch_loss],
    "basics.shapes": [sizes_by_division],
    "basics.count_parameters": [count_by_halves],
    "bptt.softmax_cross_entropy_gradient": [of_autograd],
    "bptt.rnn_backward": [steps_of_backward, column_by_column],
    "bptt.gradient_check": [moved_and_put_back, kept_and_put_back, flat_weights],
    "bptt.clip_by_norm": [as_torch_clips],
    "lstm.lstm_step": [gate_by_gate, torch_lstm, lstm_columns],
    "lstm.forecast_sine": [with_spread(0), with_spread(1), with_pandas],
    "gru.gru_step": [torch_gru],
    "gru.equal_hidden_size": [by_formula],
    "bidirectional.masked_mean": [mask_of_numpy],
    "sentiment.masked_max": [nan_of_numpy],
    "sentiment.confusion": [float_table],
}


@pytest.mark.parametrize("name", STYLES)
def test_a_right_solution_passes_in_every_style(name):
    def passes(function):
        review = EXERCISES[name].review(function)
        assert review.solved, review.text

    for_each({f"{k}, {function.__name__}": function for k, function in enumerate(STYLES[name])}, passes)


def test_the_choice_of_the_standard_deviation_is_one_of_two():
    """A spread that is neither of the two is no right answer."""
    assert not EXERCISES["lstm.forecast_sine"].review(with_spread(0, spread=1.1)).solved


@pytest.mark.parametrize("name", EXERCISES)
def test_a_last_digit_that_rounding_changes_is_no_change(name):
    exercise = EXERCISES[name]

    def rounded(*inputs):
        answer = exercise.reference(*inputs)
        for value in inputs:
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                value *= 1 + 1e-15
        return answer

    def changed(*inputs):
        answer = exercise.reference(*inputs)
        for value in inputs:
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                value += 1e-6
        return answer

    assert exercise.review(rounded).solved
    floats = any(
        isinstance(value, np.ndarray) and value.dtype.kind == "f"
        for value in next(iter(exercise.cases.values())).values()
    )
    assert exercise.review(changed).solved is not floats
