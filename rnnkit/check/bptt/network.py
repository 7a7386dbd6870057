"""Backpropagation through time for a whole layer: all gradients from those at the states."""

import operator
from itertools import product

import numpy as np

from rnnkit.check.bptt.slope import slope_mistakes
from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake

_RETURNS = ("d_weight_ih", "d_weight_hh", "d_bias", "d_h0")


def _slope(h, before):
    return 1 - h**2


def _backward(
    d_output, x, h0, output, weight_hh, *,
    slope=_slope, meet=lambda here, later: here + later, back=lambda da, U: da @ U,
    state=lambda h, before: before, add=lambda total, term: total + term, order=reversed,
    outer=lambda da, v: da.T @ v, bias=lambda da: da.sum(axis=0), begin=lambda H, D: (0.0, 0.0, 0.0),
):  # fmt: skip
    """The gradients in the order of _RETURNS; every argument after the star replaces one part.

    U is weight_hh; meet joins the gradient of the loss at step t with the one that comes from step t + 1.
    """
    T, B, D = x.shape
    d_weight_ih, d_weight_hh, d_bias = begin(len(weight_hh), D)
    d_h = np.zeros_like(h0)
    for t in order(range(T)):
        before = output[t - 1] if t else h0
        da = meet(d_output[t], d_h) * slope(output[t], before)
        d_weight_ih = add(d_weight_ih, outer(da, x[t]))
        d_weight_hh = add(d_weight_hh, outer(da, state(output[t], before)))
        d_bias = add(d_bias, bias(da))
        d_h = back(da, weight_hh)
    return d_weight_ih, d_weight_hh, d_bias, d_h


def _with(**change):
    return lambda *inputs: _backward(*inputs, **change)


def _zeros(H, D):
    return np.zeros((H, D)), np.zeros((H, H)), np.zeros(H)


# Added up from 0, or in place in arrays of zeros, where another shape is an error.
_SUMS = ({}, {"begin": _zeros, "add": operator.iadd})


def _in_both_sums(*changes):
    return [_with(**change, **sums) for change, sums in product(changes, _SUMS)]


# For one column it is W.T @ da, and the bias gets da as it is.
_COLUMN_WAYS_BACK = [{"back": lambda da, U: U.T @ da}, {"back": lambda da, U: U @ da}]
_NOT_SUMMED = {"bias": lambda da: da}
_OUTER = {"outer": np.outer}
_MEANS = {"outer": lambda da, v: da.T @ v / len(v), "bias": lambda da: da.mean(axis=0)}


def _after(change):
    """A variant that finds the right gradients and then returns `change` of them and of the inputs."""
    return lambda *inputs: change(*_backward(*inputs), *inputs)


def _h0_taken_for_zero(d_output, x, h0, output, weight_hh):
    return _backward(d_output, x, np.zeros_like(h0), output, weight_hh)


def _gradient_of_the_last_step_only(d_output, *inputs):
    last = np.zeros_like(d_output)
    last[-1] = d_output[-1]
    return _backward(last, *inputs)


def _d_h0_before_the_first_step(d_output, x, h0, output, weight_hh):
    *gradients, _ = _backward(d_output, x, h0, output, weight_hh)
    *_, d_h1 = _backward(d_output[1:], x[1:], output[0], output[1:], weight_hh)
    return *gradients, d_output[0] + d_h1


def _case(T, B, D, H, seed):
    """States of a layer that was really run forward, and gradients of a loss at each of them."""
    x, h0, weight_hh = tenths(T, B, D, seed=seed), tenths(B, H, seed=seed + 1), tenths(H, H, seed=seed + 2)
    weight_ih, output, h = tenths(H, D, seed=seed + 3), [], h0
    for x_t in x:
        h = np.tanh(x_t @ weight_ih.T + h @ weight_hh.T)
        output.append(h)
    d_output = tenths(T, B, H, seed=seed + 4)
    return {"d_output": d_output, "x": x, "h0": h0, "output": np.stack(output), "weight_hh": weight_hh}


rnn_backward = Exercise(
    name="rnn_backward",
    returns=_RETURNS,
    reference=_backward,
    cases={
        "one step": _case(T=1, B=2, D=3, H=2, seed=10),
        "one sample, 3 steps": _case(T=3, B=1, D=2, H=3, seed=20),
        "batch of 3, 5 steps": _case(T=5, B=3, D=2, H=4, seed=30),
        "as many inputs as units": _case(T=4, B=2, D=3, H=3, seed=40),
    },
    mistakes=(
        Mistake(
            "the gradient from the next step is not added.",
            "h_t enters the loss at step t, and h_{t+1}. How many gradients meet at h_t?",
            _with(meet=lambda here, later: here),
        ),
        Mistake(
            "the gradient of the loss enters at the last step only.",
            "Each state of output enters the loss. What is d_output[t] for?",
            _gradient_of_the_last_step_only,
        ),
        Mistake(
            "each step overwrites the gradients of the weights.",
            "The same weights are used at every step. What happens to the contributions of the steps?",
            _with(add=lambda total, term: term),
        ),
        Mistake(
            "d_weight_hh is built with h_t in place of h_{t−1}.",
            "Which state is weight_hh multiplied with at step t?",
            _with(state=lambda h, before: h),
        ),
        Mistake(
            "on the way back weight_hh is transposed.",
            "Forward it is h @ weight_hh.T. Which of the two is it backward, with shapes (B, H) and (H, H)?",
            _with(back=lambda da, U: da @ U.T),
        ),
        Mistake(
            "the gradient of the loss never enters: d_output is not added.",
            "What does the loss say to the state of step t directly? Which array holds it?",
            _with(meet=lambda here, later: later),
        ),
        Mistake(
            "d_output is added after the slope.",
            "Both gradients meet at h_t, this one and that from step t + 1. On which side of tanh is h_t?",
            lambda d_output, x, h0, output, U: _backward(
                d_output / (1 - output**2), x, h0, output, U, meet=lambda here, later: here + later
            ),
        ),
        Mistake(
            "np.outer makes one long vector of da, all samples of the batch in a row.",
            "da is (B, H), x[t] is (B, D). Which product of the two is (H, D) and adds up the samples?",
            *_in_both_sums(
                *(_OUTER | back | bias for back in ({}, *_COLUMN_WAYS_BACK) for bias in ({}, _NOT_SUMMED))
            ),
        ),
        Mistake(
            "on the way back weight_hh stands on the left, as for one column.",
            "Forward it is h @ weight_hh.T. Backward da is (B, H), one row a sample: where must it stand?",
            *_in_both_sums(*_COLUMN_WAYS_BACK),
            *(_with(**back, **_NOT_SUMMED) for back in _COLUMN_WAYS_BACK),
        ),
        Mistake(
            "the gradient of the bias is not summed over the batch.",
            "All samples share one bias. What happens to their contributions, one row of da each?",
            *_in_both_sums(
                _NOT_SUMMED,
                {"bias": lambda da: da.sum()},
                {"bias": lambda da: da.sum(axis=1)},
            ),
        ),
        Mistake(
            "in the product of da and x[t] the samples do not meet the samples.",
            "The inner size must be B, so that the product adds up the samples. Which of the two is turned?",
            *_in_both_sums({"outer": lambda da, v: da @ v}, {"outer": lambda da, v: da @ v.T}),
        ),
        Mistake(
            "the gradients of the weights are transposed.",
            "d_weight_ih should be (H, D), like weight_ih. Which of da and x[t] must be turned?",
            *_in_both_sums({"outer": lambda da, v: v.T @ da}),
        ),
        *slope_mistakes(
            lambda slope: _with(slope=slope),
            state="output[t]",
            missing="Between the gradient at h_t and that at the sum inside tanh stands a factor. Which one?",
        ),
        Mistake(
            "time runs forward: you began at the first step.",
            "The gradient at h_t needs the one at h_{t+1}. With which step can you begin?",
            _with(order=iter),
        ),
        Mistake(
            "the first step does not use h0.",
            "Which state comes before the first one of output?",
            _h0_taken_for_zero,
        ),
        Mistake(
            "d_weight_hh is transposed.",
            "weight_hh is square, so no shape complains. Which axis of it belongs to the new state?",
            _after(lambda W, U, b, h, *inputs: (W, U.T, b, h)),
        ),
        Mistake(
            "you took the mean over the batch.",
            "If there is a mean in the loss, d_output already holds it. What is left to do with the samples?",
            _after(lambda W, U, b, h, d_output, *rest: tuple(g / d_output.shape[1] for g in (W, U, b, h))),
            _after(
                lambda W, U, b, h, d_output, *rest: (*(g / d_output.shape[1] for g in (W, U, b)), h),
            ),
            _with(outer=lambda da, v: da.T @ v / len(v)),
            _with(bias=lambda da: da.mean(axis=0)),
            _with(back=lambda da, U: da @ U / len(da), **_MEANS),
            _with(slope=lambda h, before: (1 - h**2) / len(h)),
        ),
        Mistake(
            "you took the mean over the steps.",
            "The same weights are used at every step. Are the contributions of the steps added or averaged?",
            *(
                _after(lambda W, U, b, h, d, *rest, n=n: (*(g / n(d) for g in (W, U, b)), h))
                for n in (len, lambda d: d.shape[0] * d.shape[1])
            ),
        ),
        Mistake(
            "d_h0 is the gradient at h_1.",
            "Which way is left from the first state of output to h0?",
            _d_h0_before_the_first_step,
        ),
    ),
)
