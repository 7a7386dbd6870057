"""A recurrent stack that can be told to compute in another way: what the hypotheses about the other side run
on.

`rnnkit.convert.run` says what is right; this says what would come out if something were not.
"""

import numpy as np

from rnnkit.cells import sigmoid


def softmax(a):
    """Return the softmax over the last axis."""
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


FUNCTIONS = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "linear": lambda a: a,
    "sigmoid": sigmoid,
    "softsign": lambda a: a / (1 + np.abs(a)),
    "elu": lambda a: np.where(a > 0, a, np.expm1(np.minimum(a, 0))),
    "hard tanh": lambda a: np.clip(a, -1, 1),
    "softmax": softmax,
}


@np.errstate(all="ignore")
def run_stack(stack, x, lengths=None, state=None):
    """Return output (T, B, directions · H), zero on padding, h_n (layers · directions, B, H) and c_n or
    None.
    """
    T, B, _ = x.shape
    full = np.full(B, T)
    lengths = full if lengths is None else np.asarray(lengths)
    zeros = np.zeros((stack.states, B, stack.hidden_size))
    h_0, c_0 = (zeros, zeros) if state is None else (state[0], state[-1])
    rows, last = x, []
    for layer in stack.cells:
        outputs = []
        for direction, cell in zip(stack.directions, layer, strict=True):
            back = direction == "reverse"
            T = len(rows)
            valid = full if back and stack.rules.reverse_reads_padding else lengths
            turn = mirrored(T, valid)
            inputs = np.take_along_axis(rows, turn[..., None], axis=0) if back else rows
            if stack.rules.first_only:
                inputs, valid, turn = inputs[:1], np.minimum(valid, 1), turn[:1] * 0
            k = len(last)
            output, end = _loop(stack, cell, inputs, valid, h_0[k], c_0[k])
            if back and not stack.rules.unturned:
                output = np.take_along_axis(output, turn[..., None], axis=0)
            outputs.append(output)
            last.append(end)
        rows = np.concatenate(outputs, axis=2)
    h_n, c_n = (np.stack(part) for part in zip(*last, strict=True))
    T = len(rows)
    rows = np.where((np.arange(T)[:, None] < lengths)[..., None], rows, 0)
    return rows, h_n, c_n if stack.kind == "LSTM" else None


def mirrored(T, lengths):
    """Return for each step of each sequence, (T, B), the step that stands there once its valid part is
    reversed.
    """
    steps = np.arange(T)[:, None]
    return np.where(steps < lengths, lengths - 1 - steps, steps)


def _loop(stack, cell, x, lengths, h, c):
    """Run one direction over x (T, B, D) and return its outputs, zero on padding, and the last h and c."""
    T, outputs, step = len(x), np.empty((len(x), *h.shape)), STEPS[stack.kind]
    full = bool((lengths >= T).all())
    if not full:
        x = np.where((np.arange(T)[:, None] < lengths)[..., None], x, 0)  # there may be NaN behind the end
    weight_hh = cell.weight_hh.T
    for t, a in enumerate(x @ cell.weight_ih.T + cell.bias_ih):
        new, new_c = step(stack, a, weight_hh, cell.bias_hh, h, c)
        if full:
            outputs[t], h, c = new, new, new_c
        else:
            real = (t < lengths)[:, None]
            outputs[t], h, c = np.where(real, new, 0), np.where(real, new, h), np.where(real, new_c, c)
    return outputs, (h, c)


def _rnn(stack, a, weight_hh, bias_hh, h, c):
    new = FUNCTIONS[stack.rules.inner](_within(a + h @ weight_hh + bias_hh, stack.rules.clip))
    return _within(new, stack.rules.cell_clip), c


def _lstm(stack, a, weight_hh, bias_hh, h, c):
    rules, H = stack.rules, h.shape[1]
    entering = _within(a + h @ weight_hh + bias_hh, rules.clip)
    gates = rules.gate(entering)
    i, f, o = gates[:, :H], gates[:, H : 2 * H], gates[:, 3 * H :]
    c = _within(f * c + i * FUNCTIONS[rules.inner](entering[:, 2 * H : 3 * H]), rules.cell_clip)
    return o * FUNCTIONS[rules.outer](c), c


def _gru(stack, a, weight_hh, bias_hh, h, c):
    rules, H = stack.rules, h.shape[1]
    from_h = h @ weight_hh + bias_hh
    gates = rules.gate(_within(a[:, : 2 * H] + from_h[:, : 2 * H], rules.clip))
    r, z = gates[:, :H], gates[:, H:]
    weight_n, bias_n = weight_hh[:, 2 * H :], bias_hh[2 * H :]
    reset = r * from_h[:, 2 * H :] if stack.reset_after else (r * h) @ weight_n + bias_n
    n = FUNCTIONS[rules.inner](_within(a[:, 2 * H :] + reset, rules.clip))
    new = (1 - z) * n if rules.z_only_new else (1 - z) * n + z * h
    return _within(new, rules.cell_clip), c


STEPS = {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}


def _within(a, limit):
    return a if limit is None else np.clip(a, -limit, limit)
