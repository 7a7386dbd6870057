"""The mathematics of the live figures, in JavaScript, equals that of rnnkit in NumPy to 1e-12."""

import base64
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from places import ROOT
from py_mini_racer import JSEvalException, MiniRacer

from rnnkit import _int8
from rnnkit.cells import gru_step, lstm_step, rnn_step, sigmoid

SOURCE = (ROOT / "rnnkit/widgets/base/core.js").read_text("utf-8")
SIZES = st.integers(1, 6)
MODERATE = st.floats(-4, 4)
# Sums of products of these are exact in any order, so that both sides see the same large numbers.
EXTREME = st.sampled_from([-1e4, 0.0, 1e4])


@pytest.fixture(scope="module")
def js():
    """Call a function of core.js: numbers travel as JSON, which keeps every bit of a double."""
    with MiniRacer() as engine:
        engine.eval(SOURCE)
        yield lambda name, *args: engine.call(name, *[jsonable(arg) for arg in args])


def jsonable(value):
    if isinstance(value, dict):
        return {key: jsonable(entry) for key, entry in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def assert_close(result, expected):
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


def draw_arrays(draw, **shapes):
    """Arrays of these shapes: all of moderate numbers, or all of extreme ones."""
    numbers = draw(st.sampled_from([MODERATE, EXTREME]))
    return {name: draw(arrays(np.float64, shape, elements=numbers)) for name, shape in shapes.items()}


@st.composite
def steps(draw, gates):
    """x, h and c of one step without a batch, and its weights."""
    D, H = draw(SIZES), draw(SIZES)
    weights = {"weight_ih": (gates * H, D), "weight_hh": (gates * H, H)}
    weights |= {"bias_ih": (gates * H,), "bias_hh": (gates * H,)}
    numbers = draw_arrays(draw, x=(D,), h=(H,), c=(H,), **weights)
    return [numbers.pop(name) for name in ("x", "h", "c")], numbers


def alone(x):
    """As a batch of one, which is what rnnkit.cells takes."""
    return x[np.newaxis]


def softmax(y):
    exps = np.exp(y - y.max())
    return exps / exps.sum()


class TestCells:
    @pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
    @given(step=steps(1))
    def test_rnn(self, js, step, nonlinearity):
        (x, h, _), weights = step
        result = js("rnnStep", x, h, weights, nonlinearity)
        assert_close(result["h"], rnn_step(alone(x), alone(h), **weights, nonlinearity=nonlinearity)[0])
        assert_close(np.tanh(result["before"]), rnn_step(alone(x), alone(h), **weights)[0])

    @given(step=steps(4))
    def test_lstm(self, js, step):
        (x, h, c), weights = step
        result = js("lstmStep", x, h, c, weights)
        (h_next,), (c_next,) = lstm_step(alone(x), alone(h), alone(c), **weights)
        assert_close(result["h"], h_next)
        assert_close(result["c"], c_next)
        r = {name: np.array(value) for name, value in result.items()}
        for gate in "ifo":
            assert_close(r[gate], sigmoid(result["before"][gate]))
        assert_close(r["g"], np.tanh(result["before"]["g"]))
        assert_close(r["kept"], r["f"] * c)
        assert_close(r["written"], r["i"] * r["g"])
        assert_close(r["tanh_c"], np.tanh(c_next))

    @pytest.mark.parametrize("reset_after", [True, False])
    @given(step=steps(3))
    def test_gru(self, js, step, reset_after):
        (x, h, _), weights = step
        result = js("gruStep", x, h, weights, reset_after)
        assert_close(result["h"], gru_step(alone(x), alone(h), **weights, reset_after=reset_after)[0])
        r = {name: np.array(value) for name, value in result.items()}
        for gate in "rz":
            assert_close(r[gate], sigmoid(result["before"][gate]))
        assert_close(r["n"], np.tanh(result["before"]["n"]))
        W_hn, b_hn = np.split(weights["weight_hh"], 3)[2], np.split(weights["bias_hh"], 3)[2]
        assert_close(r["recurrent"], W_hn @ (h if reset_after else r["r"] * h) + b_hn)
        assert_close(r["kept"], r["z"] * h)
        assert_close(r["written"], (1 - r["z"]) * r["n"])

    @given(lstm=steps(4), gru=steps(3))
    def test_another_gate_takes_the_place_of_sigma(self, js, lstm, gru):
        gate = "a => (a > 0 ? 1 : 0)"
        (x, h, c), weights = lstm
        result = js(f"((...all) => lstmStep(...all, {gate}))", x, h, c, weights)
        for name in "ifo":
            np.testing.assert_array_equal(result[name], np.array(result["before"][name]) > 0)
        (x, h, _), weights = gru
        result = js(f"((...all) => gruStep(...all, true, {gate}))", x, h, weights)
        for name in "rz":
            np.testing.assert_array_equal(result[name], np.array(result["before"][name]) > 0)

    def test_defaults_are_those_of_python(self, js):
        rng = np.random.default_rng(0)
        x, h = rng.normal(size=(2, 3))
        for name, gates, step in (("rnnStep", 1, rnn_step), ("gruStep", 3, gru_step)):
            weights = {f"weight_{end}": rng.normal(size=(3 * gates, 3)) for end in ("ih", "hh")}
            weights |= {f"bias_{end}": rng.normal(size=3 * gates) for end in ("ih", "hh")}
            assert_close(js(name, x, h, weights)["h"], step(alone(x), alone(h), **weights)[0])


class TestFunctions:
    @given(x=st.one_of(MODERATE, EXTREME, st.floats(-800, 800)))
    def test_sigmoid(self, js, x):
        np.testing.assert_allclose(js("sigmoid", x), sigmoid(x), rtol=1e-12, atol=1e-300)

    @given(y=arrays(np.float64, SIZES, elements=st.floats(-1e4, 1e4)), data=st.data())
    def test_softmax_and_cross_entropy(self, js, y, data):
        assert_close(js("softmax", y), softmax(y))
        target = data.draw(st.integers(0, len(y) - 1))
        loss = np.log(np.exp(y - y.max()).sum()) + (y.max() - y[target])
        assert_close(js("crossEntropy", y, target), loss)

    @given(data=st.data())
    def test_matvec_add_and_multiply(self, js, data):
        W = data.draw(arrays(np.float64, st.tuples(SIZES, SIZES), elements=MODERATE))
        x = data.draw(arrays(np.float64, W.shape[1], elements=MODERATE))
        assert_close(js("matvec", W, x), W @ x)
        assert js("add", x, W[0], x) == (x + W[0] + x).tolist()
        assert js("multiply", x, W[0], x) == (x * W[0] * x).tolist()

    def test_numbers_cross_without_loss(self, js):
        numbers = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -123456789.12345678, 2**53 - 1.0]
        assert js("(x => x)", numbers) == numbers


class TestInt8:
    @given(q=arrays(np.int8, st.tuples(SIZES, SIZES)), data=st.data())
    def test_decoded_numbers_are_exact(self, js, q, data):
        scale = data.draw(arrays(np.float64, len(q), elements=st.floats(-1e4, 1e4)))
        result = js("(packed => int8Matrix(packed).map(row => Array.from(row)))", packed(q, scale))
        np.testing.assert_array_equal(result, scale[:, np.newaxis] * q)

    def test_all_256_bytes_with_and_without_padding(self, js):
        q = np.arange(-128, 128).astype(np.int8)[np.newaxis]
        text = packed(q, np.ones(1))
        for bytes_ in (text["bytes"], text["bytes"].rstrip("=")):
            result = js("(packed => Array.from(int8Matrix(packed)[0]))", text | {"bytes": bytes_})
            assert result == list(range(-128, 128))

    def test_decoded_weights_go_through_a_step(self, js):
        q = np.array([[127, -3], [5, 64]], np.int8)
        result = js(
            "(packed => matvec(int8Matrix(packed), Float64Array.of(1, -2)))", packed(q, np.array([0.5, 0.1]))
        )
        assert_close(result, [0.5 * 133, 0.1 * -123])

    @given(
        W=st.one_of(
            arrays(np.float64, st.tuples(SIZES, SIZES), elements=elements)
            for elements in (MODERATE, EXTREME, st.floats(-1e300, 1e300))
        )
    )
    def test_python_packs_what_the_page_unpacks(self, js, W):
        text = json.dumps(_int8.encode(W))
        result = js("(packed => int8Matrix(packed).map(row => Array.from(row)))", json.loads(text))
        np.testing.assert_array_equal(result, _int8.decode(json.loads(text)))
        scale = np.abs(W).max(axis=1, keepdims=True) / 127
        assert (np.abs(result - W) <= scale * 0.5000001 + 1e-300).all()

    def test_packing_keeps_the_grid_itself(self):
        grid = np.arange(-127, 128)[np.newaxis] * np.array([[0.5], [1e-3]])
        np.testing.assert_allclose(_int8.decode(_int8.encode(grid)), grid, rtol=1e-15)
        assert _int8.encode([[0.0, 0.0]]) == {"scale": [0.0], "bytes": "AAA="}

    @pytest.mark.parametrize(
        ("weights", "error", "message"),
        [
            ([1.0], ValueError, r"W must be (R, C), got (1,)"),
            ([[]], ValueError, "W must be (R, C) and not empty, got (1, 0)"),
            ([[np.nan, 1]], ValueError, "W must be finite, got 1 NaN"),
            ([["a"]], TypeError, "W must be an array of real numbers"),
        ],
    )
    def test_errors_of_packing(self, weights, error, message):
        with pytest.raises(error, match=re.escape(message)):
            _int8.encode(weights, "W")

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"bytes": "<b>"}, ValueError, "W['bytes'] must be text in base64, got '<b>'"),
            ({"bytes": "ü"}, ValueError, "W['bytes'] must be text in base64"),
            ({"bytes": None}, TypeError, "W['bytes'] must be str, got None"),
            ({"bytes": ""}, ValueError, "W['bytes'] must be R · C bytes with R = 2, got 0 bytes"),
            ({"bytes": "AAAA"}, ValueError, "W['bytes'] must be R · C bytes with R = 2, got 3 bytes"),
            ({"scale": [1, np.inf]}, ValueError, "W['scale'] must be finite"),
            ({"more": 1}, ValueError, "W must have the keys scale, bytes: unknown more"),
        ],
    )
    def test_errors_of_unpacking_in_python(self, change, error, message):
        with pytest.raises(error, match=re.escape(message)):
            _int8.decode(_int8.encode(np.ones((2, 2))) | change, "W")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"bytes": "<b>"}, 'W.bytes must be text in base64, got "<b>" (a string)'),
            ({"bytes": None}, "W.bytes must be text in base64, got null"),
            ({"bytes": ""}, 'W.bytes must be text in base64, got "" (a string)'),
            ({"bytes": "AAAAA&lt"}, 'W.bytes must be text in base64, got "AAAAA&lt" (a string)'),
            ({"bytes": "AAAA"}, "W.bytes must be R · C bytes with R = 2, got 3 bytes"),
            ({"bytes": "A"}, "W.bytes must be R · C bytes with R = 2, got 0 bytes"),
            ({"scale": [1, None]}, "W.scale[1] must be a finite number, got null"),
            ({"scale": 1}, "W.scale must be (R,), got 1"),
        ],
    )
    def test_errors(self, js, change, message):
        with pytest.raises(JSEvalException, match=f"Error: {re.escape(message)}\n"):
            js("int8Matrix", packed(np.zeros((2, 2), np.int8), np.ones(2)) | change, "W")
        with pytest.raises(JSEvalException, match="W must be an object with scale, bytes, got null"):
            js("int8Matrix", None, "W")


def packed(q, scale):
    return {"scale": scale, "bytes": base64.b64encode(q.tobytes()).decode()}


def ones(gates, D=3, H=2):
    """Arguments of a step that are right."""
    weights = {"weight_ih": np.ones((gates * H, D)), "weight_hh": np.ones((gates * H, H))}
    return {
        "x": np.ones(D),
        "h": np.ones(H),
        "c": np.ones(H),
        "weights": weights | {"bias_ih": np.ones(gates * H), "bias_hh": np.ones(gates * H)},
    }


STEPS = {"rnnStep": (1, ["x", "h"]), "lstmStep": (4, ["x", "h", "c"]), "gruStep": (3, ["x", "h"])}
HOSTILE = [
    (float("nan"), "NaN"),
    (float("inf"), "Infinity"),
    (None, "null"),
    ("1", '"1" (a string)'),
    ([1.0], "(1,)"),
    ({}, "an object"),
]


class TestErrors:
    @pytest.fixture
    def fails(self, js):
        def check(message, name, *args):
            with pytest.raises(JSEvalException, match=f"Error: {re.escape(message)}\n"):
                js(name, *args)

        return check

    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize(("bad", "shown"), HOSTILE)
    def test_each_argument_of_a_step_must_hold_finite_numbers(self, fails, step, bad, shown):
        gates, vectors = STEPS[step]
        for name in [*vectors, *ones(gates)["weights"]]:
            numbers = ones(gates)
            place = numbers if name in vectors else numbers["weights"]
            changed = place[name] = place[name].tolist()
            where = "[1]"
            if name.startswith("weight"):
                changed, where = changed[1], "[1][1]"
            changed[1] = bad
            message = f"{name}{where} must be a finite number, got {shown}"
            fails(message, step, *[numbers[vector] for vector in vectors], numbers["weights"])

    @pytest.mark.parametrize("step", STEPS)
    def test_shapes_must_agree(self, fails, step):
        gates, vectors = STEPS[step]
        rows = "H" if gates == 1 else f"{gates}H"
        known = "H = 2" if gates == 1 else f"{rows} = {2 * gates}"
        wrong = {
            "x": (np.ones((1, 3)), "(D,), got (1, 3)"),
            "h": ([], "(H,), got (0,)"),
            "weight_ih": (np.ones((5, 3)), f"({rows}, D) with {known}, D = 3, got (5, 3)"),
            "weight_hh": ([[1, 2], [3]], f"({rows}, H) with {known}, H = 2, got rows of unequal length"),
            "bias_ih": (None, f"({rows},) with {known}, got null"),
            "bias_hh": ("<img src=x>", f'({rows},) with {known}, got "<img src=x>" (a string)'),
        }
        for name, (bad, message) in wrong.items():
            numbers = ones(gates)
            (numbers if name in vectors else numbers["weights"])[name] = bad
            states = [numbers[vector] for vector in vectors]
            fails(f"{name} must be {message}", step, *states, numbers["weights"])

    def test_cell_state(self, fails):
        numbers = ones(4) | {"c": np.ones(3)}
        fails("c must be (H,) with H = 2, got (3,)", "lstmStep", *numbers.values())

    @pytest.mark.parametrize("step", STEPS)
    def test_weights_must_be_an_object_with_all_parts(self, fails, step):
        gates, vectors = STEPS[step]
        states = [ones(gates)[vector] for vector in vectors]
        parts = "weight_ih, weight_hh, bias_ih, bias_hh"
        for bad, shown in ((None, "null"), ("a" * 99, f'"{"a" * 40}" (a string)'), (3, "3")):
            fails(f"weights must be an object with {parts}, got {shown}", step, *states, bad)
        weights = ones(gates)["weights"]
        del weights["bias_hh"]
        size = "(H,) with H = 2" if gates == 1 else f"({gates}H,) with {gates}H = {2 * gates}"
        fails(f"bias_hh must be {size}, got undefined", step, *states, weights)

    @pytest.mark.parametrize(
        ("message", "name", "args"),
        [
            ('nonlinearity must be "tanh" or "relu", got "sin" (a string)', "rnnStep", [1, "sin"]),
            ("resetAfter must be true or false, got 1", "gruStep", [3, 1]),
        ],
    )
    def test_options(self, fails, message, name, args):
        gates, option = args
        numbers = ones(gates)
        fails(message, name, numbers["x"], numbers["h"], numbers["weights"], option)

    @pytest.mark.parametrize(
        ("message", "name", "args"),
        [
            ("x must be a finite number, got NaN", "sigmoid", [float("nan")]),
            ("y must be (V,), got (0,)", "softmax", [[]]),
            ('y[0] must be a finite number, got "2" (a string)', "softmax", [["2"]]),
            ("y must be (V,), got (1, 2)", "crossEntropy", [[[1, 2]], 0]),
            ("target must be an integer from 0 to 1, got 2", "crossEntropy", [[1, 2], 2]),
            ("target must be an integer from 0 to 1, got 0.5", "crossEntropy", [[1, 2], 0.5]),
            ("target must be an integer from 0 to 1, got null", "crossEntropy", [[1, 2], None]),
            ("W must be (R, C), got (2,)", "matvec", [[1, 2], [1, 2]]),
            ("W must be (R, C), got rows of unequal length", "matvec", [[[1, 2], "ab"], [1, 2]]),
            ("W must be (R, C), got rows of unequal length", "matvec", [[[1, 2], None], [1, 2]]),
            ("x must be (C,) with C = 2, got (3,)", "matvec", [[[1, 2]], [1, 2, 3]]),
            ("vectors[1] must be (N,) with N = 1, got (2,)", "add", [[1], [1, 2]]),
            ("vectors[0][0] must be a finite number, got null", "multiply", [[None], [1]]),
            (
                "numbers must be smaller: a sum of their products is not finite",
                "matvec",
                [[[1e200, -1e200]], [1e200, 1e200]],
            ),
        ],
    )
    def test_functions(self, fails, message, name, args):
        fails(message, name, *args)


class TestVectors:
    def test_float64_arrays_give_what_arrays_give(self, js):
        rng = np.random.default_rng(1)
        for name, (gates, vectors) in STEPS.items():
            numbers = {part: rng.normal(size=array.shape) for part, array in ones(gates)["weights"].items()}
            states = [rng.normal(size=ones(gates)[vector].shape) for vector in vectors]
            typed = f"""((states, weights) => {{
                const typed = (list) => Array.isArray(list[0]) ? list.map(typed) : Float64Array.from(list);
                const parts = Object.entries(weights).map(([name, part]) => [name, typed(part)]);
                return {name}(...states.map(typed), Object.fromEntries(parts));
            }})"""
            states = [state.tolist() for state in states]
            assert js(typed, states, jsonable(numbers)) == js(name, *states, numbers)

    def test_no_argument_is_changed(self, js):
        for name, (gates, vectors) in STEPS.items():
            args = [*(ones(gates)[vector] for vector in vectors), ones(gates)["weights"]]
            before = [jsonable(arg) for arg in args]
            assert js(f"((...args) => {{ {name}(...args); return args; }})", *args) == before


def test_python_can_put_the_text_in_front_of_any_figure():
    assert not re.search(r"^\s*(import|export)\b", SOURCE, re.MULTILINE)
    names = re.findall(r"^(?:function|const) (\w+)", SOURCE, re.MULTILINE)
    assert len(names) == len(set(names))
    statements = [line for line in SOURCE.splitlines() if re.match(r"[a-zA-Z]", line)]
    assert all(re.match(r"function |const ", line) for line in statements)
