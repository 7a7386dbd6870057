"""What a description computes, step by step in float64: the judge of all conversions. Plain, not fast."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.cells import sigmoid
from rnnkit.convert.chain import Chain
from rnnkit.convert.description import Recurrent
from rnnkit.convert.parts import Activation, Embedding, Last, Linear


@np.errstate(under="ignore")
def run(description, x, state=None, lengths=None):
    """Run a `Recurrent` over a batch of sequences, whatever its dtype, in float64.

    x: (T, B, D).
    state: the initial states, (layers · directions, B, H), of an LSTM a pair (h_0, c_0); None stands for 0.
    lengths: (B,) true lengths, integers from 1 to T. What x holds past them is ignored, even NaN, and the
        reverse direction starts at the last real step.
    Returns output (T, B, directions · H), zero past the end of each sequence, and h_n and c_n, the states
    after the last real step, shaped as those of `state`; c_n is None unless there is an LSTM.
    Raises TypeError or ValueError that names the argument.
    """
    v.instance("description", description, Recurrent)
    sizes, width = {}, description.input_size
    x = v.array("x", x, ("T", "B", width), dtype=np.float64, finite=lengths is None, sizes=sizes)
    T, B = sizes["T"], sizes["B"]
    lengths = np.full(B, T) if lengths is None else v.lengths("lengths", lengths, B, T)
    steps, batch = np.arange(T)[:, None], np.arange(B)
    real = steps < lengths  # (T, B)
    x = v.array("x", np.where(real[..., None], x, 0))  # finite where it counts
    state = _checked_state(description, state, B)

    mirrored = np.where(real, lengths - 1 - steps, steps)
    rows, last = x, []
    for layer in range(description.num_layers):
        outputs = []
        for direction in description.directions:
            time = mirrored if direction == "reverse" else steps
            cell = [0 if a is None else a.astype(np.float64) for a in description.cell(layer, direction)]
            start = [part[len(last)] for part in state]
            output, end = _loop(description, cell, rows[time, batch], start, real[..., None])
            outputs.append(output[time, batch])
            last.append(end)
        rows = np.concatenate(outputs, axis=2)
    h_n, *c_n = (np.stack(part) for part in zip(*last, strict=True))
    return rows, h_n, c_n[0] if c_n else None


@np.errstate(under="ignore")
def run_chain(chain, x, lengths=None):
    """Run a `Chain` over a batch of sequences, in evaluation and in float64.

    x: (T, B, D), or where the first part is `Embedding` integers (T, B).
    lengths: as in `run`; None stands for what the first part masks, if it does, else for T.
    Returns (T, B, width) or, behind `Last`, (B, width). On padding it means nothing.
    Raises TypeError or ValueError that names the argument.
    """
    first = v.instance("chain", chain, Chain).parts[0]
    if isinstance(first, Embedding):
        x = v.array("x", x, ("T", "B"), dtype=np.int64)
        if x.min() < 0 or x.max() >= len(first.weight):
            raise ValueError(f"x must be from 0 to {len(first.weight) - 1}, got {x.min()} to {x.max()}")
    else:
        x = v.array("x", x, ("T", "B", "D"), dtype=np.float64, finite=lengths is None)
    lengths = chain.lengths_of(x) if lengths is None else v.lengths("lengths", lengths, x.shape[1], len(x))
    for part in chain.parts:
        if isinstance(part, Recurrent):
            x, h_n, _ = run(part, x, lengths=lengths)
            top = h_n[-len(part.directions) :]
        elif isinstance(part, Last):
            x = np.concatenate(list(top), axis=1)
        elif isinstance(part, Embedding):
            x = part.weight.astype(np.float64)[x]
        elif isinstance(part, Linear):
            x = x @ part.weight.T.astype(np.float64) + (0 if part.bias is None else part.bias)
        elif isinstance(part, Activation):
            x = _FUNCTIONS[part.name](x)
    return x


def _loop(description, cell, x, state, real):
    """Run one direction of one layer. Where a step is not `real` (T, B, 1), the state stays; output is 0."""
    outputs = []
    for x_t, real_t in zip(x, real, strict=True):
        after = _STEPS[description.kind](description, *cell, x_t, *state)
        state = [np.where(real_t, new, old) for new, old in zip(after, state, strict=True)]
        outputs.append(np.where(real_t, state[0], 0))
    return np.stack(outputs), state


def _rnn(description, weight_ih, weight_hh, bias_ih, bias_hh, x, h):
    a = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    return (np.tanh(a) if description.nonlinearity == "tanh" else np.maximum(a, 0),)


def _lstm(description, weight_ih, weight_hh, bias_ih, bias_hh, x, h, c):
    i, f, g, o = np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, axis=1)
    c = description.gate(f) * c + description.gate(i) * np.tanh(g)
    return description.gate(o) * np.tanh(c), c


def _gru(description, weight_ih, weight_hh, bias_ih, bias_hh, x, h):
    H = h.shape[1]
    from_x, bias_hh = x @ weight_ih.T + bias_ih, np.broadcast_to(bias_hh, 3 * H)
    r, z = np.split(description.gate((from_x + h @ weight_hh.T + bias_hh)[:, : 2 * H]), 2, axis=1)
    weight_n, bias_n = weight_hh[2 * H :].T, bias_hh[2 * H :]
    from_h = r * (h @ weight_n + bias_n) if description.reset_after else (r * h) @ weight_n + bias_n
    return ((1 - z) * np.tanh(from_x[:, 2 * H :] + from_h) + z * h,)


_STEPS = {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


_FUNCTIONS = {"relu": lambda x: np.maximum(x, 0), "sigmoid": sigmoid, "softmax": _softmax, "tanh": np.tanh}


def _checked_state(description, state, B):
    """Return the initial states as a list of float64 arrays, one or, of an LSTM, two."""
    shape = (description.num_layers * len(description.directions), B, description.hidden_size)
    count = 2 if description.kind == "LSTM" else 1
    if state is None:
        return [np.zeros(shape)] * count
    if count == 1:
        return [v.array("state", state, shape, dtype=np.float64)]
    if len(v.instance("state", state, (tuple, list))) != 2:
        raise ValueError(f"state must be a pair (h_0, c_0), got {len(state)} parts")
    return [v.array(f"state[{k}]", part, shape, dtype=np.float64) for k, part in enumerate(state)]
