"""How much of a gradient arrives at each earlier step: the chain rule through time.

With the Jacobians J_t = ∂s_t/∂s_{t-1} of all steps, the gradient of a loss goes back as
∂ℒ/∂s_{t-1} = J_tᵀ ∂ℒ/∂s_t. Over many steps that is a product of many matrices, which can shrink to nothing or
grow without limit (Hochreiter 1991; Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013).

jacobians: (T, S, S) or (T, B, S, S), entry t - 1 belongs to step t. What comes back has T + 1 entries, and
entry t belongs to the state s_t, from the initial state 0 to the last state T.
"""

import numpy as np

from rnnkit import _validation as v


def products(jacobians):
    """How the last state depends on every state: ∂s_T/∂s_t = J_T J_{T-1} ⋯ J_{t+1}.

    jacobians: (T, S, S) or (T, B, S, S), as from `rnn_jacobians`.
    Returns (T + 1, S, S) or (T + 1, B, S, S), float64; entry T is the identity. `largest_singular_value` of
    it is the largest factor by which a gradient can grow on its way from step T to step t.
    Raises TypeError or ValueError if jacobians does not fit, OverflowError if a product exceeds float64.
    """
    jacobians = _checked_jacobians(jacobians)
    identity = np.broadcast_to(np.eye(jacobians.shape[-1]), jacobians.shape[1:])
    return _backwards(jacobians, np.matmul, identity)


def direct_path(f):
    """How the last cell state of an LSTM depends on every cell state if the gates are held fixed.

        ∏ f_k over k = t+1 … T, for each number of the cell by itself

    It leaves out the way through h and the gates; `products` of `lstm_jacobians` has all of it.

    f: (T, H) or (T, B, H), the forget gates f_1 to f_T, from 0 to 1.
    Returns (T + 1, H) or (T + 1, B, H), float64; entry T is 1.
    Raises TypeError or ValueError if f does not fit.
    """
    f = v.array("f", f, dtype=np.float64)
    f = v.array("f", f, ("T", "B", "H") if f.ndim == 3 else ("T", "H"))
    if f.min() < 0 or f.max() > 1:
        raise ValueError(f"f must be from 0 to 1, got {f.min():.4g} to {f.max():.4g}")
    return _backwards(f, np.multiply, np.ones(f.shape[1:]))


def state_gradients(jacobians, d_states):
    """The gradient of a loss in every state, through all later steps: ∂ℒ/∂s_t.

        ∂ℒ/∂s_t = (what d_states says for step t) + J_{t+1}ᵀ ∂ℒ/∂s_{t+1}

    jacobians: (T, S, S) or (T, B, S, S).
    d_states: the direct gradient of the loss in each state, not counting the way through later states:
        (T, S) or (T, B, S) if it reads the state at every step; (S,) or (B, S) if it reads only the last one.
        For an LSTM S = 2H: the gradient in h, then that in c, which is 0 if the loss reads h alone.
    Returns (T + 1, S) or (T + 1, B, S), float64. For an LSTM the numbers from H on are the gradient in c_t
    with h_t held fixed; autograd counts the way from c_t through h_t = o_t ⊙ tanh(c_t) as well.
    Raises TypeError or ValueError if an argument does not fit, OverflowError if a gradient exceeds float64.
    """
    jacobians = _checked_jacobians(jacobians)
    T, *state = jacobians.shape[:-1]
    d_states = v.array("d_states", d_states, dtype=np.float64)
    if d_states.ndim == len(state):
        last, earlier = v.array("d_states", d_states, tuple(state)), None
    else:
        d_states = v.array("d_states", d_states, (T, *state))
        last, earlier = d_states[-1], d_states[:-1]

    def step(later, jacobian):
        return (later[..., None, :] @ jacobian)[..., 0, :]

    return _backwards(jacobians, step, last, earlier)


@np.errstate(under="ignore")
def norm_through_time(jacobians, d_states):
    """The length of the gradient at every step: ‖∂ℒ/∂s_t‖, one number for each sequence of the batch.

    jacobians, d_states: as in `state_gradients`.
    Returns (T + 1,) or (T + 1, B), float64; entry t belongs to the state s_t.
    Raises as `state_gradients`.
    """
    gradients = state_gradients(jacobians, d_states)
    largest = np.abs(gradients).max(axis=-1, keepdims=True)
    scale = np.where(largest > 0, largest, 1)  # else the squares of small or large numbers leave float64
    return scale[..., 0] * np.sqrt(np.square(gradients / scale).sum(axis=-1))


def _backwards(factors, step, last, earlier=None):
    """Return r_0 to r_T with r_T = last and r_{t-1} = step(r_t, factors[t-1]), plus earlier[t-2] if given."""
    result = np.empty((len(factors) + 1, *last.shape))
    result[-1] = last
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for t in range(len(factors), 0, -1):
            result[t - 1] = step(result[t], factors[t - 1])
            if earlier is not None and t > 1:
                result[t - 1] += earlier[t - 2]
            if not np.isfinite(result[t - 1]).all():
                raise OverflowError(f"the way back from step {len(factors)} exceeds float64 at step {t - 1}")
    return result


def _checked_jacobians(jacobians):
    """Return the Jacobians of all steps in float64."""
    jacobians = v.array("jacobians", jacobians, dtype=np.float64)
    return v.array("jacobians", jacobians, ("T", "B", "S", "S") if jacobians.ndim == 4 else ("T", "S", "S"))
