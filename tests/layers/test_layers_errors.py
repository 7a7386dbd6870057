"""Bad input to rnnkit.layers is named, and leaves the layer as it was."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnkit.layers import GRU, LSTM, RNN

T, B, D, H = 5, 2, 3, 4


def ready():
    """A layer that was called and can go back."""
    layer = RNN(D, H, bidirectional=True, seed=0)
    output, _ = layer(np.ones((T, B, D)))
    return layer, output


def assert_still_ready(layer, output):
    fresh, _ = ready()
    assert layer.grads == {}
    for name, param in fresh.params.items():
        np.testing.assert_array_equal(layer.params[name], param)
    np.testing.assert_array_equal(layer.backward(output)[0], fresh.backward(output)[0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input_size": 0}, ValueError, "input_size must be an integer at least 1, got 0"),
        ({"input_size": 3.0}, TypeError, r"input_size must be an integer, got 3.0 \(float\)"),
        ({"hidden_size": -1}, ValueError, "hidden_size must be an integer at least 1, got -1"),
        ({"hidden_size": None}, TypeError, "hidden_size must be an integer, got None"),
        ({"num_layers": 0}, ValueError, "num_layers must be an integer at least 1, got 0"),
        ({"num_layers": True}, TypeError, "num_layers must be an integer, got True"),
        ({"nonlinearity": "sigmoid"}, ValueError, "nonlinearity must be 'tanh' or 'relu', got 'sigmoid'"),
        ({"bias": 1}, TypeError, "bias must be True or False, got 1"),
        ({"batch_first": "no"}, TypeError, "batch_first must be True or False, got 'no'"),
        ({"bidirectional": None}, TypeError, "bidirectional must be True or False, got None"),
        ({"dtype": np.float16}, TypeError, "dtype must be float32 or float64, got <class 'numpy.float16'>"),
        ({"dtype": None}, TypeError, "dtype must be float32 or float64, got None"),
        ({"seed": -1}, ValueError, "seed must be an integer at least 0, got -1"),
        ({"seed": "a"}, TypeError, "seed must be an integer, got 'a'"),
    ],
)
def test_constructor(arguments, error, message):
    with pytest.raises(error, match="^" + message):
        RNN(**{"input_size": D, "hidden_size": H} | arguments)


NAN_AT_THE_END = np.ones((T, B, D))
NAN_AT_THE_END[-1, 0, 0] = np.nan


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": np.ones((T, B, 7))}, ValueError, r"x must be \(T, B, 3\), got \(5, 2, 7\)$"),
        (
            {"x": np.ones((T, D))},
            ValueError,
            r"x must be \(T, B, 3\), got \(5, 3\): unbatched input is not supported$",
        ),
        ({"x": np.ones(D)}, ValueError, r"x must be \(T, B, 3\), got \(3,\)$"),
        ({"x": np.ones((0, B, D))}, ValueError, r"x must be \(T, B, 3\) and not empty"),
        ({"x": None}, TypeError, "x must be an array of real numbers, got None"),
        ({"x": "text"}, TypeError, "x must be an array of real numbers, got 'text'"),
        ({"x": [[[1, 2, 3]], [[1, 2]]]}, TypeError, "x must be an array of real numbers, got"),
        ({"x": np.ones((T, B, D), complex)}, TypeError, "x must be an array of real numbers, got"),
        ({"x": NAN_AT_THE_END}, ValueError, "x must be finite, got 1 NaN"),
        ({"x": NAN_AT_THE_END, "lengths": [5, 1]}, ValueError, "x must be finite, got 1 NaN"),
        (
            {"state": np.ones((1, B, H))},
            ValueError,
            r"state must be \(2, B, 4\) with B = 2, got \(1, 2, 4\)$",
        ),
        (
            {"state": np.ones((2, 3, H))},
            ValueError,
            r"state must be \(2, B, 4\) with B = 2, got \(2, 3, 4\)$",
        ),
        (
            {"state": np.full((2, B, H), np.inf)},
            ValueError,
            "state must be finite, got 0 NaN and 16 infinite",
        ),
        ({"state": "zeros"}, TypeError, "state must be an array of real numbers, got 'zeros'"),
        ({"lengths": [1, 2, 3]}, ValueError, r"lengths must be \(B,\) with B = 2, got \(3,\)$"),
        ({"lengths": [0, 5]}, ValueError, "lengths must be integers from 1 to 5, got 0 to 5$"),
        ({"lengths": [5, 6]}, ValueError, "lengths must be integers from 1 to 5, got 5 to 6$"),
        ({"lengths": [5.0, 5.0]}, TypeError, "lengths must be an array of integers"),
        ({"lengths": 5}, ValueError, r"lengths must be \(B,\) with B = 2, got \(\)$"),
    ],
)
def test_call(arguments, error, message):
    layer, output = ready()
    with pytest.raises(error, match="^" + message):
        layer(**{"x": np.ones((T, B, D))} | arguments)
    assert_still_ready(layer, output)


def test_unbatched_input_with_batch_first():
    with pytest.raises(
        ValueError, match=r"^x must be \(B, T, 3\), got \(5, 3\): unbatched input is not supported$"
    ):
        RNN(D, H, batch_first=True)(np.ones((T, D)))


@pytest.mark.parametrize(
    ("d_output", "d_state", "error", "message"),
    [
        (np.ones((T, B, H)), None, ValueError, r"d_output must be \(5, 2, 8\), got \(5, 2, 4\)$"),
        (np.ones((B, T, 2 * H)), None, ValueError, r"d_output must be \(5, 2, 8\), got \(2, 5, 8\)$"),
        (None, None, TypeError, "d_output must be an array of real numbers, got None"),
        (np.full((T, B, 2 * H), np.nan), None, ValueError, "d_output must be finite, got 80 NaN"),
        (
            np.ones((T, B, 2 * H)),
            np.ones((B, H)),
            ValueError,
            r"d_state must be \(2, B, 4\) with B = 2, got \(2, 4\)$",
        ),
        (
            np.ones((T, B, 2 * H)),
            np.full((2, B, H), np.nan),
            ValueError,
            "d_state must be finite, got 16 NaN",
        ),
    ],
)
def test_backward(d_output, d_state, error, message):
    layer, output = ready()
    with pytest.raises(error, match="^" + message):
        layer.backward(d_output, d_state)
    assert_still_ready(layer, output)


def test_backward_needs_a_call_of_its_own():
    layer = RNN(D, H)
    message = r"^backward must follow a call of the layer, and each call allows one backward$"
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones((T, B, H)))
    output, _ = layer(np.ones((T, B, D)))
    layer.backward(output)
    grads = dict(layer.grads)
    with pytest.raises(RuntimeError, match=message):
        layer.backward(output)
    assert all(layer.grads[name] is grad for name, grad in grads.items())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"weight_ih_l0": np.ones((H, H))},
            ValueError,
            r"\['weight_ih_l0'\] must be \(4, 3\), got \(4, 4\)$",
        ),
        (
            {"bias_hh_l0_reverse": np.full(H, np.nan)},
            ValueError,
            r"\['bias_hh_l0_reverse'\] must be finite, got 4 NaN",
        ),
        (
            {"weight_hh_l0": "text"},
            TypeError,
            r"\['weight_hh_l0'\] must be an array of real numbers, got 'text'",
        ),
        (
            {"weight_ih_l1": np.ones((H, H))},
            ValueError,
            " must have the keys weight_ih_l0, .*: unknown weight_ih_l1$",
        ),
        (
            {"weight_ih_l0": None, "weight_hh_l0": np.ones((H, H))},
            TypeError,
            r"\['weight_ih_l0'\] must be an array",
        ),
    ],
)
def test_parameters(change, error, message):
    layer, output = ready()
    with pytest.raises(error, match="^state_dict" + message):
        layer.load_state_dict(layer.state_dict() | change)
    assert_still_ready(layer, output)

    layer, output = ready()
    original = layer.state_dict()
    layer.params.update(change)
    with pytest.raises(error, match="^params" + message):
        layer(np.ones((T, B, D)))
    layer.params.clear()
    layer.params.update(original)
    assert_still_ready(layer, output)


PAIR = (np.ones((1, B, H)), np.ones((1, B, H)))


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (np.ones((2, B, H)), TypeError, "must be tuple or list, got an array of float64"),
        (PAIR[:1], ValueError, r"must be \(h, c\), got 1 parts$"),
        ((*PAIR, PAIR[0]), ValueError, r"must be \(h, c\), got 3 parts$"),
        ((PAIR[0], None), TypeError, r"\[1\] must be an array of real numbers, got None"),
        (
            (np.ones((1, B, 3)), PAIR[1]),
            ValueError,
            r"\[0\] must be \(1, B, 4\) with B = 2, got \(1, 2, 3\)$",
        ),
        ((PAIR[0], PAIR[1] * np.nan), ValueError, r"\[1\] must be finite, got 8 NaN"),
    ],
)
def test_the_state_of_an_lstm_is_a_pair(state, error, message):
    layer = LSTM(D, H, seed=0)
    output, _ = layer(np.ones((T, B, D)), PAIR)
    with pytest.raises(error, match="^state ?" + message):
        layer(np.ones((T, B, D)), state)
    with pytest.raises(error, match="^d_state ?" + message):
        layer.backward(output, state)
    assert layer.grads == {}
    dx, _ = layer.backward(output, PAIR)
    fresh = LSTM(D, H, seed=0)
    fresh(np.ones((T, B, D)), PAIR)
    np.testing.assert_array_equal(dx, fresh.backward(output, PAIR)[0])


@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_gated_layers_name_bad_arguments_and_can_still_go_back(kind):
    layer, fresh = kind(D, H, seed=0), kind(D, H, seed=0)
    for each in (layer, fresh):
        output, _ = each(np.ones((T, B, D)))
    for arguments, name in (
        ({"x": np.ones((T, B, 7))}, "x"),
        ({"x": NAN_AT_THE_END}, "x"),
        ({"lengths": [0, 5]}, "lengths"),
        ({"state": "zeros"}, "state"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{name} must be "):
            layer(**{"x": np.ones((T, B, D))} | arguments)
    with pytest.raises(ValueError, match=r"^d_output must be \(5, 2, 4\), got \(5, 2, 3\)$"):
        layer.backward(np.ones((T, B, 3)))
    with pytest.raises(ValueError, match=r"^state_dict\['weight_hh_l0'\] must be \(\d+, 4\), got \(4, 4\)$"):
        layer.load_state_dict(layer.state_dict() | {"weight_hh_l0": np.ones((H, H))})
    np.testing.assert_array_equal(layer.backward(output)[0], fresh.backward(output)[0])
    for each in (layer, kind(D, H)):
        with pytest.raises(RuntimeError, match=r"^backward must follow a call of the layer"):
            each.backward(output)


@pytest.mark.parametrize("bad", [1, "no", None])
def test_reset_after_is_true_or_false(bad):
    with pytest.raises(TypeError, match=r"^reset_after must be True or False, got "):
        GRU(D, H, reset_after=bad)


def test_missing_parameters():
    layer = RNN(D, H, bias=False)
    with pytest.raises(
        ValueError, match=r"^state_dict must have the keys .*: missing weight_hh_l0; unknown w$"
    ):
        layer.load_state_dict({"weight_ih_l0": np.ones((H, D)), "w": 1})
    with pytest.raises(TypeError, match=r"^state_dict must be Mapping, got None$"):
        layer.load_state_dict(None)


JUNK = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.complex_numbers(),
    st.lists(st.lists(st.integers(-1, 9), max_size=3), max_size=3),
    st.lists(st.integers(0, 4), max_size=4).map(np.zeros),
    st.dictionaries(st.text(max_size=1), st.integers(), max_size=2),
    st.lists(st.sampled_from([1.0, float("nan"), 1e400, "1", None]), max_size=3),
)


@given(name=st.sampled_from(["x", "state", "lengths", "d_output", "d_state"]), junk=JUNK)
def test_no_junk_gets_in_and_none_goes_unnamed(name, junk):
    assume(not (junk is None and name in ("state", "lengths", "d_state")))
    shape = np.shape(junk) if isinstance(junk, np.ndarray) else ()
    assume(not (name == "x" and len(shape) == 3 and shape[2] == D and 0 not in shape))
    assume(not (name in ("state", "d_state") and shape == (2, B, H)))
    layer, output = ready()
    arguments = {"x": np.ones((T, B, D))} if name in ("x", "state", "lengths") else {"d_output": output}
    target = layer if "x" in arguments else layer.backward
    with pytest.raises((TypeError, ValueError), match=f"^{name} must "):
        target(**arguments | {name: junk})
    assert_still_ready(layer, output)
