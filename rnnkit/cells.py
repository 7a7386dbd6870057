"""One time step of a recurrent network in plain NumPy, equation by equation.

These functions are the definition: everything faster or more general in rnnkit is tested against them.
Shapes: x (B, D) is the input of B samples, h (B, H) their hidden state.
"""

import numpy as np

from rnnkit import _validation as v


def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity="tanh"):
    """One time step of the simple recurrent network (Elman 1990), as in torch.nn.RNNCell.

        h_next = tanh(W_ih x + b_ih + W_hh h + b_hh)

    x (B, D) input; h (B, H) previous hidden state; weight_ih (H, D), weight_hh (H, H), bias_ih, bias_hh (H,);
    nonlinearity: "tanh" or "relu".
    Returns h_next (B, H).
    Raises TypeError or ValueError if an argument has another kind or shape, or holds NaN or infinity.
    """
    sizes = {}
    x = v.array("x", x, ("B", "D"), sizes=sizes)
    h = v.array("h", h, ("B", "H"), sizes=sizes)
    weight_ih = v.array("weight_ih", weight_ih, ("H", "D"), sizes=sizes)
    weight_hh = v.array("weight_hh", weight_hh, ("H", "H"), sizes=sizes)
    bias_ih = v.array("bias_ih", bias_ih, ("H",), sizes=sizes)
    bias_hh = v.array("bias_hh", bias_hh, ("H",), sizes=sizes)
    v.choice("nonlinearity", nonlinearity, ("tanh", "relu"))

    z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    return np.tanh(z) if nonlinearity == "tanh" else np.maximum(z, 0)


def rnn_step_backward(d_h_next, x, h, h_next, weight_ih, weight_hh, nonlinearity="tanh"):
    """Gradients of a loss through one `rnn_step`, given its gradient in the new hidden state.

    d_h_next (B, H) is ∂L/∂h_next; x, h, weight_ih, weight_hh and nonlinearity are what `rnn_step` was given,
    h_next (B, H) is what it returned. The slope of the nonlinearity follows from h_next alone:
    1 - h_next² for tanh; for relu 1 where h_next > 0, else 0, as in torch.
    Returns dx (B, D), dh (B, H), d_weight_ih (H, D), d_weight_hh (H, H), d_bias_ih (H,), d_bias_hh (H,).
    Raises TypeError or ValueError as `rnn_step` does.
    """
    sizes = {}
    x = v.array("x", x, ("B", "D"), sizes=sizes)
    h = v.array("h", h, ("B", "H"), sizes=sizes)
    h_next = v.array("h_next", h_next, ("B", "H"), sizes=sizes)
    d_h_next = v.array("d_h_next", d_h_next, ("B", "H"), sizes=sizes)
    weight_ih = v.array("weight_ih", weight_ih, ("H", "D"), sizes=sizes)
    weight_hh = v.array("weight_hh", weight_hh, ("H", "H"), sizes=sizes)
    v.choice("nonlinearity", nonlinearity, ("tanh", "relu"))

    dz = d_h_next * (1 - h_next**2 if nonlinearity == "tanh" else h_next > 0)
    dx = dz @ weight_ih
    dh = dz @ weight_hh
    d_weight_ih = dz.T @ x
    d_weight_hh = dz.T @ h
    d_bias = dz.sum(axis=0)
    return dx, dh, d_weight_ih, d_weight_hh, d_bias, d_bias.copy()
