"""One recurrent weight: the whole of backpropagation through time in single numbers."""

import numpy as np

from rnnkit.check.bptt.slope import slope_mistakes
from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _states(w, u, x, h0):
    """h_0, h_1, …, h_T."""
    h = [h0]
    for x_t in x:
        h.append(np.tanh(w * h[-1] + u * x_t))
    return h


def _bptt(
    w, u, x, h0, target, *,
    error=lambda h, target: h - target, slope=lambda h, before: 1 - h**2,
    factor=lambda h, before, x_t: before, back=lambda da, dh: da,
    weight=lambda w, u: w, add=lambda total, term: total + term,
):  # fmt: skip
    """dℒ/dw; every argument after the star replaces one part of the derivation."""
    h = _states(w, u, x, h0)
    dw, dh = 0.0, error(h[-1], target)
    for t in range(len(x), 0, -1):
        da = dh * slope(h[t], h[t - 1])
        dw = add(dw, da * factor(h[t], h[t - 1], x[t - 1]))
        dh = back(da, dh) * weight(w, u)
    return dw


def _with(**change):
    return lambda w, u, x, h0, target: _bptt(w, u, x, h0, target, **change)


def _loss_at_every_step(w, u, x, h0, target):
    h = _states(w, u, x, h0)
    return sum((h[t] - target) * (1 - h[t] ** 2) * h[t - 1] for t in range(1, len(h)))


def _from_the_first_step_on(w, u, x, h0, target):
    h = _states(w, u, x, h0)
    dw, dh = 0.0, h[-1] - target
    for t in range(1, len(h)):
        da = dh * (1 - h[t] ** 2)
        dw, dh = dw + da * h[t - 1], da * w
    return dw


def _case(w, u, x, h0=0.0, target=0.5):
    return {"w": w, "u": u, "x": np.array(x), "h0": h0, "target": target}


scalar_bptt = Exercise(
    name="scalar_bptt",
    returns="dℒ/dw",
    reference=_bptt,
    cases={
        "one step": _case(w=0.5, u=1.0, x=[0.4], h0=0.8),
        "two steps": _case(w=0.5, u=1.0, x=[0.4, -0.2], h0=0.3),
        "three steps, h0 = 0": _case(w=0.9, u=0.7, x=[1.0, 0.5, -0.3], target=-0.4),
        "a negative weight": _case(w=-1.2, u=0.5, x=[0.6, 0.1, -0.9, 0.8], h0=-0.4, target=0.2),
        "six steps, a large weight": _case(
            w=1.8, u=0.3, x=[0.1, -0.4, 0.2, 0.3, -0.1, 0.2], h0=0.1, target=-0.9
        ),
    },
    mistakes=(
        Mistake(
            "only the last step counts: the way of w through the earlier states is missing.",
            "h_T depends on w directly, and also through h_{T−1}. Which states depend on w too?",
            _with(weight=lambda w, u: 0.0),
        ),
        Mistake(
            "you kept the term of the first step only: each step overwrites dℒ/dw.",
            "The same w is used at every step. What happens to the contributions of the steps?",
            _with(add=lambda total, term: term),
        ),
        *slope_mistakes(
            lambda slope: _with(slope=slope),
            state="h_t",
            missing="Between the sum w h + u x and the new state stands a function. What is its derivative?",
        ),
        Mistake(
            "you multiplied by h_t in place of h_{t−1}.",
            "Which state is w multiplied with at step t?",
            _with(factor=lambda h, before, x_t: h),
        ),
        Mistake(
            "you multiplied by the inputs: that is the gradient of u.",
            "Which number is w multiplied with in the equation, and which one is u?",
            _with(factor=lambda h, before, x_t: x_t),
        ),
        Mistake(
            "on the way from h_t back to h_{t−1} the factor w is missing.",
            "By how much does the sum w h_{t−1} + u x_t change if h_{t−1} changes by a little?",
            _with(weight=lambda w, u: 1.0),
        ),
        Mistake(
            "the sign is wrong.",
            "If h_T is above the target, should the loss fall or rise when h_T rises?",
            _with(error=lambda h, target: target - h),
        ),
        Mistake(
            "your result is twice as large as it should be.",
            "What is the derivative of ½ a²? Where does the ½ go?",
            _with(error=lambda h, target: 2 * (h - target)),
        ),
        Mistake(
            "you returned dh_T/dw: the derivative of the loss is missing.",
            "How does the loss change if h_T changes by a little?",
            _with(error=lambda h, target: 1.0),
        ),
        Mistake(
            "you added a loss at every step.",
            "At which steps is there a loss in this exercise?",
            _loss_at_every_step,
        ),
        Mistake(
            "your loop runs from the first step to the last, with the gradient of the last.",
            "The gradient is known at step T. To which step can you go from there?",
            _from_the_first_step_on,
        ),
        Mistake(
            "on the way from h_t back to h_{t−1} the slope of tanh is left out.",
            "The gradient at h_t is not that at the sum inside tanh. Which of the two goes on to h_{t−1}?",
            _with(back=lambda da, dh: dh),
        ),
        Mistake(
            "on the way from h_t back to h_{t−1} you multiplied by u.",
            "Which of the two weights stands before h_{t−1}?",
            _with(weight=lambda w, u: u),
        ),
        Mistake(
            "h0 is taken for zero.",
            "Which argument does your function never look at?",
            lambda w, u, x, h0, target: _bptt(w, u, x, 0.0, target),
        ),
    ),
)
