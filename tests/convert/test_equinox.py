import numpy as np
import pytest
from hypothesis import given, settings
from jax_cases import cases, compare, described

from rnnkit.convert import HardSigmoid, run
from rnnkit.convert.equinox_modules import from_equinox, to_equinox

jax = pytest.importorskip("jax", reason="needs the extra rosetta-jax")
equinox = pytest.importorskip("equinox", reason="needs the extra rosetta-jax")


@settings(max_examples=6)
@given(cases(kinds=("LSTM", "GRU")))
def test_it_computes_and_learns_the_same_and_comes_back_with_the_same_bits(case):
    description, _, _, lengths = case
    with jax.enable_x64(True):
        stack = to_equinox(description)
        assert from_equinox(stack).same_bits(description)

        def compute(x, state, weights):
            output, *last = stack(x, state, lengths)
            return output, [part for part in last if part is not None]

        compare(case, compute)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("bias", [True, False])
def test_a_cell_of_equinox_itself_is_read(kind, bias):
    cell = getattr(equinox.nn, f"{kind}Cell")(3, 4, use_bias=bias, key=jax.random.key(0))
    description = from_equinox(cell)
    assert description.bias is bias
    x = np.random.default_rng(0).normal(size=(5, 2, 3)).astype(np.float32)
    stack = to_equinox(description)
    assert equinox.tree_equal(stack.cells[0][0], cell)
    np.testing.assert_allclose(stack(x)[0], run(description, x)[0], atol=1e-5)
    np.testing.assert_array_equal(stack(x)[0], stack(x, lengths=[5, 5])[0])


def test_a_second_bias_is_added_only_if_asked():
    description = described("LSTM", dtype="float32")
    weights = {**description.weights, "bias_hh_l0": np.full(16, 0.25, np.float32)}
    two = description.replace(weights=weights)
    with pytest.raises(
        ValueError, match=r"equinox.nn.LSTMCell has a single bias: bias_hh must be 0, .* up to 0.25"
    ):
        to_equinox(two)
    x = np.random.default_rng(0).normal(size=(5, 2, 3)).astype(np.float32)
    np.testing.assert_allclose(to_equinox(two, merge_bias=True)(x)[0], run(two, x)[0], atol=1e-5)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (described("RNN"), "equinox has cells of kind 'LSTM' and 'GRU', got 'RNN'"),
        (described("GRU", b_hn=False, reset_after=False), "resets after the product, got reset_after=False"),
        (described("LSTM", gate=HardSigmoid(1 / 6)), r"the gate of equinox is Sigmoid\(\), got HardSigmoid"),
        (described("LSTM"), "description must be float32 as JAX is set to, got float64"),
    ],
)
def test_what_equinox_cannot_hold_is_named(description, message):
    with pytest.raises(ValueError, match=message):
        to_equinox(description)


def test_what_is_not_equinox_is_named():
    with pytest.raises(TypeError, match="module must be LSTMCell or GRUCell or Stack, got 3"):
        from_equinox(3)
    with pytest.raises(TypeError, match="description must be Recurrent, got None"):
        to_equinox(None)
    with pytest.raises(TypeError, match="merge_bias must be True or False, got 1"):
        to_equinox(described("GRU", dtype="float32"), merge_bias=1)
    lstm, gru = (to_equinox(described(kind, dtype="float32")).cells for kind in ("LSTM", "GRU"))
    mixed = equinox.tree_at(
        lambda stack: stack.cells, to_equinox(described("GRU", dtype="float32")), lstm + gru
    )
    with pytest.raises(ValueError, match=r"cells of one kind, got \['GRUCell', 'LSTMCell'\]"):
        from_equinox(mixed)
