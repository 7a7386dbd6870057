"""Right answers of any type pass every exercise, and what is masked or no number passes none."""

import numpy as np
import pytest
import torch
from each import for_each
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnnkit import check
from rnnkit.check import compare

EXERCISES = check.exercises()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
NUMBERS = st.sampled_from(
    [0.0, 1.0, 1 + 1e-4, 1 + 1.01e-4, 1 + 1.2e-4, 1e-5, 1.1e-5, np.inf, -np.inf, np.nan]
)
ARRAYS = npst.arrays(float, st.sampled_from([(2,), (1, 2)]), elements=NUMBERS)
ANSWERS = (
    ARRAYS | st.tuples(ARRAYS, ARRAYS) | st.fixed_dictionaries({"h_n": ARRAYS}) | st.just((2, 3)) | NUMBERS
)


def map_arrays(convert, value):
    """`convert` applied to all arrays of a result."""
    if isinstance(value, dict):
        return {key: map_arrays(convert, item) for key, item in value.items()}
    if isinstance(value, tuple) and any(isinstance(item, np.ndarray) for item in value):
        return tuple(map_arrays(convert, item) for item in value)
    return convert(value) if isinstance(value, (np.ndarray, np.floating)) else value


@every_exercise
def test_no_right_answer_is_anything_but_a_number(exercise):
    """So an answer of nan or inf can never be right."""
    for inputs in exercise.cases.values():
        map_arrays(
            lambda array: np.testing.assert_array_equal(np.isfinite(array), True),
            exercise.reference(*inputs.values()),
        )


def spoilt(value, how):
    """A right result of which all numbers, or the last one, are nan or masked."""
    if isinstance(value, dict):
        return {key: spoilt(item, how) for key, item in value.items()}
    if isinstance(value, tuple) and not all(isinstance(size, int) for size in value):
        return tuple(spoilt(item, how) for item in value)
    return how(np.array(value, dtype=float))


def last_masked(array):
    mask = np.zeros(array.shape, dtype=bool)
    mask[..., -1:] = True
    return np.ma.array(array, mask=mask)


SPOILT = {
    "nan": lambda array: array * np.nan,
    "masked": lambda array: np.ma.array(array, mask=True),
    "nan and masked": lambda array: np.ma.array(array * np.nan, mask=True),
    "nothing but masks": lambda array: (
        [np.ma.masked] * len(array) if array.ndim == 1 else np.ma.masked_all(array.shape)
    ),
    "the last number masked": last_masked,
}


@every_exercise
def test_nan_and_masked_numbers_never_pass(exercise):
    def refused(how):
        review = exercise.review(lambda *inputs: spoilt(exercise.reference(*inputs), how))
        assert not review.solved
        assert "0 of" in review.text

    for_each(SPOILT, refused)


@every_exercise
def test_a_masked_array_without_a_masked_number_is_an_answer(exercise):
    def solution(*inputs):
        return map_arrays(np.ma.array, exercise.reference(*inputs))

    assert exercise.review(solution).solved


def map_whole(convert, value):
    """`convert` applied to all whole numbers of a result."""
    if isinstance(value, dict):
        return {key: map_whole(convert, item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map_whole(convert, item) for item in value)
    return convert(value) if isinstance(value, int) else value


@every_exercise
def test_whole_numbers_may_be_of_any_type(exercise):
    def accepted(convert):
        assert exercise.review(lambda *inputs: map_whole(convert, exercise.reference(*inputs))).solved

    for_each({str(convert): convert for convert in (float, np.float32, np.asarray, torch.tensor)}, accepted)


@every_exercise
def test_tensors_and_lists_are_answers_too(exercise):
    def accepted(convert):
        def solution(*inputs):
            return map_arrays(lambda array: convert(np.asarray(array)), exercise.reference(*inputs))

        assert exercise.review(solution).solved

    for_each({"tensor": torch.as_tensor, "list": np.ndarray.tolist}, accepted)


def single(value):
    return np.float32(value) if np.asarray(value).dtype == np.float64 else value


@every_exercise
def test_float32_is_precise_enough(exercise):
    review = exercise.review(lambda *inputs: exercise.reference(*(single(value) for value in inputs)))
    assert review.solved, review.text


@given(npst.arrays(float, (2,), elements=NUMBERS), npst.arrays(float, (2,), elements=NUMBERS))
def test_numbers_differ_where_numpy_says_so(answer, expected):
    close = np.isclose(answer, expected, rtol=compare.RTOL, atol=compare.ATOL, equal_nan=True)
    text = compare.difference(answer, expected, "h")
    assert (text == "") == close.all()
    assert not text or f"({2 - close.sum()} of 2 values differ)" in text


@given(ANSWERS, ANSWERS)
def test_what_is_the_same_has_no_difference(answer, expected):
    for one, other in ((answer, expected), (answer, answer), (expected, expected)):
        assert compare.same(one, other, ("a", "b")) == (compare.difference(one, other, ("a", "b")) == "")
