"""What goes wrong with the slope of tanh on the way back, whether for one unit or for a layer."""

import numpy as np

from rnnkit.check.mistake import Mistake


def slope_mistakes(with_slope, state, missing):
    """The mistakes with the slope, written with the state: 1 − h².

    with_slope  makes the variant whose slope is a function of (h_t, h_{t−1})
    state       what the exercise calls h_t
    missing     the hint for who has no slope at all
    """
    return (
        Mistake(
            "tanh is taken once more in the slope: 1 − tanh(h_t)².",
            f"{state} is tanh(a) already. What is 1 − tanh(a)², written with {state}?",
            with_slope(lambda h, before: 1 - np.tanh(h) ** 2),
        ),
        Mistake(
            "this is not the slope of tanh: h (1 − h) belongs to σ, and 1 − h has lost its square.",
            "What is the derivative of tanh(a), written with h = tanh(a)?",
            with_slope(lambda h, before: h * (1 - h)),
            with_slope(lambda h, before: 1 - h),
        ),
        Mistake("the slope of tanh is missing.", missing, with_slope(lambda h, before: 1.0)),
        Mistake(
            "you took the slope of tanh at the previous state.",
            "The derivative of tanh(a) is 1 − tanh(a)². Which state is tanh(a) at step t?",
            with_slope(lambda h, before: 1 - before**2),
        ),
    )
