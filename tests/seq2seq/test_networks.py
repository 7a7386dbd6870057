"""Encoder, attention, decoder: padding changes nothing; one step at a time gives the same as all at once."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_pairs import ATTENTIONS, made, sources
from torch import nn

from rnnkit import attention as equations
from rnnkit import models, seq2seq, training

SIZE = st.integers(1, 5)
attentions = pytest.mark.parametrize("attention", ATTENTIONS)


def same(found, expected):
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@settings(max_examples=50)
@given(
    lengths=st.lists(SIZE, min_size=1, max_size=4), L=st.integers(1, 2), deeper=st.integers(0, 1),
    attention=st.sampled_from(ATTENTIONS), bidirectional=st.booleans(), U=SIZE, seed=st.integers(0, 99),
)  # fmt: skip
def test_a_padded_batch_equals_its_examples_alone(lengths, L, deeper, attention, bidirectional, U, seed):
    model = made(
        7, 5, 3, 4, num_layers=L, encoder_layers=L + deeper, attention=attention,
        bidirectional=bidirectional, seed=seed,
    )  # fmt: skip
    x, lengths = sources(lengths, seed=seed)
    y_in = torch.from_numpy(np.random.default_rng(seed).integers(0, 5, (len(x), U)))
    together = model(x, lengths, y_in)
    assert together.shape == (len(x), U, 5)
    for b, T in enumerate(lengths):
        same(together[b], model(x[b : b + 1, :T], [T], y_in[b : b + 1])[0])


@settings(max_examples=50)
@given(B=SIZE, T=SIZE, L=st.integers(1, 3), bidirectional=st.booleans(), seed=st.integers(0, 99))
def test_the_encoder_gives_the_same_packed_or_not(B, T, L, bidirectional, seed):
    torch.manual_seed(seed)
    encoder = seq2seq.Encoder(7, 3, 4, L, bidirectional=bidirectional).double()
    assert encoder.value_size == 4 * (1 + bidirectional)
    x, lengths = sources([T] * B, seed=seed)
    values, (h, c) = encoder(x, lengths)
    longer, lengths = torch.cat([x, torch.zeros_like(x[:, :1])], dim=1), lengths  # one column of padding
    packed_values, (packed_h, packed_c) = encoder(longer, lengths)
    assert values.shape == (B, T, encoder.value_size)
    assert h.shape == c.shape == (L, B, encoder.value_size)
    same(packed_values[:, :T], values)
    assert not packed_values[:, T].any()
    same(packed_h, h)
    same(packed_c, c)


def test_the_encoders_last_state_is_each_directions_after_the_whole_source():
    torch.manual_seed(0)
    encoder = seq2seq.Encoder(7, 3, 4, 2).double()
    x, lengths = sources([5, 3])
    values, (h, _) = encoder(x, lengths)
    for b, T in enumerate(lengths):
        same(h[1, b, :4], values[b, T - 1, :4])  # forward: at the last real step
        same(h[1, b, 4:], values[b, 0, 4:])  # backward: at the first


@attentions
def test_the_decoder_begins_with_the_encoders_top_layers(attention):
    model = made(7, 5, 3, 4, num_layers=1, encoder_layers=2, attention=attention)
    x, lengths = sources([4, 2])
    values, (h, c) = model.encoder(x, lengths)
    state = model.start(x, lengths)
    same(state.h, h[1:])
    same(state.c, c[1:])
    if attention is None:
        assert state.values is state.mask is None
    else:
        same(state.values, values)
        assert state.mask.tolist() == [[True] * 4, [True, True, False, False]]
        assert model.start(x[:1], lengths[:1]).mask is None


@attentions
@settings(max_examples=25)
@given(U=st.integers(1, 6), L=st.integers(1, 2), seed=st.integers(0, 99))
def test_step_by_step_equals_all_steps_at_once(attention, U, L, seed):
    model = made(7, 5, 3, 4, num_layers=L, encoder_layers=L, attention=attention, seed=seed)
    x, lengths = sources([4, 2, 1], seed=seed)
    y_in = torch.from_numpy(np.random.default_rng(seed).integers(0, 5, (3, U)))
    log_p = model(x, lengths, y_in).log_softmax(dim=2)
    weights = model.decoder(y_in, model.start(x, lengths))[2]
    state = model.start(x, lengths)
    for u in range(U):
        found, state, looked = model.step(y_in[:, u], state)
        same(found, log_p[:, u])
        if attention is None:
            assert looked is weights is None
        else:
            same(looked, weights[:, u])


@attentions
def test_a_state_can_be_taken_apart(attention):
    model = made(7, 5, 3, 4, attention=attention)
    x, lengths = sources([4, 2, 1])
    rows = torch.tensor([2, 0, 2])
    found = model.step(torch.tensor([1, 2, 3]), model.start(x, lengths).take(rows))
    expected = model.step(torch.tensor([1, 2, 3]), model.start(x[rows], lengths[rows]))
    same(found[0], expected[0])


class TestAttention:
    @given(
        kind=st.sampled_from(["dot", "additive"]), B=SIZE, U=SIZE, T=SIZE, H=SIZE, H_v=SIZE, units=SIZE,
        masked=st.booleans(), seed=st.integers(0, 99),
    )  # fmt: skip
    def test_equals_the_equations(self, kind, B, U, T, H, H_v, units, masked, seed):
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        if kind == "dot":
            module, weights, H_v = seq2seq.DotAttention(), {}, H
        else:
            module = seq2seq.AdditiveAttention(H, H_v, units).double()
            weights = {name: tensor.detach().numpy() for name, tensor in module.named_parameters()}
        query, values = rng.normal(size=(B, U, H)), rng.normal(size=(B, T, H_v))
        mask = np.arange(T) < rng.integers(1, T + 1, B)[:, None] if masked else None
        tensors = [None if one is None else torch.from_numpy(one) for one in (query, values, mask)]
        context, looked = module(*tensors)
        for u in range(U):
            expected = getattr(equations, f"{kind}_attention")(query[:, u], values, **weights, mask=mask)
            np.testing.assert_allclose(context[:, u].detach(), expected.context, rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(looked[:, u].detach(), expected.weights, rtol=1e-10, atol=1e-12)
            alone = module(tensors[0][:, u], *tensors[1:])
            same(alone[0], context[:, u])
            same(alone[1], looked[:, u])

    def test_the_additive_ones_parameters_are_as_many_as_the_formula_says(self):
        H, U = 6, 4
        count = sum(one.numel() for one in seq2seq.AdditiveAttention(H, H, U).parameters())
        assert count == 2 * (H * U + U) + U + 1
        assert not list(seq2seq.DotAttention().parameters())

    def test_the_additive_one_begins_as_linear_layers_do(self):
        torch.manual_seed(0)
        module = seq2seq.AdditiveAttention(100, 400, 200)
        for name, inputs in (("query", 100), ("values", 400), ("score", 200)):
            weight = getattr(module, f"weight_{name}").detach()
            assert weight.abs().max() <= inputs**-0.5
            assert abs(float(weight.std()) * (3 * inputs) ** 0.5 - 1) < 0.1

    @pytest.mark.parametrize("module", [seq2seq.DotAttention(), seq2seq.AdditiveAttention(4, 4, 5)])
    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"query": None}, TypeError, "query must be Tensor, got None"),
            ({"values": [1.0]}, TypeError, "values must be Tensor, got [1.0] (list)"),
            (
                {"query": torch.tensor(1.0)},
                ValueError,
                "query must be (B, H) or (B, U, H), not empty, got ()",
            ),
            ({"query": torch.ones(2, 4).long()}, TypeError, "query must be "),
            ({"values": torch.ones(2, 3, 4).double()}, TypeError, "values must be torch.float32 as query"),
        ],
    )
    def test_names_what_is_no_tensor_of_the_same_numbers(self, module, change, error, message):
        with pytest.raises(error, match=f"^{re.escape(message)}"):
            module(**{"query": torch.zeros(2, 4), "values": torch.zeros(2, 3, 4)} | change)

    def test_the_additive_one_names_a_query_of_another_dtype(self):
        double = torch.zeros(2, 4).double(), torch.zeros(2, 3, 4).double()
        with pytest.raises(TypeError, match=r"^query must be torch.float32, got torch.float64$"):
            seq2seq.AdditiveAttention(4, 4, 5)(*double)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"values": np.zeros((2, 3))}, "values must be (B, T, 4), not empty, got (2, 3)"),
            ({"values": np.zeros((2, 0, 4))}, "values must be (B, T, 4), not empty, got (2, 0, 4)"),
            ({"query": np.zeros((3, 4))}, "query must be (2, 4) or (2, U, 4), got (3, 4)"),
            ({"mask": np.ones((2, 3))}, "mask must be bool (B, T) = (2, 3), got torch.float64 (2, 3)"),
            ({"mask": np.ones((3, 2), bool)}, "mask must be bool (B, T) = (2, 3), got torch.bool (3, 2)"),
            (
                {"mask": np.array([[1, 0, 0], [0, 0, 0]], bool)},
                "mask must leave something in each row, got only padding in row 1",
            ),
        ],
    )
    @pytest.mark.parametrize("module", [seq2seq.DotAttention(), seq2seq.AdditiveAttention(4, 4, 5).double()])
    def test_names_a_bad_argument(self, module, change, message):
        arguments = {"query": np.zeros((2, 4)), "values": np.zeros((2, 3, 4))} | change
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            module(**{name: torch.from_numpy(array) for name, array in arguments.items()})


class TestShifted:
    def test_reads_what_was_written_before(self):
        target = torch.tensor([[3, 1, 2, 0], [2, 0, -100, -100]])
        assert seq2seq.shifted(target).tolist() == [[0, 3, 1, 2], [0, 2, 0, 0]]

    @pytest.mark.parametrize(
        "bad", [torch.zeros(3, dtype=torch.long), torch.zeros(2, 3), torch.zeros(0, 3).long()]
    )
    def test_names_a_bad_target(self, bad):
        with pytest.raises(ValueError, match=r"^target must be integers \(B, U\), not empty, got "):
            seq2seq.shifted(bad)
        with pytest.raises(ValueError, match=r"^target must be integers of int32 or int64, got torch.int8$"):
            seq2seq.shifted(torch.zeros(2, 3, dtype=torch.int8))


@attentions
def test_fit_teaches_it_to_turn_a_sequence_around(attention):
    """Both kinds of batches; what the padding of the target would say does not count."""
    model = made(5, 5, 8, 16, attention=attention).float()
    x, lengths = sources([3, 3, 2, 1] * 4, symbols=5)
    target = torch.full((len(x), 4), models.language_model.IGNORED)
    for b, T in enumerate(lengths):
        target[b, : T + 1] = torch.cat([x[b, :T].flip(0), torch.tensor([seq2seq.END])])
    batches = [((x, lengths, seq2seq.shifted(target)), target)]
    history = training.fit(
        model, batches, loss=models.next_symbol_loss, epochs=100, progress=False, device="cpu",
        optimizer=torch.optim.Adam(model.parameters(), 0.02),
    )  # fmt: skip
    assert history[-1]["loss"] < 0.05
    outputs = seq2seq.greedy(model, x, lengths)
    assert all(
        one.symbols == x[b, :T].flip(0).tolist()
        for b, (one, T) in enumerate(zip(outputs, lengths, strict=True))
    )


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((1, 5), {}, "source_symbols must be an integer at least 2, got 1"),
        ((5, 1), {}, "target_symbols must be an integer at least 2, got 1"),
        ((5, 5, 0), {}, "embedding_size must be an integer at least 1, got 0"),
        ((5, 5, 3, 5), {}, "hidden_size must be even for two directions, got 5"),
        ((5, 5), {"num_layers": 2}, "encoder_layers must be num_layers = 2 or more, got 1"),
        ((5, 5), {"attention": "cosine"}, "attention must be 'dot' or 'additive', got 'cosine'"),
        ((5, 5), {"units": 3}, "units must be None for attention 'dot', got 3 (int)"),
        ((5, 5), {"units": 3, "attention": None}, "units must be None without attention, got 3 (int)"),
        ((5, 5), {"dropout": 1.5}, "dropout must be a finite number from 0.0 to 1.0, got 1.5"),
    ],
)
def test_sizes_that_do_not_fit(arguments, options, message):
    with pytest.raises(ValueError, match="^" + re.escape(message).replace(r"\.0", r"(?:\.0)?")):
        seq2seq.Seq2Seq(*arguments, **options)


def test_a_decoder_alone_needs_values_to_look_at():
    with pytest.raises(TypeError, match=r"^value_size must be an integer, got None$"):
        seq2seq.Decoder(5, 3, 4)
    with pytest.raises(ValueError, match=r"^value_size must be hidden_size = 4 for attention 'dot', got 6$"):
        seq2seq.Decoder(5, 3, 4, value_size=6)
    decoder = seq2seq.Decoder(5, 3, 4, attention="additive", value_size=6)
    h = torch.zeros(1, 2, 4)
    with pytest.raises(ValueError, match=r"^state must have values to look at, got None$"):
        decoder.step(torch.tensor([0, 0]), seq2seq.DecoderState(h, h))
    with pytest.raises(
        ValueError, match=r"^state must have h and c \(L, B, H\) = \(1, 3, 4\), got \(1, 2, 4\)"
    ):
        decoder.step(torch.tensor([0, 0, 0]), seq2seq.DecoderState(h, h))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lengths": [4, 2, 3]}, r"lengths must be \(B,\) with B = 2, got \(3,\)"),
        ({"lengths": [4, 0]}, "lengths must be integers from 1 to 4, got 0 to 4"),
        ({"lengths": [5, 2]}, "lengths must be integers from 1 to 4, got 2 to 5"),
        ({"x": torch.full((2, 4), 7)}, "x must be from 0 to 6, got 7 to 7"),
        ({"x": torch.zeros(2, 0, dtype=torch.long)}, r"x must be integers \(B, T\), not empty"),
        ({"y_in": torch.full((2, 3), -100)}, "y_in must be from 0 to 4, got -100 to -100"),
        ({"y_in": torch.zeros(3, 3).long()}, r"y_in must be \(2, U\), a row for each source, got \(3, 3\)"),
        ({"x": torch.ones(2, 4).bool()}, "x must be integers of int32 or int64, got torch.bool"),
        ({"x": torch.ones(2, 4).byte()}, "x must be integers of int32 or int64, got torch.uint8"),
        ({"x": torch.ones(2).long()}, r"x must be integers \(B, T\), not empty, got torch.int64 \(2,\)"),
        ({"y_in": torch.ones(2, 3).short()}, "y_in must be integers of int32 or int64, got torch.int16"),
        ({"y_in": torch.ones(2).long()}, r"y_in must be integers \(B, U\), not empty"),
        (
            {"x": torch.tensor([[1, 2, 3, 4], [0, 0, 0, 0]])},
            "x must have no padding within its lengths, got 0 in row 1 at step 0, and the length 2",
        ),
        (
            {"x": torch.tensor([[1, 2, 0, 4], [1, 1, 0, 0]])},
            "x must have no padding within its lengths, got 0 in row 0 at step 2, and the length 4",
        ),
    ],
)
def test_batches_that_do_not_fit(change, message):
    x, lengths = sources([4, 2])
    arguments = {"x": x, "lengths": lengths, "y_in": torch.zeros(2, 3, dtype=torch.long)} | change
    with pytest.raises(ValueError, match=f"^{message}"):
        made(7, 5, 3, 4)(**arguments)


@attentions
@pytest.mark.parametrize("length", [2, 4])
def test_what_stands_behind_the_length_is_not_read(attention, length):
    model = made(7, 5, 3, 4, attention=attention)
    x, lengths = sources([4, 2])
    other, lengths[0] = x.clone(), length
    other[1, 2:] = torch.tensor([3, 0])
    y_in = torch.ones(2, 3, dtype=torch.int32)
    same(model(other.int(), lengths, y_in), model(x, lengths, y_in))


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        (torch.zeros(2, 1).long(), r"symbols must be integers \(B,\), not empty, got torch.int64 \(2, 1\)"),
        (torch.tensor([5, 0]), "symbols must be from 0 to 4, got 0 to 5"),
        (torch.zeros(2).byte(), "symbols must be integers of int32 or int64, got torch.uint8"),
    ],
)
def test_a_step_names_its_symbols(symbols, message):
    model = made(7, 5, 3, 4)
    with pytest.raises(ValueError, match=f"^{message}$"):
        model.step(symbols, model.start(*sources([4, 2])))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"h": None}, TypeError, "state.h must be Tensor, got None"),
        (
            {"c": torch.zeros(1, 2, 4)},
            TypeError,
            "state must have h and c of torch.float64, got torch.float6",
        ),
        (
            {"values": torch.zeros(1, 4, 4)},
            ValueError,
            "state must have values (B, T, H_v) with B = 2, got (1",
        ),
        ({"values": [1.0]}, ValueError, "state must have values (B, T, H_v) with B = 2, got [1.0] (list)"),
        ({"mask": torch.ones(3, 4).bool()}, ValueError, "state must have mask (B, T) with B = 2, got (3, 4)"),
    ],
)
def test_a_state_that_does_not_fit(change, error, message):
    model = made(7, 5, 3, 4)
    state = model.start(*sources([4, 2]))._replace(**change)
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        model.step(torch.tensor([0, 0]), state)


def test_dropout_counts_in_training_only():
    model = made(7, 5, 3, 4, dropout=0.5)
    x, lengths = sources([4, 4])
    y_in = torch.zeros(2, 3, dtype=torch.long)
    assert not torch.equal(model(x, lengths, y_in), model(x, lengths, y_in))
    model.eval()
    assert torch.equal(model(x, lengths, y_in), model(x, lengths, y_in))
    assert model.symbols == 5
    assert all(not one.training for one in model.modules() if isinstance(one, nn.Dropout))
