"""One time step of a recurrent network in plain NumPy, equation by equation.

These functions are the definition: everything faster or more general in rnnkit is tested against them.
Shapes: x (B, D) is the input of B samples, h (B, H) their hidden state, c (B, H) the cell state of an LSTM.
The weights of several gates stand in one array, one gate below the other, as in torch.nn.
A number that is too small for its dtype becomes 0, whatever `np.errstate` says.
"""

import numpy as np

from rnnkit import _validation as v


@np.errstate(under="ignore")
def sigmoid(x):
    """The logistic function σ(x) = 1 / (1 + exp(-x)), for numbers of any size and sign.

    x: real numbers, an array of any shape. Infinities are allowed: their limits are 0 and 1.
    Returns an array of the same shape.
    Raises TypeError or ValueError if x is anything else or empty.
    """
    x = v.array("x", x, finite=False)
    e = np.exp(-np.abs(x))  # never above 1: exp(-x) itself overflows for large negative x
    return np.where(x >= 0, 1, e) / (1 + e)


@np.errstate(under="ignore")
def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity="tanh"):
    """One time step of the simple recurrent network (Elman 1990), as in torch.nn.RNNCell.

        h_next = tanh(W_ih x + b_ih + W_hh h + b_hh)

    x (B, D) input; h (B, H) previous hidden state; weight_ih (H, D), weight_hh (H, H), bias_ih, bias_hh (H,);
    nonlinearity: "tanh" or "relu".
    Returns h_next (B, H).
    Raises TypeError or ValueError if an argument has another kind or shape, or holds NaN or infinity.
    """
    x, h, weight_ih, weight_hh, bias_ih, bias_hh = _checked(
        1, x=x, h=h, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )
    v.choice("nonlinearity", nonlinearity, ("tanh", "relu"))

    z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    return np.tanh(z) if nonlinearity == "tanh" else np.maximum(z, 0)


@np.errstate(under="ignore")
def rnn_step_backward(d_h_next, x, h, h_next, weight_ih, weight_hh, nonlinearity="tanh"):
    """Gradients of a loss through one `rnn_step`, given its gradient in the new hidden state.

    d_h_next (B, H) is ∂ℒ/∂h_next; x, h, weight_ih, weight_hh and nonlinearity are what `rnn_step` was given,
    h_next (B, H) is what it returned. The slope of the nonlinearity follows from h_next alone:
    1 - h_next² for tanh; for relu 1 where h_next > 0, else 0, as in torch.
    Returns dx (B, D), dh (B, H), d_weight_ih (H, D), d_weight_hh (H, H), d_bias_ih (H,), d_bias_hh (H,).
    Raises TypeError or ValueError as `rnn_step` does.
    """
    x, h, h_next, d_h_next, weight_ih, weight_hh = _checked(
        1, x=x, h=h, h_next=h_next, d_h_next=d_h_next, weight_ih=weight_ih, weight_hh=weight_hh
    )
    v.choice("nonlinearity", nonlinearity, ("tanh", "relu"))

    dz = d_h_next * (1 - h_next**2 if nonlinearity == "tanh" else h_next > 0)
    dx = dz @ weight_ih
    dh = dz @ weight_hh
    d_weight_ih = dz.T @ x
    d_weight_hh = dz.T @ h
    d_bias = dz.sum(axis=0)
    return dx, dh, d_weight_ih, d_weight_hh, d_bias, d_bias.copy()


@np.errstate(under="ignore")
def lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """One time step of the LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000),
    as in torch.nn.LSTMCell.

        i = σ(W_ii x + b_ii + W_hi h + b_hi)        input gate
        f = σ(W_if x + b_if + W_hf h + b_hf)        forget gate
        g = tanh(W_ig x + b_ig + W_hg h + b_hg)     candidate
        o = σ(W_io x + b_io + W_ho h + b_ho)        output gate
        c_next = f ⊙ c + i ⊙ g
        h_next = o ⊙ tanh(c_next)

    x (B, D) input; h, c (B, H) previous hidden and cell state;
    weight_ih (4H, D), weight_hh (4H, H), bias_ih, bias_hh (4H,): gates stacked i, f, g, o as in torch.
    Returns h_next, c_next, both (B, H).
    Raises TypeError or ValueError if an argument has another kind or shape, or holds NaN or infinity.
    """
    x, h, c, *weights = _checked(
        4, x=x, h=h, c=c, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )

    i, f, g, o = _lstm_gates(x, h, *weights)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next


@np.errstate(under="ignore")
def lstm_step_backward(d_h_next, d_c_next, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Gradients of a loss through one `lstm_step`, given its gradients in the new states.

    d_h_next, d_c_next (B, H) are ∂ℒ/∂h_next and ∂ℒ/∂c_next, where d_c_next is what reaches c_next from later
    steps, without the way through h_next. The other arguments are those of `lstm_step`; the gates follow from
    them and are computed once more.
    Returns dx (B, D), dh, dc (B, H), d_weight_ih (4H, D), d_weight_hh (4H, H), d_bias_ih, d_bias_hh (4H,).
    Raises TypeError or ValueError as `lstm_step` does.
    """
    x, h, c, d_h_next, d_c_next, *weights = _checked(
        4, x=x, h=h, c=c, d_h_next=d_h_next, d_c_next=d_c_next,
        weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh,
    )  # fmt: skip
    weight_ih, weight_hh = weights[:2]

    i, f, g, o = _lstm_gates(x, h, *weights)
    tanh_c = np.tanh(f * c + i * g)
    d_c_next = d_c_next + d_h_next * o * (1 - tanh_c**2)
    # d_i, d_f, d_g, d_o: the gradient in what enters each gate, before σ or tanh. The slope of σ is σ(1 - σ).
    d_i = d_c_next * g * i * (1 - i)
    d_f = d_c_next * c * f * (1 - f)
    d_g = d_c_next * i * (1 - g**2)
    d_o = d_h_next * tanh_c * o * (1 - o)
    d_gates = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    dx = d_gates @ weight_ih
    dh = d_gates @ weight_hh
    dc = d_c_next * f
    d_weight_ih = d_gates.T @ x
    d_weight_hh = d_gates.T @ h
    d_bias = d_gates.sum(axis=0)
    return dx, dh, dc, d_weight_ih, d_weight_hh, d_bias, d_bias.copy()


@np.errstate(under="ignore")
def gru_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh, *, reset_after=True):
    """One time step of the GRU (Cho et al. 2014), as in torch.nn.GRUCell.

        r = σ(W_ir x + b_ir + W_hr h + b_hr)            reset gate
        z = σ(W_iz x + b_iz + W_hz h + b_hz)            update gate
        n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))   candidate, reset_after=True
        n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn)   candidate, reset_after=False
        h_next = (1 - z) ⊙ n + z ⊙ h

    x (B, D) input; h (B, H) previous hidden state;
    weight_ih (3H, D), weight_hh (3H, H), bias_ih, bias_hh (3H,): gates stacked r, z, n as in torch;
    reset_after: True resets after the matrix product (arXiv version 1 of the paper, torch, cuDNN, Keras),
    False before it (the paper as published, arXiv version 3).
    Returns h_next (B, H).
    Raises TypeError or ValueError if an argument has another kind or shape, or holds NaN or infinity.
    """
    x, h, *weights = _checked(
        3, x=x, h=h, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )
    v.boolean("reset_after", reset_after)

    _, z, n, _ = _gru_gates(x, h, *weights, reset_after)
    return (1 - z) * n + z * h


@np.errstate(under="ignore")
def gru_step_backward(d_h_next, x, h, weight_ih, weight_hh, bias_ih, bias_hh, *, reset_after=True):
    """Gradients of a loss through one `gru_step`, given its gradient in the new hidden state.

    d_h_next (B, H) is ∂ℒ/∂h_next. The other arguments are those of `gru_step`; the gates follow from them and
    are computed once more.
    Returns dx (B, D), dh (B, H), d_weight_ih (3H, D), d_weight_hh (3H, H), d_bias_ih, d_bias_hh (3H,).
    Raises TypeError or ValueError as `gru_step` does.
    """
    x, h, d_h_next, *weights = _checked(
        3, x=x, h=h, d_h_next=d_h_next,
        weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh,
    )  # fmt: skip
    v.boolean("reset_after", reset_after)
    weight_ih, weight_hh = weights[:2]
    weight_hrz, weight_hn = weight_hh[: -h.shape[1]], weight_hh[-h.shape[1] :]

    r, z, n, recurrent = _gru_gates(x, h, *weights, reset_after)
    # d_r, d_z, d_n: the gradient in what enters each gate, as in the LSTM.
    d_z = d_h_next * (h - n) * z * (1 - z)
    d_n = d_h_next * (1 - z) * (1 - n**2)
    if reset_after:
        d_recurrent = d_n * r
        d_r = d_n * recurrent * r * (1 - r)
        dh = d_recurrent @ weight_hn
        d_weight_hn = d_recurrent.T @ h
    else:
        d_recurrent = d_n
        d_reset = d_n @ weight_hn  # in r ⊙ h
        d_r = d_reset * h * r * (1 - r)
        dh = d_reset * r
        d_weight_hn = d_n.T @ (r * h)
    d_rz = np.concatenate([d_r, d_z], axis=1)
    d_gates = np.concatenate([d_rz, d_n], axis=1)
    dx = d_gates @ weight_ih
    dh = dh + d_rz @ weight_hrz + d_h_next * z
    d_weight_ih = d_gates.T @ x
    d_weight_hh = np.concatenate([d_rz.T @ h, d_weight_hn])
    d_bias_ih = d_gates.sum(axis=0)
    d_bias_hh = np.concatenate([d_rz.sum(axis=0), d_recurrent.sum(axis=0)])
    return dx, dh, d_weight_ih, d_weight_hh, d_bias_ih, d_bias_hh


def _lstm_gates(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """Return i, f, g, o, each (B, H)."""
    i, f, g, o = np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, axis=-1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def _gru_gates(x, h, weight_ih, weight_hh, bias_ih, bias_hh, reset_after):
    """Return r, z, n and `recurrent`, the result of W_hn and b_hn in the candidate, each (B, H)."""
    weight_hr, weight_hz, weight_hn = np.split(weight_hh, 3)
    bias_hr, bias_hz, bias_hn = np.split(bias_hh, 3)
    r, z, n = np.split(x @ weight_ih.T + bias_ih, 3, axis=-1)
    r = sigmoid(r + h @ weight_hr.T + bias_hr)
    z = sigmoid(z + h @ weight_hz.T + bias_hz)
    recurrent = (h if reset_after else r * h) @ weight_hn.T + bias_hn
    n = np.tanh(n + (r * recurrent if reset_after else recurrent))
    return r, z, n, recurrent


def _checked(gates, **arrays):
    """Return the arrays of one step, named as its arguments, after checking that their shapes agree."""
    rows = "H" if gates == 1 else f"{gates}H"
    shapes = {"x": ("B", "D"), "weight_ih": (rows, "D"), "weight_hh": (rows, "H"), "bias_ih": (rows,)}
    shapes["bias_hh"] = shapes["bias_ih"]
    sizes = {}
    result = []
    for name, value in arrays.items():
        result.append(v.array(name, value, shapes.get(name, ("B", "H")), sizes=sizes))
        if name == "h":
            sizes[rows] = gates * sizes["H"]
    return result
