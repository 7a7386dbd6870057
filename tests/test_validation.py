from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import _validation as v


class Unreadable:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("not an array")

    def __repr__(self):
        raise RuntimeError("not even a name")


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.zeros((5, 3, 7)), ValueError, r"^x must be \(T, B, 8\), got \(5, 3, 7\)$"),
        (np.zeros((5, 8)), ValueError, r"^x must be \(T, B, 8\), got \(5, 8\)$"),
        (np.zeros((0, 3, 8)), ValueError, r"^x must be \(T, B, 8\) and not empty, got \(0, 3, 8\)$"),
        (1.5, ValueError, r"^x must be \(T, B, 8\), got \(\)$"),
        ("text", TypeError, r"^x must be an array of real numbers, got 'text' \(str\)$"),
        (None, TypeError, r"^x must be an array of real numbers, got None$"),
        (
            [[1.0], [1.0, 2.0]],
            TypeError,
            r"^x must be an array of real numbers, got \[\[1.0\], \[1.0, 2.0\]\]",
        ),
        (
            np.zeros((5, 3, 8), complex),
            TypeError,
            r"real numbers, got an array of complex128, shape \(5, 3, 8\)",
        ),
        (np.zeros((5, 3, 8), bool), TypeError, r"real numbers, got an array of bool"),
        (np.zeros((5, 3, 8), object), TypeError, r"real numbers, got an array of object"),
        ([[[10**30] * 8]], TypeError, r"^x must be an array of real numbers"),
        (Unreadable(), TypeError, r"^x must be an array of real numbers, got <Unreadable .*: not an array$"),
        (torch.zeros(5, 3, 8, requires_grad=True), TypeError, r"^x must be an array of real numbers.*grad"),
    ],
)
def test_array_names_what_came_and_what_it_must_be(value, error, message):
    with pytest.raises(error, match=message):
        v.array("x", value, ("T", "B", 8))


def test_array_counts_numbers_that_are_not_finite():
    x = np.array([1, np.nan, np.inf, np.nan, -np.inf, -np.inf])
    with pytest.raises(ValueError, match=r"^x must be finite, got 2 NaN and 3 infinite of 6 numbers$"):
        v.array("x", x)
    assert v.array("x", x, finite=False) is x
    for dtype in (np.float32, np.float64):  # the squares of these are infinite
        huge = np.full((3, 2), np.finfo(dtype).max)
        assert v.array("x", huge) is huge


def test_array_ties_arguments_together_by_their_letters():
    sizes = {"B": 3}
    with pytest.raises(ValueError, match=r"^h must be \(B, H\) with B = 3, got \(2, 4\)$"):
        v.array("h", np.zeros((2, 4)), ("B", "H"), sizes=sizes)
    with pytest.raises(ValueError, match=r"^w must be \(H, H\), got \(4, 5\)$"):
        v.array("w", np.zeros((4, 5)), ("H", "H"), sizes=sizes)
    with pytest.raises(ValueError, match="must be finite"):
        v.array("h", np.full((3, 4), np.nan), ("B", "H"), sizes=sizes)
    assert sizes == {"B": 3}
    v.array("h", np.zeros((3, 4)), ("B", "H"), sizes=sizes)
    assert sizes == {"B": 3, "H": 4}


def test_array_converts_without_a_needless_copy():
    for dtype in (np.float32, np.float64):
        x = np.zeros((2, 3), dtype)
        assert v.array("x", x, ("A", "B")) is x
    assert v.array("x", [[1, 2]]).dtype == np.float64
    assert v.array("x", np.zeros(2, np.float16)).dtype == np.float64
    assert v.array("x", torch.ones(2)).dtype == np.float32
    assert v.array("x", 2.0, ()).shape == ()


def test_array_refuses_numbers_that_the_dtype_cannot_hold():
    with pytest.raises(ValueError, match=r"^x has numbers that are too large for float32$"):
        v.array("x", [1e300], dtype=np.float32)
    with pytest.raises(ValueError, match=r"^ids has numbers that do not fit into int8$"):
        v.array("ids", [300], dtype=np.int8)
    with pytest.raises(TypeError, match=r"^ids must be an array of integers, got \[1.0\] \(list\)$"):
        v.array("ids", [1.0], dtype=np.int64)
    with pytest.raises(ValueError, match=r"^x must not be empty, got shape \(0,\)$"):
        v.array("x", [])


@given(
    shape=st.lists(st.integers(0, 3), max_size=3).map(tuple),
    wanted=st.lists(st.sampled_from([1, 2, 3, "A", "B"]), max_size=3).map(tuple),
)
def test_array_accepts_a_shape_exactly_if_some_sizes_explain_it(shape, wanted):
    explained = 0 not in shape and any(
        shape == tuple({"A": a, "B": b}.get(size, size) for size in wanted)
        for a in range(1, 4)
        for b in range(1, 4)
    )
    if explained:
        assert v.array("x", np.zeros(shape), wanted).shape == shape
    else:
        with pytest.raises(ValueError, match=r"^x must be \("):
            v.array("x", np.zeros(shape), wanted)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: v.integer("n", 2.0), TypeError, r"^n must be an integer, got 2.0 \(float\)$"),
        (lambda: v.integer("n", True), TypeError, "^n must be an integer, got True$"),
        (lambda: v.integer("n", 0, 1), ValueError, "^n must be an integer at least 1, got 0$"),
        (lambda: v.integer("n", 9, 1, 8), ValueError, "^n must be an integer from 1 to 8, got 9$"),
        (lambda: v.integer("n", 9, high=8), ValueError, "^n must be an integer at most 8, got 9$"),
        (lambda: v.number("p", "1"), TypeError, r"^p must be a number, got '1' \(str\)$"),
        (lambda: v.number("p", True), TypeError, "^p must be a number, got True$"),
        (lambda: v.number("p", np.nan), ValueError, "^p must be a finite number, got nan"),
        (lambda: v.number("p", 10**400), ValueError, "^p must be a finite number, got 1000"),
        (lambda: v.number("p", np.nan, finite=False), ValueError, "^p must be a number, got nan"),
        (lambda: v.number("p", 0, above=0), ValueError, "^p must be a finite number above 0, got 0"),
        (lambda: v.number("p", 2, 0, 1), ValueError, "^p must be a finite number from 0 to 1, got 2.0$"),
        (lambda: v.boolean("bias", 1), TypeError, r"^bias must be True or False, got 1 \(int\)$"),
        (
            lambda: v.choice("c", "sin", ("tanh", "relu")),
            ValueError,
            "^c must be 'tanh' or 'relu', got 'sin'",
        ),
        (
            lambda: v.choice("c", ["tanh"], ("tanh",)),
            TypeError,
            r"^c must be 'tanh', got \['tanh'\] \(list\)",
        ),
        (
            lambda: v.instance("path", 3, (str, bytes)),
            TypeError,
            r"^path must be str or bytes, got 3 \(int\)$",
        ),
        (lambda: v.function("f", 3), TypeError, r"^f must be a function, got 3 \(int\)$"),
        (
            lambda: v.float_dtype("dtype", int),
            TypeError,
            "^dtype must be float32 or float64, got <class 'int'>",
        ),
        (lambda: v.float_dtype("dtype", None), TypeError, "^dtype must be float32 or float64, got None$"),
        (
            lambda: v.float_dtype("dtype", "half a"),
            TypeError,
            "^dtype must be float32 or float64, got 'half a'",
        ),
        (lambda: v.keys("d", {"a": 1, "c": 2}, ("a", "b")), ValueError, "keys a, b: missing b; unknown c$"),
        (lambda: v.keys("d", [("a", 1)], ("a",)), TypeError, r"^d must be Mapping, got \[\('a', 1\)\]"),
        (lambda: v.lengths("lengths", [1, 6], 2, 5), ValueError, "integers from 1 to 5, got 1 to 6$"),
        (lambda: v.lengths("lengths", [0, 5], 2, 5), ValueError, "integers from 1 to 5, got 0 to 5$"),
        (
            lambda: v.lengths("lengths", [1, 2], 3, 5),
            ValueError,
            r"^lengths must be \(B,\) with B = 3, got \(2,\)",
        ),
        (lambda: v.lengths("lengths", [1.0, 2.0], 2, 5), TypeError, "^lengths must be an array of integers"),
    ],
)
def test_other_arguments_name_what_came_and_what_they_must_be(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_path_is_that_of_a_file_which_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    for good in (tmp_path / "file", str(tmp_path / "new" / "file"), "file"):
        assert v.file_path("path", good) == Path(good)
    for bad, error, message in (
        (3, TypeError, r"^path must be str or PathLike, got 3 \(int\)$"),
        (tmp_path, ValueError, "^path must be a file, got the folder "),
        ("", ValueError, r"^path must be a file, got the folder \.$"),
        (
            tmp_path / "file" / "new" / "x",
            ValueError,
            "^path must lie in a folder, got .*x, and .*file is a file$",
        ),
    ):
        with pytest.raises(error, match=message):
            v.file_path("path", bad)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_masked_elements_are_counted():
    masked = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[True, False], [False, True]])
    for value, count in (
        (masked, 2),
        ([masked[0], masked[1]], 2),
        ([1.0, np.ma.masked], 1),
        (np.ma.masked, 1),
    ):
        with pytest.raises(ValueError, match=f"^x must have no masked elements, got {count}: leave them out"):
            v.array("x", value, finite=False)
    ids = np.ma.array([1, 2], mask=[False, True])
    with pytest.raises(ValueError, match=r"^ids must have no masked elements, got 1"):
        v.array("ids", ids, dtype=np.int64)
    whole = v.array("x", np.ma.array([1.0, 2.0], mask=False))
    assert type(whole) is np.ndarray


def test_good_arguments_come_back_as_plain_types():
    assert type(v.integer("n", np.int32(3), 1, 3)) is int
    assert type(v.number("p", np.float32(0.5), 0, 1)) is float
    assert v.number("p", float("inf"), finite=False) == float("inf")
    assert v.boolean("bias", np.True_) is True
    assert v.choice("c", "relu", ("tanh", "relu")) == "relu"
    assert v.float_dtype("dtype", "float32") == np.float32
    assert v.float_dtype("dtype", np.float64) == np.float64
    assert v.lengths("lengths", torch.tensor([5, 1]), 2, 5).tolist() == [5, 1]
    assert v.keys("d", {"a": 1}, ("a",)) == {"a": 1}
