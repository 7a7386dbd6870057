"""One time step of the GRU, with the reset after the matrix product and before it."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


# What enters the candidate: a comes from the input, U and d are its rows of weight_hh and bias_hh.
def _after(r, a, h, U, d):
    return a + r * (h @ U.T + d)


def _before(r, a, h, U, d):
    return a + (r * h) @ U.T + d


def _without_reset(r, a, h, U, d):
    return a + h @ U.T + d


def _bias_outside(r, a, h, U, d):
    return a + r * (h @ U.T) + d


def _step(
    x, h, weight_ih, weight_hh, bias_ih, bias_hh, *,
    enters, order="rzn", sigma=_sigmoid, candidate=np.tanh, gated=lambda r, h: h,
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


def _with(enters, **change):
    return lambda *inputs: _step(*inputs, enters=enters, **change)


def _case(B, D, H, seed, reset=0.0, update=0.0):
    """`reset` and `update` are added to the biases of these gates: far from 0 they are open or closed."""
    shapes = {"weight_ih": (3 * H, D), "weight_hh": (3 * H, H), "bias_ih": (3 * H,), "bias_hh": (3 * H,)}
    weights = {name: tenths(*shape, seed=seed + k) for k, (name, shape) in enumerate(shapes.items())}
    weights["bias_ih"] += np.repeat([reset, update, 0.0], H)
    return {"x": tenths(B, D, seed=seed + 4), "h": tenths(B, H, seed=seed + 5)} | weights


def _cases(seed):
    return {
        "one sample": _case(B=1, D=2, H=3, seed=seed),
        "batch of 3": _case(B=3, D=2, H=2, seed=seed + 10),
        "first step, h = 0": _case(B=2, D=3, H=2, seed=seed + 20) | {"h": np.zeros((2, 2))},
        "reset gates closed": _case(B=2, D=3, H=4, seed=seed + 30, reset=-12.0),
        "update gates open": _case(B=2, D=2, H=3, seed=seed + 40, update=12.0),
    }


def _mistakes(enters, *resets):
    """The mistakes in everything around `enters`; `resets` are those in the reset itself."""

    def step_without(*biases):
        def variant(x, h, W, U, b, d):
            return _step(x, h, W, U, b * ("ih" not in biases), d * ("hh" not in biases), enters=enters)

        return variant

    return (
        *resets,
        Mistake(
            "the old state and the candidate have changed places: you kept 1 − z of the old state.",
            "How much of h should be left where z is 1? Try the input with open update gates.",
            _with(enters, update=lambda r, z, n, h: z * n + (1 - z) * h),
        ),
        Mistake(
            "r and z have changed places.",
            "Which third of the rows comes first, that of the reset gate or that of the update gate?",
            _with(enters, order="zrn"),
        ),
        Mistake(
            "the three blocks stand in another order than r, z, n.",
            "Which third of the rows belongs to the candidate?",
            *(_with(enters, order=order) for order in ("rnz", "nrz", "nzr", "znr")),
        ),
        Mistake(
            "the reset acts on what comes from the input.",
            "What should a candidate be able to leave out, the new input or the old state?",
            _with(lambda r, a, h, U, d: r * a + h @ U.T + d),
            _with(lambda r, a, h, U, d: r * (a + h @ U.T + d)),
        ),
        Mistake(
            "the reset gate is missing.",
            "Four equations, two gates: in which equation does r stand?",
            _with(_without_reset),
        ),
        Mistake(
            "the candidate does not see the old state.",
            "With r = 0 the candidate is made from the input alone. And with r = 1?",
            _with(lambda r, a, h, U, d: a),
            _with(lambda r, a, h, U, d: a + d),
        ),
        Mistake(
            "the candidate goes through σ in place of tanh.",
            "Which of the two functions gives negative numbers?",
            _with(enters, candidate=_sigmoid),
        ),
        Mistake(
            "the gates go through tanh in place of σ.",
            "A gate is a part between nothing and all. Between which numbers does tanh lie?",
            _with(enters, sigma=np.tanh),
            _with(enters, sigma=np.tanh, candidate=_sigmoid),
        ),
        Mistake(
            "the candidate is the new state: nothing of the old state is kept.",
            "What does the update gate decide?",
            _with(enters, update=lambda r, z, n, h: n),
        ),
        Mistake(
            "one of the two shares, z or 1 − z, is missing.",
            "What do the shares of the old state and of the candidate add up to?",
            _with(enters, update=lambda r, z, n, h: n + z * h),
            _with(enters, update=lambda r, z, n, h: (1 - z) * n + h),
            _with(enters, update=lambda r, z, n, h: (1 - z) * n),
        ),
        Mistake(
            "the share that is kept is reset too.",
            "The reset gate stands in one equation only. What does z multiply?",
            _with(enters, update=lambda r, z, n, h: (1 - z) * n + z * r * h),
        ),
        Mistake(
            "the update gate sees the reset state r ⊙ h.",
            "The reset gate stands in one equation only. Which one?",
            _with(enters, gated=lambda r, h: r * h),
        ),
        Mistake(
            "the new state goes through a tanh once more.",
            "A mean of two numbers between −1 and 1 needs no tanh. In which equation does it stand?",
            _with(enters, update=lambda r, z, n, h: np.tanh((1 - z) * n + z * h)),
        ),
        Mistake(
            "one of the two biases is missing, or both are.",
            "How many biases has each of the three blocks?",
            step_without("ih"),
            step_without("hh"),
            step_without("ih", "hh"),
        ),
    )


_PRODUCT_HINT = "Write down the shapes: is r multiplied with a state, or with what the matrix makes of it?"

gru_step = Exercise(
    name="gru_step",
    returns="h_next",
    reference=lambda x, h, weight_ih, weight_hh, bias_ih, bias_hh: _step(
        x, h, weight_ih, weight_hh, bias_ih, bias_hh, enters=_after
    ),
    cases=_cases(seed=10),
    mistakes=_mistakes(
        _after,
        Mistake(
            "r multiplies h before the matrix product: the GRU of the other convention.",
            _PRODUCT_HINT,
            _with(_before),
            _with(lambda r, a, h, U, d: a + (r * h) @ U.T + r * d),
        ),
        Mistake(
            "the bias b_hn stands outside the bracket that r multiplies.",
            "With r = 0, what is left of W_hn h + b_hn? Try the input with closed reset gates.",
            _with(_bias_outside),
        ),
    ),
)

gru_step_reset_before = Exercise(
    name="gru_step_reset_before",
    returns="h_next",
    reference=lambda x, h, weight_ih, weight_hh, bias_ih, bias_hh: _step(
        x, h, weight_ih, weight_hh, bias_ih, bias_hh, enters=_before
    ),
    cases=_cases(seed=70),
    mistakes=_mistakes(
        _before,
        Mistake(
            "r multiplies the result of the matrix product: the GRU of nn.GRU.",
            _PRODUCT_HINT,
            _with(_after),
            _with(_bias_outside),
        ),
        Mistake(
            "r multiplies the bias b_hn too.",
            "With r = 0 the old state is gone. Is the bias gone too?",
            _with(lambda r, a, h, U, d: a + (r * h) @ U.T + r * d),
        ),
    ),
)
