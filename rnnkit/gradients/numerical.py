"""Gradients checked by finite differences."""

from collections.abc import Mapping

import numpy as np

from rnnkit import _validation as v
from rnnkit.gradients import _arrays


def numerical_gradient(function, arrays, step=1e-5):
    """Gradient of a scalar function by central differences: two calls of the function for each number.

        ∂f/∂a ≈ (f(a + ε) - f(a - ε)) / 2ε,   ε = step · max(1, |a|)

    function: called as function(arrays), must return one finite number.
    arrays: a float64 array of any shape, or a dict of them, such as `layer.params`. Their numbers are changed
        in place, one at a time, so a function that reads the same arrays from elsewhere sees the change.
        Afterwards they are as before, also after an error.
    step: the error of the formula grows as ε², that of rounding as 1/ε; both are small at 1e-5 in float64.
    Returns an array of the same shape, or a dict of them.
    Raises TypeError or ValueError if an array is not float64 (float32 loses too many digits in a difference),
    not finite or not writeable, or if the function returns anything but one finite number.
    """
    v.function("function", function)
    step = v.number("step", step, above=0)

    def value():
        return float(v.array("function(arrays)", function(arrays), (), dtype=np.float64))

    if not isinstance(arrays, Mapping):
        return _central_differences(value, _arrays.require_writeable("arrays", arrays, np.float64), step)
    plain = {
        name: _arrays.require_writeable(f"arrays[{name!r}]", array, np.float64)
        for name, array in arrays.items()
    }
    return {name: _central_differences(value, array, step) for name, array in plain.items()}


def relative_error(a, b):
    """Distance of two arrays relative to the longer one: ‖a - b‖ / max(‖a‖, ‖b‖), and 0 if both are zero.

    a, b: arrays of the same shape. The norm runs over all numbers, so that those near zero, which consist of
    rounding errors, do not decide.
    """
    a = v.array("a", a, dtype=np.float64)
    b = v.array("b", b, a.shape, dtype=np.float64)
    longer = max(_arrays.norm([a]), _arrays.norm([b]))
    return _arrays.norm([a - b]) / longer if longer else 0.0


def check(function, arrays, analytic, step=1e-5):
    """Compare an analytic gradient with central differences.

    function, arrays, step: as in `numerical_gradient`.
    analytic: the gradient of the function in arrays: an array of the same shape, or a dict with the same keys
        and shapes.
    Returns the relative error in norm, or a dict of them. A right gradient gives about 1e-7 to 1e-10, a wrong
    term far more. At a kink, as of relu at 0, the numerical gradient is the wrong one.
    Raises TypeError or ValueError as `numerical_gradient`, or if analytic does not fit arrays.
    """
    if not isinstance(arrays, Mapping):
        analytic = v.array("analytic", analytic, np.shape(arrays))
        return relative_error(analytic, numerical_gradient(function, arrays, step))
    v.keys("analytic", analytic, arrays)
    analytic = {
        name: v.array(f"analytic[{name!r}]", analytic[name], np.shape(array))
        for name, array in arrays.items()
    }
    numerical = numerical_gradient(function, arrays, step)
    return {name: relative_error(analytic[name], numerical[name]) for name in arrays}


def _central_differences(value, array, step):
    """Return the gradient of value() in `array`, whose numbers it changes one by one and restores."""
    gradient = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        original = array[index]
        epsilon = step * max(1.0, abs(original))
        try:
            array[index] = original + epsilon
            above = value()
            array[index] = original - epsilon
            below = value()
        finally:
            array[index] = original
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient
