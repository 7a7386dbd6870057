"""Windows and splits: every number stands where it should, and nothing comes from the future."""

import itertools
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import series


@st.composite
def shapes(draw):
    """Steps, columns (None for a plain series), lookback and horizon that fit together."""
    lookback, horizon = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    T = lookback + horizon + draw(st.integers(0, 12))
    return T, draw(st.none() | st.integers(1, 3)), lookback, horizon


def numbers(T, D=None):
    return np.random.default_rng(0).normal(size=(T,) if D is None else (T, D))


@given(shapes())
def test_a_window_and_its_target_are_the_steps_that_follow_each_other(shape):
    T, D, lookback, horizon = shape
    values = numbers(T, D)
    x, y = series.windows(values, lookback, horizon)
    assert len(x) == len(y) == T - lookback - horizon + 1
    for n, (window, target) in enumerate(zip(x, y, strict=True)):
        np.testing.assert_array_equal(window, values[n : n + lookback])
        np.testing.assert_array_equal(target, values[n + lookback : n + lookback + horizon])


@given(shapes(), st.data())
def test_the_future_changes_no_window_of_the_past(shape, data):
    T, D, lookback, horizon = shape
    values = numbers(T, D)
    now = data.draw(st.integers(lookback, T - 1))  # the steps before it are known
    changed = values.copy()
    changed[now:] = np.random.default_rng(1).normal(size=changed[now:].shape)
    known = now - lookback + 1
    np.testing.assert_array_equal(
        series.windows(values, lookback, horizon)[0][:known],
        series.windows(changed, lookback, horizon)[0][:known],
    )


def test_windows_are_views_that_cannot_be_written_to():
    values = numbers(1000, 2)
    for view in series.windows(values, 60, 5):
        assert np.shares_memory(view, values)
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 0


def test_windows_take_tables_of_pandas_and_keep_float32():
    table = pd.DataFrame({"close": numbers(20), "volume": np.arange(20)})
    x, y = series.windows(table, 4)
    assert x.shape == (16, 4, 2)
    assert y.shape == (16, 1, 2)
    assert series.windows(numbers(20).astype(np.float32), 4)[0].dtype == np.float32
    assert series.windows(table["volume"], 4)[0].dtype == np.float64


@pytest.mark.parametrize(
    ("lookback", "horizon", "told"),
    [
        (10, 1, r"lookback \+ horizon must be at most 10, the steps in values, got 10 \+ 1 = 11"),
        (4, 7, r"lookback \+ horizon must be at most 10"),
        (0, 1, "lookback must be an integer at least 1, got 0"),
        (3, 0, "horizon must be an integer at least 1, got 0"),
    ],
)
def test_windows_that_do_not_fit_are_named(lookback, horizon, told):
    with pytest.raises(ValueError, match=told):
        series.windows(numbers(10), lookback, horizon)


def test_bad_series_are_named():
    with pytest.raises(ValueError, match=r"values must be \(T,\) or \(T, D\), got \(2, 3, 4\)"):
        series.windows(np.zeros((2, 3, 4)), 1)
    with pytest.raises(ValueError, match="values must not be empty"):
        series.windows([], 1)
    with pytest.raises(ValueError, match="values must be finite, got 1 NaN"):
        series.windows([1.0, np.nan, 2.0], 1)
    with pytest.raises(TypeError, match="lookback must be an integer"):
        series.windows(numbers(10), 2.0)


sizes = st.integers(1, 50) | st.floats(0.05, 0.4)


@given(st.integers(200, 400), st.just(0) | sizes, sizes, st.integers(0, 20))
def test_the_parts_follow_each_other_with_the_gap_between(count, validation, test, purge):
    samples = np.arange(count)
    parts = series.split(count, validation=validation, test=test, purge=purge)
    train, valid, tested = (samples[part] for part in parts)
    assert train[0] == 0
    assert tested[-1] == count - 1
    wanted = [size if isinstance(size, int) else int(size * count) for size in (validation, test)]
    assert [len(valid), len(tested)] == wanted
    filled = [part for part in (train, valid, tested) if len(part)]
    for before, after in itertools.pairwise(filled):
        assert after[0] - before[-1] - 1 == purge


@given(shapes(), st.integers(0, 3))
def test_with_the_purge_of_the_horizon_all_targets_are_known_when_the_next_part_begins(shape, validation):
    T, _, lookback, horizon = shape
    steps = np.arange(T + 50)
    x, y = series.windows(steps, lookback, horizon)
    parts = series.split(len(x), validation=validation, test=3, purge=horizon - 1)
    for before, after in [(parts.train, parts.validation), (parts.train, parts.test)]:
        if len(x[after]):
            assert y[before].max() <= x[after][0].max()
    # One sample less and a target would lie in the future of the first forecast.
    less = series.split(len(x), validation=validation, test=3, purge=max(horizon - 2, 0))
    first = x[less.validation if validation else less.test][0]
    assert horizon == 1 or y[less.train].max() > first.max()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"count": 0}, "count must be an integer at least 1"),
        ({"count": 10, "test": 0}, "test must be an integer at least 1, got 0"),
        ({"count": 10, "test": 0.05}, "test must not be empty: 0.05 of count = 10 samples is none"),
        ({"count": 10, "test": 0.0}, "test must not be empty"),
        ({"count": 10, "validation": 0.05}, "validation must not be empty"),
        ({"count": 10, "test": 1.0}, "test must be a share below 1 or an integer, got 1.0"),
        ({"count": 10, "validation": -0.1}, "validation must be .* at least 0"),
        ({"count": 10, "purge": -1}, "purge must be an integer at least 0"),
        (
            {"count": 10, "validation": 3, "test": 3, "purge": 2},
            "the training part must not be empty: of count = 10 samples 3 are for validation, 3 for the "
            "test, 4 are purged",
        ),
        (
            {"count": 10, "validation": 0, "test": 9, "purge": 1},
            "0 are for validation, 9 for the test, 1 are",
        ),
    ],
)
def test_splits_that_cannot_be_are_named(arguments, told):
    with pytest.raises(ValueError, match=told):
        series.split(**{"purge": 0} | arguments)


def test_the_package_imports_without_torch():
    code = "import sys; sys.modules['torch'] = None; import rnnkit.series"
    subprocess.run([sys.executable, "-c", code], check=True)
