"""The synthetic tasks: targets computed once more from the input, and the trivial scores."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import tasks

batches = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


def generator(seed=0):
    return np.random.default_rng(seed)


# Adding


@given(T=st.integers(2, 30), B=batches, seed=seeds)
def test_adding_sums_one_marked_value_of_each_half(T, B, seed):
    x, y = tasks.adding(T, B, generator(seed))
    assert (x.shape, y.shape, x.dtype, y.dtype) == ((T, B, 2), (B,), np.float32, np.float32)
    for sample in range(B):
        values, markers = x[:, sample].T
        assert set(markers.tolist()) <= {0, 1}
        assert markers[: T // 2].sum() == markers[T // 2 :].sum() == 1
        assert y[sample] == np.float32(sum(values[markers == 1]))
        assert ((values >= 0) & (values <= 1)).all()


def test_adding_uses_every_step_and_the_whole_range():
    x, y = tasks.adding(7, 4000, generator())
    share = x[..., 1].mean(axis=1)
    expected = np.array([1 / 3] * 3 + [1 / 4] * 4)
    np.testing.assert_allclose(share, expected, atol=5 * math.sqrt(0.25 / 4000))
    assert x[..., 0].min() < 0.01
    assert x[..., 0].max() > 0.99


def test_trivial_score_of_adding():
    y = tasks.adding(20, 100_000, generator())[1].astype(float)
    errors = (y - 1) ** 2
    se = errors.std() / math.sqrt(len(errors))
    assert abs(errors.mean() - tasks.adding_trivial()) < 4 * se
    for constant in (0.9, 1.1):
        assert ((y - constant) ** 2).mean() > tasks.adding_trivial() + 4 * se


# Copy memory


@given(delay=st.integers(1, 20), B=batches, seed=seeds, length=st.integers(1, 5), symbols=st.integers(1, 9))
def test_copy_memory_wants_the_word_after_the_signal(delay, B, seed, length, symbols):
    x, y = tasks.copy_memory(delay, B, generator(seed), length=length, symbols=symbols)
    T = delay + 2 * length
    assert (x.shape, y.shape, x.dtype, y.dtype) == ((T, B, symbols + 2), (T, B), np.float32, np.int64)
    assert (x.sum(axis=2) == 1).all()
    assert set(np.unique(x)) <= {0, 1}
    blank, signal = symbols, symbols + 1
    for sample in range(B):
        read = [int(np.flatnonzero(step)[0]) for step in x[:, sample]]
        word = read[:length]
        assert max(word) < symbols
        assert read[length:] == [blank] * (delay - 1) + [signal] + [blank] * length
        assert y[:, sample].tolist() == [blank] * (delay + length) + word
        assert read.index(signal) - (length - 1) == delay


def test_copy_memory_of_the_paper():
    x, y = tasks.copy_memory(100, 2000, generator())
    assert x.shape == (120, 2000, 10)
    shares = np.bincount(y[-10:].ravel(), minlength=8) / 20_000
    np.testing.assert_allclose(shares, 1 / 8, atol=5 * math.sqrt(1 / 8 * 7 / 8 / 20_000))


# Temporal order


@given(T=st.integers(10, 60), B=batches, seed=seeds)
def test_temporal_order_names_the_two_symbols(T, B, seed):
    x, y = tasks.temporal_order(T, B, generator(seed))
    assert (x.shape, y.shape, x.dtype, y.dtype) == ((T, B, 8), (B,), np.float32, np.int64)
    assert (x.sum(axis=2) == 1).all()
    for sample in range(B):
        word = "".join("abcdXYEB"[np.flatnonzero(step)[0]] for step in x[:, sample])
        places = [t for t, symbol in enumerate(word) if symbol in "XY"]
        assert len(places) == 2
        assert T // 10 <= places[0] <= 2 * T // 10
        assert T // 2 <= places[1] <= 6 * T // 10
        order = "".join(word[t] for t in places)
        assert y[sample] == ["XX", "XY", "YX", "YY"].index(order)
        assert (word[0], word[-1]) == ("E", "B")
        assert set(word[1:-1]) <= set("abcdXY")


def test_temporal_order_of_the_paper():
    x, y = tasks.temporal_order(100, 4000, generator())
    relevant = x[..., 4:6].sum(axis=2).mean(axis=1)
    used = np.flatnonzero(relevant)
    assert used.tolist() == [*range(10, 21), *range(50, 61)]
    np.testing.assert_allclose(relevant[used], 1 / 11, atol=5 * math.sqrt(1 / 11 / 4000))


def test_trivial_score_of_temporal_order():
    y = tasks.temporal_order(10, 40_000, generator())[1]
    shares = np.bincount(y, minlength=4) / len(y)
    assert shares.max() < 1 / 4 + 4 * math.sqrt(1 / 4 * 3 / 4 / len(y))
    assert shares.min() > 1 / 4 - 4 * math.sqrt(1 / 4 * 3 / 4 / len(y))
    assert tasks.temporal_order_trivial() == pytest.approx(-np.log(np.full(4, 1 / 4)[y]).mean(), rel=1e-12)


# All three

TASKS = [
    lambda rng: tasks.adding(12, 3, rng),
    lambda rng: tasks.copy_memory(12, 3, rng),
    lambda rng: tasks.temporal_order(12, 3, rng),
]


@pytest.mark.parametrize("task", TASKS)
def test_the_generator_decides_everything(task):
    rng = generator(1)
    x, y = task(rng)
    again = task(generator(1))
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])
    assert not np.array_equal(x, task(rng)[0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tasks.adding(1, 3, generator()), ValueError, "^T must be an integer at least 2, got 1$"),
        (lambda: tasks.adding(5.0, 3, generator()), TypeError, r"^T must be an integer, got 5.0 \(float\)$"),
        (lambda: tasks.adding(5, 0, generator()), ValueError, "^B must be an integer at least 1, got 0$"),
        (lambda: tasks.adding(5, 3, 0), TypeError, r"^rng must be Generator, got 0 \(int\)$"),
        (lambda: tasks.copy_memory(0, 3, generator()), ValueError, "^delay must be an integer at least 1"),
        (lambda: tasks.copy_memory(5, True, generator()), TypeError, "^B must be an integer, got True$"),
        (lambda: tasks.copy_memory(5, 3, None), TypeError, "^rng must be Generator, got None$"),
        (lambda: tasks.copy_memory(5, 3, generator(), length=0), ValueError, "^length must be an integer"),
        (lambda: tasks.copy_memory(5, 3, generator(), symbols=0), ValueError, "^symbols must be an integer"),
        (lambda: tasks.temporal_order(9, 3, generator()), ValueError, "^T must be an integer at least 10"),
        (lambda: tasks.temporal_order(10, -2, generator()), ValueError, "^B must be an integer at least 1"),
        (lambda: tasks.temporal_order(10, 3, [1]), TypeError, "^rng must be Generator, got"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_bad_argument_draws_nothing():
    rng = generator(3)
    with pytest.raises(ValueError, match=r"^length must be"):
        tasks.copy_memory(5, 3, rng, length=0)
    assert rng.random() == generator(3).random()
