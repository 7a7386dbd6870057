"""The PyTorch models: cells equal torch and NumPy, and padding changes nothing in any reader."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnkit import cells, models
from rnnkit.models.sequence import DIRECTIONS, KINDS, REPRESENTATIONS

B, D, H = 3, 4, 5
CELLS = [models.RNNCell, models.LSTMCell, models.GRUCell]


def inputs(count, *shape):
    return [torch.randn(shape, dtype=torch.float64) for _ in range(count)]


class TestCells:
    @pytest.mark.parametrize("cell_class", CELLS)
    def test_equal_to_torch_with_its_parameters(self, cell_class):
        torch.manual_seed(1)
        theirs = cell_class.torch_cell(D, H).double()
        ours = cell_class(D, H).double().copy_from(theirs)
        (x,) = inputs(1, B, D)
        state = inputs(2 if cell_class is models.LSTMCell else 1, B, H)
        expected = theirs(x, tuple(state) if len(state) == 2 else state[0])
        torch.testing.assert_close(ours(x, *state), expected, rtol=0, atol=1e-12)

    @pytest.mark.parametrize("reset_after", [True, False])
    def test_gru_equals_the_definition_in_both_conventions(self, reset_after):
        torch.manual_seed(2)
        cell = models.GRUCell(D, H, reset_after=reset_after).double()
        (x,), (h,) = inputs(1, B, D), inputs(1, B, H)
        weights = [p.detach().numpy() for p in (cell.ih.weight, cell.hh.weight, cell.ih.bias, cell.hh.bias)]
        expected = cells.gru_step(x.numpy(), h.numpy(), *weights, reset_after=reset_after)
        np.testing.assert_allclose(cell(x, h).detach().numpy(), expected, rtol=0, atol=1e-12)

    @pytest.mark.parametrize("cell_class", CELLS)
    def test_starts_like_torch(self, cell_class):
        largest = max(float(p.detach().abs().max()) for p in cell_class(40, 100).parameters())
        assert 0.099 < largest <= 0.1

    @pytest.mark.parametrize("cell_class", CELLS)
    def test_a_cell_that_does_not_fit_changes_nothing(self, cell_class):
        cell = cell_class(D, H)
        before = [p.clone() for p in cell.parameters()]
        for other, error, message in (
            (nn.Linear(D, H), TypeError, "cell must be"),
            (
                cell_class.torch_cell(D + 1, H),
                ValueError,
                r"cell must have the sizes \(D, H\) = \(4, 5\), got",
            ),
            (cell_class.torch_cell(D, H, bias=False), ValueError, "cell must have biases"),
            (cell_class.torch_cell(D, H, device="meta"), ValueError, "cell must have weights, got .* meta"),
        ):
            with pytest.raises(error, match=message):
                cell.copy_from(other)
        assert all(map(torch.equal, before, cell.parameters()))

    def test_bad_sizes_are_named(self):
        with pytest.raises(ValueError, match="hidden_size must be"):
            models.LSTMCell(3, 0)
        with pytest.raises(TypeError, match="reset_after must be True or False"):
            models.GRUCell(3, 2, reset_after=1)


model_settings = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(list(KINDS)),
        "direction": st.sampled_from(DIRECTIONS),
        "num_layers": st.integers(1, 2),
        "representation": st.sampled_from([*REPRESENTATIONS, None]),
    }
)


def build(representation, tokens=True, seed=0, **options):
    torch.manual_seed(seed)
    source = nn.Embedding(9, D, padding_idx=0) if tokens else D
    if representation is None:
        return models.SequenceTagger(source, H, 3, **options).eval()
    return models.SequenceClassifier(source, H, 3, representation=representation, **options).eval()


def batch(lengths, tokens=True):
    T = max(lengths)
    x = torch.randint(1, 9, (len(lengths), T)) if tokens else torch.randn(len(lengths), T, D)
    for row, length in zip(x, lengths, strict=True):
        row[length:] = 0
    return x


class TestReaders:
    @settings(max_examples=40)
    @given(
        model_settings, st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 5), st.booleans()
    )
    def test_appending_padding_changes_nothing(self, options, lengths, more, tokens):
        model = build(**options, tokens=tokens)
        x = batch(lengths, tokens)
        # padding with real-looking values: only `lengths` may say what is real
        filler = torch.randint(1, 9, (len(x), more)) if tokens else torch.full((len(x), more, D), 7.0)
        with torch.no_grad():
            short, long = model(x, lengths), model(torch.cat([x, filler], dim=1), lengths)
        for row, length in enumerate(lengths):
            if options["representation"] is None:
                torch.testing.assert_close(long[row, :length], short[row, :length], rtol=0, atol=1e-6)
            else:
                torch.testing.assert_close(long[row], short[row], rtol=0, atol=1e-6)

    @settings(max_examples=40)
    @given(model_settings, st.lists(st.integers(1, 7), min_size=2, max_size=4))
    def test_a_sequence_gets_the_same_answer_alone_and_in_a_batch(self, options, lengths):
        model = build(**options)
        x = batch(lengths)
        with torch.no_grad():
            together = model(x, lengths)
            for row, length in enumerate(lengths):
                alone = model(x[row : row + 1, :length], [length])[0]
                expected = together[row, :length] if options["representation"] is None else together[row]
                torch.testing.assert_close(alone, expected, rtol=0, atol=1e-6)

    @pytest.mark.parametrize("kind", list(KINDS))
    @pytest.mark.parametrize("num_layers", [1, 2])
    def test_last_is_what_torch_returns_as_the_final_state(self, kind, num_layers):
        model = build("last", kind=kind, num_layers=num_layers, direction="both")
        x, lengths = batch([5, 2, 3]), [5, 2, 3]
        packed = nn.utils.rnn.pack_padded_sequence(model.embedding(x), lengths, True, enforce_sorted=False)
        state = model.rnn(packed)[1]
        h_n = state[0] if kind == "lstm" else state
        with torch.no_grad():
            torch.testing.assert_close(model.represent(x, lengths), torch.cat([h_n[-2], h_n[-1]], dim=1))

    def test_backward_is_forward_on_the_reversed_sequence(self):
        backward, forward = (build(None, kind="gru", direction=way) for way in ("backward", "forward"))
        forward.load_state_dict(backward.state_dict())
        x = batch([6])
        with torch.no_grad():
            torch.testing.assert_close(backward(x, [6]), forward(x.flip(1), [6]).flip(1))

    def test_both_directions_are_two_one_way_readers(self):
        both = build(None, kind="lstm", direction="both")
        x, lengths = batch([6, 4]), [6, 4]
        with torch.no_grad():
            states = both.states(x, lengths)
            for way, suffix, part in (
                ("forward", "", states[..., :H]),
                ("backward", "_reverse", states[..., H:]),
            ):
                single = build(None, kind="lstm", direction=way)
                single.embedding.load_state_dict(both.embedding.state_dict())
                single.rnn.load_state_dict(
                    {name: getattr(both.rnn, name + suffix) for name in single.rnn.state_dict()}
                )
                torch.testing.assert_close(single.states(x, lengths), part)

    def test_gradients_ignore_the_padding(self):
        model = build("max", tokens=False)
        x = batch([4, 2], tokens=False).requires_grad_()
        model(x, [4, 2]).sum().backward()
        assert not x.grad[1, 2:].any()
        assert x.grad[1, :2].any()

    def test_dropout_acts_in_training_only(self):
        model = build("mean", dropout=0.5)
        x = batch([5, 3])
        assert torch.equal(model(x, [5, 3]), model(x, [5, 3]))
        model.train()
        assert not torch.equal(model(x, [5, 3]), model(x, [5, 3]))

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (lambda: build("first"), ValueError, "representation must be 'last' or"),
            (lambda: build("last", kind="LSTM"), ValueError, "kind must be 'rnn' or"),
            (lambda: build("last", direction="left"), ValueError, "direction must be"),
            (lambda: build("last", num_layers=0), ValueError, "num_layers must be"),
            (lambda: build("last", dropout=1.5), ValueError, "dropout must be"),
            (lambda: models.SequenceTagger("words", 2, 2), TypeError, "inputs must be an integer"),
            (lambda: models.SequenceTagger(2, 2, 0), ValueError, "classes must be"),
            (
                lambda: build("last")(torch.zeros(2, 3), [3, 3]),
                ValueError,
                r"x must be integers \(B, T\), not empty, got",
            ),
            (
                lambda: build("last")(torch.full((2, 3), 9), [3, 3]),
                ValueError,
                "x must be from 0 to 8, got 9 to 9",
            ),
            (lambda: build("last")([[1]], [1]), TypeError, "x must be Tensor"),
            (
                lambda: build("last")(torch.ones(2, 3).long(), [3, 0]),
                ValueError,
                "lengths must be integers from 1",
            ),
            (lambda: build("last")(torch.ones(2, 3).long(), [3]), ValueError, r"lengths must be \(B,\)"),
            (
                lambda: build("last", tokens=False)(torch.ones(2, 3, 5), [3, 3]),
                ValueError,
                r"x must be \(B, T, 4\)",
            ),
        ],
    )
    def test_bad_input_is_named(self, call, error, message):
        with pytest.raises(error, match=message):
            call()
