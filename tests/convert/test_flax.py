import numpy as np
import pytest
from hypothesis import given, settings
from jax_cases import QUICK, cases, compare, described, parts

from rnnkit.convert import HardSigmoid, Sigmoid, run
from rnnkit.convert.flax_linen import from_flax, to_flax
from rnnkit.convert.flax_nnx import from_nnx, to_nnx

jax = pytest.importorskip("jax", reason="needs the extra rosetta-jax")
linen = pytest.importorskip("flax.linen", reason="needs the extra rosetta-jax")
nnx = pytest.importorskip("flax.nnx", reason="needs the extra rosetta-jax")


BOTH = ("forward", "reverse")
GATES = (Sigmoid(), HardSigmoid(1 / 6))
FEW = settings(max_examples=6)


@pytest.fixture(autouse=True)
def in_float64():
    with jax.enable_x64(True):
        yield


def with_zeros(description):
    """Return the description as flax gives it back: always with biases."""
    if description.bias:
        return description
    rows = {name: len(array) for name, array in description.weights.items()}
    zeros = {name.replace("weight", "bias"): np.zeros(size) for name, size in rows.items()}
    return description.replace(weights={**description.weights, **zeros})


def carries(description, state):
    """Return the state of torch as flax nests it: by layer, by direction, and (c, h)."""
    each = [one[::-1] if len(one) == 2 else one[0] for one in zip(*parts(state), strict=True)]
    if description.bidirectional:
        each = list(zip(each[::2], each[1::2], strict=True))
    return tuple(each) if description.num_layers > 1 else each[0]


def states(description, carry):
    """Return the state of torch, a list of its parts, from flax's carries."""
    each = list(carry) if description.num_layers > 1 else [carry]
    if description.bidirectional:
        each = [half for pair in each for half in pair]
    if description.kind == "LSTM":
        return [jax.numpy.stack([one[k] for one in each]) for k in (1, 0)]
    return [jax.numpy.stack(each)]


def comparable(description, lengths, call):
    """Return what `compare` calls: the layer with torch's states."""

    def compute(x, state, weights):
        carry, output = call(weights, x, initial_carry=carries(description, state), seq_lengths=lengths)
        return output, states(description, carry)

    return compute


class TestLinen:
    @FEW
    @given(cases(gates=GATES))
    def test_it_computes_and_learns_the_same_and_comes_back_with_the_same_bits(self, case):
        description, _, _, lengths = case
        module, variables = to_flax(description)
        assert from_flax(module, variables).same_bits(with_zeros(description))
        compare(case, comparable(description, lengths, module.apply), variables)

    def test_batch_first_is_how_flax_is_called(self):
        x = np.random.default_rng(0).normal(size=(5, 2, 3))
        description = described("RNN", directions=BOTH)
        want, _, _ = run(description, x)
        module, variables = to_flax(description, batch_first=True)
        carry, output = module.apply(variables, x.transpose(1, 0, 2))
        np.testing.assert_allclose(output.transpose(1, 0, 2), want, atol=1e-12)
        _, output = to_nnx(description, batch_first=True)(x.transpose(1, 0, 2))
        np.testing.assert_allclose(output.transpose(1, 0, 2), want, atol=1e-12)

    def test_what_flax_itself_made_is_read(self):
        x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
        deep = linen.Sequential(
            [
                linen.Bidirectional(linen.RNN(linen.GRUCell(4)), linen.RNN(linen.GRUCell(4))),
                linen.Bidirectional(linen.RNN(linen.GRUCell(4)), linen.RNN(linen.GRUCell(4))),
            ]
        )
        for module in (linen.RNN(linen.OptimizedLSTMCell(4)), linen.RNN(linen.SimpleCell(4)), deep):
            output, variables = jax.jit(module.init_with_output, compiler_options=QUICK)(jax.random.key(1), x)
            description = from_flax(module, variables)
            want, _, _ = run(description, x.transpose(1, 0, 2))
            np.testing.assert_allclose(output.transpose(1, 0, 2), want, atol=1e-5)
            again, their = to_flax(description)
            assert from_flax(again, their).same_bits(description)
            if module is not deep:
                assert jax.tree.all(jax.tree.map(np.array_equal, their, variables))

    @pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
    def test_a_second_bias_is_added_only_if_asked(self, kind):
        description = described(kind)
        weights = {**description.weights, "bias_hh_l0": np.full_like(description.weights["bias_hh_l0"], 0.25)}
        two = description.replace(weights=weights)
        with pytest.raises(
            ValueError, match=rf"the {kind} of flax.linen has a single bias: bias_hh.* up to 0.25"
        ):
            to_flax(two)
        x = np.random.default_rng(0).normal(size=(5, 2, 3))
        module, variables = to_flax(two, merge_bias=True)
        _, output = module.apply(variables, x)
        np.testing.assert_allclose(output, run(two, x)[0], atol=1e-12)


class TestNNX:
    @FEW
    @given(cases(b_hn=False, gates=GATES))
    def test_it_computes_and_learns_the_same_and_comes_back_with_the_same_bits(self, case):
        description, _, _, lengths = case
        module = to_nnx(description)
        assert from_nnx(module).same_bits(with_zeros(description))
        graph, weights = nnx.split(module)

        def call(weights, x, **more):
            # New variables, of the trace of the gradients: nnx refuses those of the trace around it.
            return nnx.merge(graph, jax.tree.map(lambda leaf: leaf, weights))(x, **more)

        compare(case, comparable(description, lengths, call), weights)

    def test_what_flax_itself_made_is_read(self):
        x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
        for cell in (nnx.SimpleCell, nnx.LSTMCell, nnx.OptimizedLSTMCell, nnx.GRUCell):
            module = nnx.RNN(cell(3, 4, rngs=nnx.Rngs(0)))
            want, _, _ = run(from_nnx(module), x.transpose(1, 0, 2))
            np.testing.assert_allclose(module(x).transpose(1, 0, 2), want, atol=1e-5)

    def test_b_hn_is_refused_with_the_reason(self):
        for merge_bias in (False, True):
            with pytest.raises(
                ValueError, match=r"no bias b_hn: bias_hh must be 0 in its last third.*reset gate"
            ):
                to_nnx(described("GRU"), merge_bias=merge_bias)

    def test_a_second_bias_is_added_only_if_asked(self):
        description = described("GRU", b_hn=False)
        weights = {**description.weights, "bias_hh_l0": np.repeat([0.25, 0.25, 0], 4)}
        two = description.replace(weights=weights)
        with pytest.raises(ValueError, match=r"the GRU of flax.nnx has a single bias"):
            to_nnx(two)
        x = np.random.default_rng(0).normal(size=(5, 2, 3))
        _, output = to_nnx(two, merge_bias=True)(x)
        np.testing.assert_allclose(output, run(two, x)[0], atol=1e-12)


class TestBadInput:
    @pytest.mark.parametrize(
        ("description", "message"),
        [
            (
                described("GRU", b_hn=False, reset_after=False),
                "resets after the product, got reset_after=False",
            ),
            (
                described("LSTM", gate=HardSigmoid(0.2)),
                r"must be Sigmoid\(\) or HardSigmoid\(1/6\), got Hard.*0.2",
            ),
        ],
    )
    def test_what_flax_cannot_hold_is_named(self, description, message):
        for write in (to_flax, to_nnx):
            with pytest.raises(ValueError, match=message):
                write(description)

    def test_float64_is_not_rounded_in_silence(self):
        with jax.enable_x64(False):
            for write in (to_flax, to_nnx):
                with pytest.raises(
                    ValueError, match="description must be float32 as JAX is set to, got float64"
                ):
                    write(described("LSTM"))
            half = described("LSTM", dtype="float32")
            assert from_flax(*to_flax(half)).same_bits(half)
            assert from_nnx(to_nnx(half)).same_bits(half)

    @pytest.mark.parametrize("write", [to_flax, to_nnx])
    def test_arguments_are_named(self, write):
        with pytest.raises(TypeError, match="description must be Recurrent, got 3"):
            write(3)
        with pytest.raises(TypeError, match="batch_first must be True or False, got 1"):
            write(described("RNN"), batch_first=1)
        with pytest.raises(TypeError, match="merge_bias must be True or False, got 'yes'"):
            write(described("RNN"), merge_bias="yes")

    @pytest.mark.parametrize(
        ("module", "error", "message"),
        [
            (
                lambda: linen.RNN(linen.MGUCell(4)),
                TypeError,
                "cell of module must be SimpleCell, .*, got MGUCell",
            ),
            (lambda: linen.RNN(linen.SimpleCell(4, residual=True)), ValueError, "residual=False"),
            (lambda: linen.RNN(linen.GRUCell(4), reverse=True), ValueError, "must have keep_order=True"),
            (
                lambda: linen.RNN(linen.LSTMCell(4, activation_fn=jax.nn.relu)),
                ValueError,
                "must be tanh of jax",
            ),
            (
                lambda: linen.RNN(linen.LSTMCell(4, gate_fn=jax.nn.silu)),
                ValueError,
                "gate_fn of module must be",
            ),
            (
                lambda: linen.RNN(linen.GRUCell(4, carry_init=linen.initializers.ones_init())),
                ValueError,
                "must start at 0",
            ),
            (
                lambda: linen.Bidirectional(
                    linen.RNN(linen.GRUCell(4)), linen.RNN(linen.GRUCell(4)), merge_fn=lambda a, b: a + b
                ),
                ValueError,
                "halves side by side",
            ),
            (
                lambda: linen.Bidirectional(linen.RNN(linen.GRUCell(4)), linen.RNN(linen.LSTMCell(4))),
                ValueError,
                "equal halves",
            ),
            (
                lambda: linen.Sequential([linen.RNN(linen.GRUCell(4)), linen.RNN(linen.LSTMCell(4))]),
                ValueError,
                "layers that are alike",
            ),
            (
                lambda: linen.Sequential([linen.RNN(linen.GRUCell(4)), linen.Dense(4)]),
                TypeError,
                "layers_1 must be",
            ),
        ],
    )
    def test_a_module_of_flax_that_has_no_description(self, module, error, message):
        module = module()
        shapes = jax.eval_shape(module.init, jax.random.key(0), np.zeros((2, 1, 3), np.float32))
        variables = jax.tree.map(lambda one: np.zeros(one.shape, one.dtype), shapes)
        before = jax.tree.map(np.array, variables)
        with pytest.raises(error, match=message):
            from_flax(module, variables)
        assert jax.tree.all(jax.tree.map(np.array_equal, before, variables))

    def test_numbers_of_half_precision_are_refused(self):
        module, variables = to_flax(described("GRU", dtype="float32"))
        half = linen.RNN(linen.GRUCell(4, dtype="bfloat16"))
        with pytest.raises(ValueError, match=r"the cell of module must compute in float32 .*, got bfloat16"):
            from_flax(half, variables)
        with pytest.raises(
            (TypeError, ValueError), match=r"dtype of weights.* must be .*float32.*, got .*bfloat16"
        ):
            from_flax(module, jax.tree.map(lambda array: array.astype("bfloat16"), variables))

    def test_variables_that_are_not_those_of_the_module(self):
        module, variables = to_flax(described("LSTM", layers=2))
        with pytest.raises(TypeError, match="module must be RNN or Bidirectional"):
            from_flax(variables, module)
        with pytest.raises(TypeError, match="variables must be Mapping, got None"):
            from_flax(module, None)
        with pytest.raises(ValueError, match="variables must have the key 'params', got layers_0, layers_1"):
            from_flax(module, variables["params"])
        with pytest.raises(ValueError, match="params must have the keys layers_0, layers_1"):
            from_flax(module, {"params": {"layers_0": variables["params"]["layers_0"]}})
        with pytest.raises(ValueError, match=r"the parameters of module must have the keys ir, hr"):
            from_flax(linen.RNN(linen.GRUCell(4)), {"params": variables["params"]["layers_0"]})

    @pytest.mark.parametrize(
        ("module", "error", "message"),
        [
            (lambda cell: cell, TypeError, "module must be RNN or Bidirectional or Stack"),
            (lambda cell: nnx.RNN(cell, reverse=True), ValueError, "must have keep_order=True"),
            (
                lambda cell: nnx.Bidirectional(nnx.RNN(cell), nnx.RNN(cell), merge_fn=lambda a, b: a + b),
                ValueError,
                "halves side by side",
            ),
        ],
    )
    def test_a_module_of_nnx_that_has_no_description(self, module, error, message):
        with pytest.raises(error, match=message):
            from_nnx(module(nnx.GRUCell(3, 4, rngs=nnx.Rngs(0))))
