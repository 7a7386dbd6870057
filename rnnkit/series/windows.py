"""From a series to samples: windows with their targets, and parts that follow each other in time."""

import math
from numbers import Integral
from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v


def windows(values, lookback, horizon=1):
    """Cut a series into samples: `lookback` steps to look at, the next `horizon` steps to forecast.

    Sample n looks at the steps n to n + lookback − 1; its target begins at step n + lookback. So no target
    lies in its own window, and the forecast can be made as soon as step n + lookback − 1 is known.

    values: (T,) one number a step or (T, D). lookback, horizon: steps, at least 1, together at most T.
    Returns x (N, lookback) and y (N, horizon), for `values` (T, D) x (N, lookback, D) and y (N, horizon, D),
    with N = T − lookback − horizon + 1. Both are views that cannot be written to: N windows need no more
    memory than the series. `torch.tensor(x)` copies them.
    Raises TypeError or ValueError if an argument is anything else, or if `values` holds NaN or infinity.
    """
    values = series("values", values)
    lookback = v.integer("lookback", lookback, 1)
    horizon = v.integer("horizon", horizon, 1)
    if lookback + horizon > len(values):
        raise ValueError(
            f"lookback + horizon must be at most {len(values)}, the steps in values, "
            f"got {lookback} + {horizon} = {lookback + horizon}"
        )
    return (
        _sliding(values[: len(values) - horizon], lookback),
        _sliding(values[lookback:], horizon),
    )


class Split(NamedTuple):
    """Three slices of the samples, one after the other in time: `x[parts.train]`, `x[parts.test]`."""

    train: slice
    validation: slice
    test: slice


def split(count, *, validation=0.2, test=0.2, purge):
    """Split samples into a training part, then a validation part, then a test part, never shuffled.

    The last `purge` samples before the validation part and before the test part belong to no part. With
    targets that reach `horizon` steps beyond their window, purge = horizon − 1 is the least that is honest:
    the targets before the gap are then all known when the first forecast behind it is made.

    count: how many samples there are. validation, test: how many of them, as a share below 1 of all (rounded
    down) or as an integer; validation = 0 gives no validation part. purge: samples, at least 0.
    Returns a :class:`Split`: slices for windows, targets, and the rows of a table (`.iloc`).
    Raises TypeError or ValueError if an argument is anything else, or if a part would be empty.
    """
    count = v.integer("count", count, 1)
    purge = v.integer("purge", purge, 0)
    validation_size = _size("validation", validation, count, lowest=0)
    test_size = _size("test", test, count, lowest=1)

    test_start = count - test_size
    validation_stop = test_start - purge
    validation_start = validation_stop - validation_size
    train_stop = validation_start - purge if validation_size else validation_stop
    if train_stop < 1:
        gaps = purge * (2 if validation_size else 1)
        raise ValueError(
            f"the training part must not be empty: of count = {count} samples {validation_size} are for "
            f"validation, {test_size} for the test, {gaps} are purged"
        )
    return Split(slice(0, train_stop), slice(validation_start, validation_stop), slice(test_start, count))


def series(name, value):
    """Check a series of finite numbers, (T,) or (T, D), and return it as an array without a copy."""
    result = v.array(name, value)
    if result.ndim not in (1, 2):
        raise ValueError(f"{name} must be (T,) or (T, D), got {result.shape}")
    return result


def _sliding(values, length):
    """All windows of `length` steps, (N, length) or (N, length, D), as a view."""
    view = np.lib.stride_tricks.sliding_window_view(values, length, axis=0)
    return np.moveaxis(view, -1, 1)


def _size(name, value, count, lowest):
    """Return a number of samples that was given as a share or as an integer."""
    if isinstance(value, Integral):
        return v.integer(name, value, lowest)
    share = v.number(name, value, 0)
    if share >= 1:
        raise ValueError(f"{name} must be a share below 1 or an integer, got {value}")
    size = math.floor(share * count)
    if size < lowest or (share > 0 and size < 1):
        raise ValueError(f"{name} must not be empty: {value} of count = {count} samples is none")
    return size
