"""A recurrent layer as it is usually written down: the cell in a loop over time, and the loop back.

One layer, one direction, all sequences equally long. `RNN`, `LSTM` and `GRU` compute the same, faster and for
more cases; they are tested against these loops, and the cells in them are the definition of everything.

Each loop takes the input of all T steps, x (T, B, D), and the states before the first one, and returns the
states of all times, (T + 1, B, H): entry 0 is the initial state, entry t the state after step t. What
torch.nn calls `output` is h[1:]. A loop back takes those states and the gradients of the loss in them.

The weights, and the errors if an argument does not fit, are those of one step in `rnnkit.cells`.
"""

import numpy as np

from rnnkit import _validation as v
from rnnkit.cells import (
    gru_step,
    gru_step_backward,
    lstm_step,
    lstm_step_backward,
    rnn_step,
    rnn_step_backward,
)

SHAPES = {
    "x": ("T", "B", "D"),
    "h_0": ("B", "H"),
    "c_0": ("B", "H"),
    "h": ("T + 1", "B", "H"),
    "c": ("T + 1", "B", "H"),
    "d_output": ("T", "B", "H"),
    "d_c_n": ("B", "H"),
}


def rnn_loop(x, h_0, weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity="tanh"):
    """Run `rnn_step` over all steps of x (T, B, D), from the initial state h_0 (B, H) on.

    Returns h (T + 1, B, H).
    """
    x, h_0 = _checked(x=x, h_0=h_0)
    h = [h_0]
    for x_t in x:
        h.append(rnn_step(x_t, h[-1], weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity))
    return np.stack(h)


def rnn_loop_backward(d_output, x, h, weight_ih, weight_hh, nonlinearity="tanh"):
    """Gradients of a loss through one `rnn_loop`, which returned h, by backpropagation through time.

    d_output (T, B, H): the gradient of the loss in h[1:], not counting the way through later steps.
    Returns dx (T, B, D), dh_0 (B, H) and the sums over all steps of d_weight_ih, d_weight_hh, d_bias_ih and
    d_bias_hh, shaped as the weights.
    """
    x, h, d_output = _checked(x=x, h=h, d_output=d_output)
    dx, dh, sums = np.empty_like(x), np.zeros_like(h[0]), [0, 0, 0, 0]
    for t in reversed(range(len(x))):
        dx[t], dh, *grads = rnn_step_backward(
            d_output[t] + dh, x[t], h[t], h[t + 1], weight_ih, weight_hh, nonlinearity
        )
        sums = _plus(sums, grads)
    return dx, dh, *sums


def lstm_loop(x, h_0, c_0, weight_ih, weight_hh, bias_ih, bias_hh):
    """Run `lstm_step` over all steps of x (T, B, D), from the initial states h_0, c_0 (B, H) on.

    Returns h, c, both (T + 1, B, H).
    """
    x, h_0, c_0 = _checked(x=x, h_0=h_0, c_0=c_0)
    h, c = [h_0], [c_0]
    for x_t in x:
        h_next, c_next = lstm_step(x_t, h[-1], c[-1], weight_ih, weight_hh, bias_ih, bias_hh)
        h.append(h_next)
        c.append(c_next)
    return np.stack(h), np.stack(c)


def lstm_loop_backward(d_output, d_c_n, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Gradients of a loss through one `lstm_loop`, which returned h and c.

    d_output (T, B, H): as in `rnn_loop_backward`; d_c_n (B, H): the gradient in the last cell state, c[-1].
    Returns dx (T, B, D), dh_0, dc_0 (B, H) and the sums of the four gradients as `rnn_loop_backward` does.
    """
    x, h, c, d_output, d_c_n = _checked(x=x, h=h, c=c, d_output=d_output, d_c_n=d_c_n)
    dx, dh, dc, sums = np.empty_like(x), np.zeros_like(h[0]), d_c_n, [0, 0, 0, 0]
    for t in reversed(range(len(x))):
        dx[t], dh, dc, *grads = lstm_step_backward(
            d_output[t] + dh, dc, x[t], h[t], c[t], weight_ih, weight_hh, bias_ih, bias_hh
        )
        sums = _plus(sums, grads)
    return dx, dh, dc, *sums


def gru_loop(x, h_0, weight_ih, weight_hh, bias_ih, bias_hh, *, reset_after=True):
    """Run `gru_step` over all steps of x (T, B, D), from the initial state h_0 (B, H) on.

    Returns h (T + 1, B, H).
    """
    x, h_0 = _checked(x=x, h_0=h_0)
    h = [h_0]
    for x_t in x:
        h.append(gru_step(x_t, h[-1], weight_ih, weight_hh, bias_ih, bias_hh, reset_after=reset_after))
    return np.stack(h)


def gru_loop_backward(d_output, x, h, weight_ih, weight_hh, bias_ih, bias_hh, *, reset_after=True):
    """Gradients of a loss through one `gru_loop`, which returned h; as `rnn_loop_backward`."""
    x, h, d_output = _checked(x=x, h=h, d_output=d_output)
    dx, dh, sums = np.empty_like(x), np.zeros_like(h[0]), [0, 0, 0, 0]
    for t in reversed(range(len(x))):
        dx[t], dh, *grads = gru_step_backward(
            d_output[t] + dh, x[t], h[t], weight_ih, weight_hh, bias_ih, bias_hh, reset_after=reset_after
        )
        sums = _plus(sums, grads)
    return dx, dh, *sums


def _plus(sums, grads):
    """Add the gradients of one step to those of the later ones: all steps share the weights."""
    return [total + grad for total, grad in zip(sums, grads, strict=True)]


def _checked(**arrays):
    """Return the arrays, named as the arguments, after checking that their sizes agree."""
    sizes, result = {}, []
    for name, value in arrays.items():
        result.append(v.array(name, value, SHAPES[name], sizes=sizes))
        sizes["T + 1"] = sizes["T"] + 1
    return result
