"""Exercises of chapter 07: solutions equal `rnnkit.series`; mistakes as learners write them are named."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.preprocessing import StandardScaler

from rnnkit import series
from rnnkit.check import stocks as check


def cases(exercise):
    return pytest.mark.parametrize("case", exercise.cases)


@cases(check.make_windows)
def test_the_windows_are_those_of_the_package(case):
    inputs = check.make_windows.inputs(case)
    x, y = series.windows(**inputs)
    got = check.make_windows.reference(**inputs)
    np.testing.assert_array_equal(got[0], x)
    np.testing.assert_array_equal(got[1], y[:, 0])


@cases(check.split_in_time)
def test_the_split_is_that_of_the_package(case):
    inputs = check.split_in_time.inputs(case)
    parts = series.split(**inputs)
    for part, got in zip(parts, check.split_in_time.reference(*inputs.values()), strict=True):
        np.testing.assert_array_equal(got, np.arange(inputs["count"])[part])


@cases(check.scale_by_the_past)
def test_the_scaling_is_that_of_the_package(case):
    values, past = check.scale_by_the_past.inputs(case).values()
    expected = series.StandardScaler(values, past).transform(values)
    np.testing.assert_allclose(check.scale_by_the_past.reference(values, past), expected)


@cases(check.mase)
def test_mase_is_that_of_the_package(case):
    inputs = check.mase.inputs(case)
    assert check.mase.reference(**inputs) == pytest.approx(series.mase(**inputs))


@cases(check.directional_accuracy)
def test_the_direction_is_that_of_the_package_and_the_interval_that_of_wilson(case):
    inputs = check.directional_accuracy.inputs(case)
    found = series.directional_accuracy(**inputs)
    accuracy, low, high = check.directional_accuracy.reference(**inputs)
    assert found.count == len(inputs["truth"])
    assert accuracy == found.accuracy
    wilson = binomtest(found.correct, found.count).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose([low, high], wilson, atol=1e-4)


@cases(check.qlike)
def test_qlike_is_least_for_the_truth(case):
    variance, forecast = check.qlike.inputs(case).values()
    loss = check.qlike.reference(variance, forecast)
    assert check.qlike.reference(variance, variance) == 0
    assert loss == pytest.approx(np.mean(variance / forecast - np.log(variance / forecast) - 1))
    assert loss >= 0


@cases(check.recursive_forecast)
def test_the_recursion_is_that_of_the_package(case):
    step, window, horizon = check.recursive_forecast.inputs(case).values()
    expected = series.recursive(lambda x: np.array([step(row) for row in x]), window[None], horizon)
    np.testing.assert_allclose(check.recursive_forecast.reference(step, window, horizon), expected[0])


def says(exercise, function):
    return exercise.review(function).mistake.says


def from_a_famous_tutorial(values, lookback):
    """`len(values) - lookback - 1` leaves out the last window."""
    x, y = [], []
    for i in range(len(values) - lookback - 1):
        x.append(values[i : i + lookback])
        y.append(values[i + lookback])
    return np.array(x), np.array(y)


def last_of_the_window(values, lookback):
    x = np.lib.stride_tricks.sliding_window_view(values, lookback)
    return x, x[:, -1]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (from_a_famous_tutorial, "the last window is missing."),
        (last_of_the_window, "the target is the last step of its own window."),
    ],
)
def test_mistakes_in_windows_as_learners_write_them(function, told):
    assert says(check.make_windows, function) == told


def by_fractions_of_what_is_left(count, validation, test, purge):
    samples = np.arange(count)
    return samples[: -validation - test], samples[-validation - test : -test], samples[-test:]


def gap_inside(count, validation, test, purge):
    train, middle, last = by_fractions_of_what_is_left(count, validation, test, purge)
    return train, middle[purge:], last[purge:]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (by_fractions_of_what_is_left, "nothing is purged: the parts touch each other."),
        (gap_inside, "the gaps are cut from the beginning of the later parts."),
    ],
)
def test_mistakes_in_the_split_as_learners_write_them(function, told):
    assert says(check.split_in_time, function) == told


def fitted_twice(values, past):
    return np.vstack(
        [StandardScaler().fit_transform(values[:past]), StandardScaler().fit_transform(values[past:])]
    )


def of_pandas(values, past):
    table = pd.DataFrame(values)
    return ((table - table[:past].mean()) / table[:past].std()).to_numpy()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (
            lambda values, past: StandardScaler().fit_transform(values),
            "mean and standard deviation are those of",
        ),
        (fitted_twice, "each part is scaled by its own mean"),
        (of_pandas, "the standard deviation is divided by n − 1."),
    ],
)
def test_mistakes_in_scaling_as_learners_write_them(function, told):
    right = check.scale_by_the_past.review(
        lambda values, past: StandardScaler().fit(values[:past]).transform(values)
    )
    assert right.solved
    assert says(check.scale_by_the_past, function).startswith(told)


def scaled_by_the_test(truth, forecast, past):
    naive = np.abs(truth[1:] - truth[:-1]).mean()
    return np.abs(truth - forecast).mean() / naive


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (scaled_by_the_test, "the scale comes from the truth of the test"),
        (
            lambda truth, forecast, past: np.mean(abs(truth - forecast)) / past.mean(),
            "the error is divided by the me",
        ),
        (lambda truth, forecast, past: np.mean(abs(truth - forecast)), "the error is not scaled."),
    ],
)
def test_mistakes_in_mase_as_learners_write_them(function, told):
    assert says(check.mase, function).startswith(told)


def curve_against_curve(truth, forecast, last):
    """The usual plot judged by its slopes: np.diff of the forecasts."""
    right = np.sign(np.diff(forecast, prepend=last[0])) == np.sign(truth - last)
    p, n = right.mean(), len(right)
    z = 1.96
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def normal_interval(truth, forecast, last):
    p = np.mean((truth > last) == (forecast > last))
    half = 1.96 * np.sqrt(p * (1 - p) / len(truth))
    return p, p - half, p + half


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (curve_against_curve, "the forecast is compared with the forecast before it"),
        (normal_interval, "the interval is p ± 1.96"),
    ],
)
def test_mistakes_in_the_direction_as_learners_write_them(function, told):
    assert says(check.directional_accuracy, function).startswith(told)


def upside_down(variance, forecast):
    return (forecast / variance - np.log(forecast / variance) - 1).mean()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (upside_down, "the ratio is upside down"),
        (
            lambda variance, forecast: np.mean(np.log(forecast) + variance / forecast - np.log(variance)),
            "the 1 is",
        ),
        (lambda v, f: sum(v / f - np.log(v / f) - 1), "the losses of the days are summed."),
    ],
)
def test_mistakes_in_qlike_as_learners_write_them(function, told):
    assert says(check.qlike, function).startswith(told)


def never_moving(step, window, horizon):
    return [step(window) for _ in range(horizon)]


def growing(step, window, horizon):
    known = list(window)
    for _ in range(horizon):
        known.append(step(known))
    return known[len(window) :]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (never_moving, "the window never changes"),
        (growing, "the window grows"),
    ],
)
def test_mistakes_in_the_recursion_as_learners_write_them(function, told):
    def solution(step, window, horizon):
        known = list(window)
        for _ in range(horizon):
            known.append(step(known[-len(window) :]))
        return known[len(window) :]

    assert check.recursive_forecast.review(solution).solved
    assert says(check.recursive_forecast, function).startswith(told)
