"""The equations of the GRU with every part replaceable, and the inputs of its exercises."""

import numpy as np

from rnnkit.check.inputs import named_tenths, tenths


def sigmoid(a):
    """The logistic function."""
    return 1 / (1 + np.exp(-a))


# What enters the candidate: a comes from the input, U and d are its rows of weight_hh and bias_hh.
def after(r, a, h, U, d):
    """The reset acts on the result of the product and on its bias."""
    return a + r * (h @ U.T + d)


def before(r, a, h, U, d):
    """The reset acts on the state, before the product."""
    return a + (r * h) @ U.T + d


def without_reset(r, a, h, U, d):
    """No reset at all."""
    return a + h @ U.T + d


def bias_outside(r, a, h, U, d):
    """The reset acts on the result of the product, but not on its bias."""
    return a + r * (h @ U.T) + d


def step(
    x, h, weight_ih, weight_hh, bias_ih, bias_hh, *,
    enters, order="rzn", sigma=sigmoid, candidate=np.tanh, gated=lambda r, h: h,
    update=lambda r, z, n, h: (1 - z) * n + z * h,
):  # fmt: skip
    """h_next; every argument after the star replaces one part of the equations."""
    a = dict(zip(order, np.split(x @ weight_ih.T + bias_ih, 3, axis=1), strict=True))
    U = dict(zip(order, np.split(weight_hh, 3), strict=True))
    d = dict(zip(order, np.split(bias_hh, 3), strict=True))
    r = sigma(a["r"] + h @ U["r"].T + d["r"])
    z = sigma(a["z"] + gated(r, h) @ U["z"].T + d["z"])
    n = candidate(enters(r, a["n"], h, U["n"], d["n"]))
    return update(r, z, n, h)


def with_part(enters, **change):
    """A variant of the step with other parts."""
    return lambda *inputs: step(*inputs, enters=enters, **change)


def _case(B, D, H, seed, reset=0.0, update=0.0):
    """`reset` and `update` are added to the biases of these gates: far from 0 they are open or closed."""
    shapes = {"weight_ih": (3 * H, D), "weight_hh": (3 * H, H), "bias_ih": (3 * H,), "bias_hh": (3 * H,)}
    weights = named_tenths(seed, **shapes)
    weights["bias_ih"] += np.repeat([reset, update, 0.0], H)
    return {"x": tenths(B, D, seed=seed + 4), "h": tenths(B, H, seed=seed + 5)} | weights


def cases(seed):
    """The inputs of both exercises; no size of the input is that of the batch."""
    return {
        "one sample": _case(B=1, D=2, H=3, seed=seed),
        "batch of 3": _case(B=3, D=2, H=2, seed=seed + 10),
        "first step, h = 0": _case(B=2, D=3, H=2, seed=seed + 20) | {"h": np.zeros((2, 2))},
        "reset gates closed": _case(B=2, D=3, H=4, seed=seed + 30, reset=-12.0),
        "update gates open": _case(B=2, D=4, H=3, seed=seed + 40, update=12.0),
    }
