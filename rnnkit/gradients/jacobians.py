"""How the state of a recurrent network at one step depends on the state before it.

Arrays have time first: entry t - 1 belongs to step t, from 1 to T, as in the output of `rnnkit.layers`.
After time there may be a batch: (T, H) and (T, B, H) are both fine. A Jacobian has one row for each number of
the new state and one column for each number of the old one.
"""

import numpy as np

from rnnkit import _validation as v
from rnnkit import cells


@np.errstate(under="ignore")
def rnn_jacobians(h, weight_hh, nonlinearity="tanh"):
    """Jacobians of every step of a simple recurrent network (Pascanu, Mikolov & Bengio 2013, section 2).

        ∂h_t/∂h_{t-1} = diag(1 - h_t²) W_hh     for tanh; for relu diag(h_t > 0) W_hh

    h (T, H) or (T, B, H): the states h_1 to h_T, as `layers.RNN` returns them; weight_hh (H, H);
    nonlinearity: "tanh" or "relu".
    Returns (T, H, H) or (T, B, H, H), float64.
    Raises TypeError or ValueError if an argument does not fit, or if a state is none that tanh or relu gives.
    """
    sizes = {}
    h = _over_time("h", h, "H", sizes)
    weight_hh = v.array("weight_hh", weight_hh, ("H", "H"), dtype=np.float64, sizes=sizes)
    low, high = (-1, 1) if v.choice("nonlinearity", nonlinearity, ("tanh", "relu")) == "tanh" else (0, np.inf)
    if h.min() < low or h.max() > high:
        raise ValueError(
            f"h must be what {nonlinearity} returns, from {low} to {high}, got {h.min():.4g} to {h.max():.4g}"
        )

    slope = 1 - h**2 if nonlinearity == "tanh" else h > 0
    return _diag(slope) * weight_hh


@np.errstate(under="ignore")
def lstm_jacobians(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Jacobians of every step of an LSTM in its joint state s = (h, c), one below the other, 2H numbers.

        ∂s_t/∂s_{t-1} = | ∂h_t/∂h_{t-1}  ∂h_t/∂c_{t-1} |
                        | ∂c_t/∂h_{t-1}  ∂c_t/∂c_{t-1} |

    The arguments are those of `cells.lstm_step` for all steps, so h and c are the states BEFORE each step:
    x (T, D) or (T, B, D) inputs x_1 to x_T; h, c (T, H) or (T, B, H) states 0 to T-1;
    weight_ih (4H, D), weight_hh (4H, H), bias_ih, bias_hh (4H,): gates stacked i, f, g, o.
    Returns (T, 2H, 2H) or (T, B, 2H, 2H), float64. Its lower right quarter, [..., H:, H:], is diag(f_t): the
    direct path from cell to cell, with the gates held fixed.
    Raises TypeError or ValueError if an argument does not fit.
    """
    x, h, c, *weights = _checked(
        4, x=x, h=h, c=c, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )
    weight_hi, weight_hf, weight_hg, weight_ho = np.split(weights[1], 4)

    i, f, g, o = cells._lstm_gates(x, h, *weights)
    tanh_c = np.tanh(f * c + i * g)
    # The slope of σ is σ(1 - σ), that of tanh is 1 - tanh².
    c_by_h = (
        _diag(g * i * (1 - i)) * weight_hi
        + _diag(c * f * (1 - f)) * weight_hf
        + _diag(i * (1 - g**2)) * weight_hg
    )
    c_by_c = _diag(f) * np.eye(h.shape[-1])
    h_by_c_next = _diag(o * (1 - tanh_c**2))
    h_by_h = _diag(tanh_c * o * (1 - o)) * weight_ho + h_by_c_next * c_by_h
    return np.block([[h_by_h, h_by_c_next * c_by_c], [c_by_h, c_by_c]])


@np.errstate(under="ignore")
def gru_jacobians(x, h, weight_ih, weight_hh, bias_ih, bias_hh, *, reset_after=True):
    """Jacobians of every step of a GRU, ∂h_t/∂h_{t-1}.

    The arguments are those of `cells.gru_step` for all steps, so h is the state BEFORE each step:
    x (T, D) or (T, B, D) inputs x_1 to x_T; h (T, H) or (T, B, H) states 0 to T-1;
    weight_ih (3H, D), weight_hh (3H, H), bias_ih, bias_hh (3H,): gates stacked r, z, n; reset_after as there.
    Returns (T, H, H) or (T, B, H, H), float64. Its direct path, with the gates held fixed, is diag(z_t).
    Raises TypeError or ValueError if an argument does not fit.
    """
    x, h, *weights = _checked(
        3, x=x, h=h, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )
    v.boolean("reset_after", reset_after)
    weight_hr, weight_hz, weight_hn = np.split(weights[1], 3)

    r, z, n, recurrent = cells._gru_gates(x, h, *weights, reset_after)
    r_by_h = _diag(r * (1 - r)) * weight_hr
    if reset_after:
        recurrent_by_h = _diag(r) * weight_hn + _diag(recurrent) * r_by_h
    else:
        recurrent_by_h = weight_hn @ (_diag(r) * np.eye(h.shape[-1]) + _diag(h) * r_by_h)
    return (
        _diag(z) * np.eye(h.shape[-1])
        + _diag((h - n) * z * (1 - z)) * weight_hz
        + _diag((1 - z) * (1 - n**2)) * recurrent_by_h
    )


def _diag(values):
    """Return values (..., H) as a column (..., H, 1): it scales the rows of a matrix as diag(values) does."""
    return values[..., None]


def _over_time(name, value, width, sizes):
    """Return an array (T, width) or (T, B, width) in float64."""
    value = v.array(name, value, dtype=np.float64)
    batch = ("B",) if "B" in sizes or ("T" not in sizes and value.ndim == 3) else ()
    return v.array(name, value, ("T", *batch, width), sizes=sizes)


def _checked(gates, **arrays):
    """Return the arrays of all steps in float64, named as the arguments, after checking that they fit."""
    rows = f"{gates}H"
    weights = {"weight_ih": (rows, "D"), "weight_hh": (rows, "H"), "bias_ih": (rows,), "bias_hh": (rows,)}
    sizes = {}
    result = []
    for name, value in arrays.items():
        if name in weights:
            result.append(v.array(name, value, weights[name], dtype=np.float64, sizes=sizes))
        else:
            result.append(_over_time(name, value, "D" if name == "x" else "H", sizes))
        if name == "h":
            sizes[rows] = gates * sizes["H"]
    return result
