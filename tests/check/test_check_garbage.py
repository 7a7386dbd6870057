"""Whatever a learner's function is or does, an exercise answers in words; nothing from inside is shown."""

import sys
import warnings

import numpy as np
import pytest
import torch
from each import for_each
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnnkit import check

EXERCISES = check.exercises()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def assert_told(exercise, function):
    """Not solved, in a text that is short and the same at every run, with nothing from inside."""
    review = exercise.review(function)
    assert not review.solved
    assert review.text.startswith(("✗", "○"))
    assert not any(inside in review.text for inside in ("Traceback", "rnnkit", " at 0x", "site-packages"))
    assert review.text.count("\n") < 30
    assert max(map(len, review.text.splitlines())) < 400
    return review.text


class Hostile:
    """Answers every question about itself with an exception."""

    def __getattribute__(self, name):
        raise RuntimeError("leave me alone")


class Leaving(dict):
    def keys(self):
        sys.exit("away")

    __len__ = keys


def endless():
    while True:
        yield 0.0


nested = []
nested.append(nested)
numbers = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
)
arrays = npst.arrays(
    st.one_of(
        npst.scalar_dtypes(), npst.unicode_string_dtypes(), npst.array_dtypes(), st.just(np.dtype(object))
    ),
    npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    fill=st.nothing(),
)
answers = st.recursive(
    numbers | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["output", "h_n", "h_T"]) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
# Made anew each time: pytest itself trips over some of them.
ODD = {
    "hostile": Hostile,
    "leaving": lambda: Leaving(output=1, h_n=2),
    "nested in itself": lambda: nested,
    "endless": endless,
    "too long": lambda: range(10**12),
    "huge": lambda: np.broadcast_to(0.0, (10**6, 10**6, 10**6)),
    "bfloat16": lambda: torch.zeros(3, 4, dtype=torch.bfloat16),
    "no data": lambda: torch.zeros(3, 4, device="meta"),
    "masked": lambda: np.ma.masked_all((3, 4)),
    "huge int": lambda: 10**5000,
    "odd parts": lambda: {"output": 10**5000, "h_n": nested},
    "NotImplemented": lambda: NotImplemented,
    "module": lambda: np,
    "class": lambda: object,
}


@given(answer=answers)
def test_no_answer_shows_the_inside(answer):
    for exercise in EXERCISES.values():  # to make an answer takes longer than to judge it
        assert_told(exercise, lambda *inputs: answer)


@every_exercise
def test_no_odd_answer_shows_the_inside(exercise):
    def told(odd):
        assert_told(exercise, lambda *inputs: odd())
        if isinstance(exercise.returns, tuple):
            assert_told(exercise, lambda *inputs: tuple(odd() for _ in exercise.returns))

    for_each(ODD, told)


class Silent(Exception):
    def __str__(self):
        raise RuntimeError


def deep(*inputs):
    return deep(*inputs)


async def later(*inputs):
    return 1


def one_by_one(*inputs):
    yield 1


def leave(*inputs):
    sys.exit("enough")


def divide(*inputs):
    scale = 0
    return 1 // scale


def divide_within(*inputs):
    return divide(*inputs)


def inside_numpy(*inputs):
    return np.linalg.inv(np.zeros((2, 3)))


def address(*inputs):
    raise KeyError(object())


def long(*inputs):
    raise ValueError("much " * 1000)


def silent(*inputs):
    raise Silent


def loud(*inputs):
    np.seterr(all="raise")
    warnings.simplefilter("error")
    return np.float64(1e300) * 1e300


WRONG = {
    "raises ZeroDivisionError: integer division or modulo by zero\n      in your line": divide,
    "return 1 // scale": divide,
    ": return 1 // scale": divide_within,  # the line that failed, not the one that called it
    "return np.linalg.inv(np.zeros((2, 3)))": inside_numpy,
    "raises RecursionError: maximum recursion depth exceeded": deep,
    "return deep(*inputs)": deep,
    "raises SystemExit: enough": leave,
    "raises KeyError: <object object>": address,
    "raises ValueError: much much": long,
    "raises Silent\n      in your line": silent,
    "raises FloatingPointError: overflow": loud,
    "coroutine": later,
    "a value of type range; expected": lambda *inputs: range(10**12),
    "generator": one_by_one,
    "its parameters must be (": lambda: 1,
    "got (x)": lambda *, x=0: 1,
    "it needs a function, got a value of type int": 3,
    "it needs a function, got a value of type NoneType": None,
    "it needs a function, got a value of type str": "rnn_step",
}


@every_exercise
def test_whatever_goes_wrong_is_told_in_words(exercise):
    def told(case):
        words, function = case
        assert words in assert_told(exercise, function)

    for_each({words: (words, function) for words, function in WRONG.items()}, told)


@every_exercise
def test_an_endless_loop_can_be_stopped(exercise):
    def stopped(*inputs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise.review(stopped)
