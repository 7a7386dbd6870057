"""Attention in JavaScript equals rnnkit.attention to 1e-12."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from places import ROOT
from py_mini_racer import JSEvalException, MiniRacer

from rnnkit.attention import additive_attention, dot_attention

SIZES = st.integers(1, 6)
MODERATE = st.floats(-4, 4)
EXTREME = st.sampled_from([-1e4, 0.0, 1e4])  # sums of products of these are exact in any order


@pytest.fixture(scope="module")
def js():
    """Call a function of attention.js."""
    with MiniRacer() as engine:
        for name in ("core", "attention"):
            engine.eval((ROOT / f"rnnkit/widgets/base/{name}.js").read_text("utf-8"))
        engine.eval("function lookThroughHole() { return dotAttention([1], [[1], [2]], [true, , ]); }")
        yield lambda name, *args: engine.call(name, *map(jsonable, args))


def jsonable(value):
    if isinstance(value, dict):
        return {key: jsonable(entry) for key, entry in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


@st.composite
def cases(draw, additive):
    """A query, its values, the weights of additive attention, and a mask or None; without a batch."""
    T, H, U = draw(SIZES), draw(SIZES), draw(SIZES)
    H_v = draw(SIZES) if additive else H
    numbers = draw(st.sampled_from([MODERATE, EXTREME]))
    shapes = {"query": (H,), "values": (T, H_v)}
    weights = {
        "weight_query": (U, H), "bias_query": (U,), "weight_values": (U, H_v), "bias_values": (U,),
        "weight_score": (1, U), "bias_score": (1,),
    }  # fmt: skip
    drawn = {
        name: draw(arrays(np.float64, shape, elements=numbers)) for name, shape in (shapes | weights).items()
    }
    mask = draw(st.none() | arrays(bool, (T,)).filter(np.any))
    return drawn.pop("query"), drawn.pop("values"), drawn, mask


def assert_same(result, expected):
    for name, wanted in expected._asdict().items():
        np.testing.assert_allclose(result[name], wanted[0], rtol=1e-12, atol=1e-12, err_msg=name)


@given(case=cases(additive=True))
def test_additive(js, case):
    query, values, weights, mask = case
    expected = additive_attention(
        query[None], values[None], **weights, mask=None if mask is None else mask[None]
    )
    assert_same(js("additiveAttention", query, values, weights, mask), expected)


@given(case=cases(additive=False))
def test_dot(js, case):
    query, values, _, mask = case
    expected = dot_attention(query[None], values[None], mask=None if mask is None else mask[None])
    assert_same(js("dotAttention", query, values, mask), expected)


def test_padding_has_no_weight_however_high_its_score(js):
    values = np.array([[1.0, 0], [0, 500]])
    found = js("dotAttention", [1.0, 5.0], values, [True, False])
    assert found == {"context": [1, 0], "weights": [1, 0], "scores": [1, 2500]}


@pytest.mark.parametrize(
    ("query", "values", "mask", "message"),
    [
        ([1.0], [[1.0, 2.0]], None, "values must be (T, H) with H = 1, got (1, 2)"),
        ([[1.0]], [[1.0]], None, "query must be (H,), got (1, 1)"),
        ([1.0], [], None, "values must be (T, H) with H = 1, got (0,)"),
        ([float("nan")], [[1.0]], None, "query[0] must be a finite number, got NaN"),
        ([1.0], [[1.0], ["2"]], None, 'values[1][0] must be a finite number, got "2" (a string)'),
        ([1.0], [[1.0]], [True, True], "mask must be (T,) of true and false with T = 1, got (2,)"),
        ([1.0], [[1.0]], [1], "mask must be (T,) of true and false with T = 1, got (1,)"),
        ([1.0], [[1.0], [2.0]], [False, False], "mask must have a true: nothing counts"),
    ],
)
def test_bad_arguments_of_dot_are_named(js, query, values, mask, message):
    with pytest.raises(JSEvalException, match=f"Error: {re.escape(message)}\n"):
        js("dotAttention", query, values, mask)


def test_a_hole_in_a_mask_is_named(js):  # JSON has none
    with pytest.raises(JSEvalException, match="mask must be \\(T,\\) of true and false with T = 2"):
        js("lookThroughHole")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_query": [[1.0]]}, "weight_query must be (U, H) with H = 2, got (1, 1)"),
        ({"bias_query": [0.0, 0.0]}, "bias_query must be (U,) with U = 1, got (2,)"),
        ({"weight_values": [[1.0, 1.0]]}, "weight_values must be (U, H_v) with U = 1, H_v = 3, got (1, 2)"),
        ({"weight_score": [[1.0], [1.0]]}, "weight_score must be (1, U) with 1 = 1, U = 1, got (2, 1)"),
        ({"bias_score": [0.0, 0.0]}, "bias_score must be (1,) with 1 = 1, got (2,)"),
        ({"bias_values": [None]}, "bias_values[0] must be a finite number, got null"),
    ],
)
def test_bad_weights_of_additive_are_named(js, change, message):
    weights = {
        "weight_query": [[1.0, 1.0]], "bias_query": [0.0], "weight_values": [[1.0, 1.0, 1.0]],
        "bias_values": [0.0], "weight_score": [[1.0]], "bias_score": [0.0],
    }  # fmt: skip
    assert js("additiveAttention", [1.0, 1.0], [[1.0, 1.0, 1.0]], weights)["weights"] == [1]
    with pytest.raises(JSEvalException, match=f"Error: {re.escape(message)}\n"):
        js("additiveAttention", [1.0, 1.0], [[1.0, 1.0, 1.0]], weights | change)
    with pytest.raises(JSEvalException, match="weights must be an object with weight_query, bias_query"):
        js("additiveAttention", [1.0, 1.0], [[1.0, 1.0, 1.0]], None)
