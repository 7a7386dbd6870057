"""Backpropagation through time for a whole layer: all gradients from those at the states."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake

_RETURNS = ("d_weight_ih", "d_weight_hh", "d_bias", "d_h0")


def _slope(h, before):
    return 1 - h**2


def _backward(
    d_output, x, h0, output, weight_hh, *,
    slope=_slope, meet=lambda here, later: here + later, back=lambda dz, U: dz @ U,
    state=lambda h, before: before, add=lambda total, term: total + term, order=reversed,
):  # fmt: skip
    """The gradients in the order of _RETURNS; every argument after the star replaces one part.

    U is weight_hh; meet joins the gradient of the loss at step t with the one that comes from step t + 1.
    """
    T, B, D = x.shape
    d_weight_ih, d_weight_hh, d_bias, d_h = 0.0, 0.0, 0.0, np.zeros_like(h0)
    for t in order(range(T)):
        before = output[t - 1] if t else h0
        dz = meet(d_output[t], d_h) * slope(output[t], before)
        d_weight_ih = add(d_weight_ih, dz.T @ x[t])
        d_weight_hh = add(d_weight_hh, dz.T @ state(output[t], before))
        d_bias = add(d_bias, dz.sum(axis=0))
        d_h = back(dz, weight_hh)
    return d_weight_ih, d_weight_hh, d_bias, d_h


def _with(**change):
    return lambda *inputs: _backward(*inputs, **change)


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
            _with(back=lambda dz, U: dz @ U.T),
        ),
        Mistake(
            "the slope of tanh is missing.",
            "Between the gradient at h_t and that at the sum inside tanh stands a factor. Which one?",
            _with(slope=lambda h, before: 1.0),
        ),
        Mistake(
            "you took the slope of tanh at the previous state.",
            "The derivative of tanh(z) is 1 − tanh(z)². Which state is tanh(z) at step t?",
            _with(slope=lambda h, before: 1 - before**2),
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
        ),
        Mistake(
            "d_h0 is the gradient at h_1.",
            "Which way is left from the first state of output to h0?",
            _d_h0_before_the_first_step,
        ),
    ),
)
