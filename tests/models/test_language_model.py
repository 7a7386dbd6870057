"""The language model is torch's layers; a text can be read in pieces; `Carried` cuts the gradient only."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from rnnkit import language, models, training

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
SIZE = st.integers(1, 5)
kinds = pytest.mark.parametrize("kind", LAYERS)


def made(*arguments, seed=0, **options):
    torch.manual_seed(seed)
    return models.LanguageModel(*arguments, **options).double()


def symbols(*shape, V, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, V, shape))


def parts(hidden):
    return hidden if isinstance(hidden, tuple) else (hidden,)


class TestForward:
    @given(
        kind=st.sampled_from(sorted(LAYERS)), L=st.integers(1, 3), B=SIZE, T=SIZE, V=st.integers(2, 6),
        E=st.one_of(st.none(), SIZE), H=SIZE, seed=st.integers(0, 99),
    )  # fmt: skip
    def test_equals_torchs_layers(self, kind, L, B, T, V, E, H, seed):
        model = made(V, E, H, L, kind=kind, seed=seed)
        layer = LAYERS[kind](E or V, H, L, batch_first=True).double()
        layer.load_state_dict(model.rnn.state_dict())
        x = symbols(B, T, V=V, seed=seed)
        features = torch.eye(V, dtype=torch.float64)[x] if E is None else model.embedding.weight[x]
        states, last = layer(features)
        logits, hidden = model(x)
        assert logits.shape == (B, T, V)
        expected = states @ model.readout.weight.T + model.readout.bias
        torch.testing.assert_close(logits, expected, rtol=0, atol=1e-12)
        for ours, theirs in zip(parts(hidden), parts(last), strict=True):
            assert ours.shape == (L, B, H)
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)

    @kinds
    @settings(max_examples=30)
    @given(cuts=st.sets(st.integers(1, 11)), L=st.integers(1, 2))
    def test_pieces_with_the_state_carried_are_the_whole(self, kind, cuts, L):
        model, x = made(5, 3, 4, L, kind=kind), symbols(2, 12, V=5)
        whole, last = model(x)
        hidden, found = model.init_hidden(2), []
        for piece in torch.tensor_split(x, sorted(cuts), dim=1):
            logits, hidden = model(piece, hidden)
            found.append(logits)
        torch.testing.assert_close(torch.cat(found, dim=1), whole, rtol=0, atol=1e-12)
        for ours, theirs in zip(parts(hidden), parts(last), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)

    @kinds
    def test_one_hot_is_the_embedding_with_the_identity(self, kind):
        one_hot, embedded = made(5, None, 4, kind=kind), made(5, 5, 4, kind=kind)
        embedded.load_state_dict(
            {**one_hot.state_dict(), "embedding.weight": torch.eye(5, dtype=torch.float64)}
        )
        x = symbols(3, 6, V=5)
        torch.testing.assert_close(one_hot(x)[0], embedded(x)[0], rtol=0, atol=1e-15)

    @kinds
    def test_no_answer_knows_a_later_symbol(self, kind):
        model, x = made(5, 3, 4, 2, kind=kind), symbols(3, 6, V=5)
        changed = x.clone()
        changed[:, 4:] = (changed[:, 4:] + 1) % 5
        before, after = model(x)[0], model(changed)[0]
        assert torch.equal(before[:, :4], after[:, :4])
        assert not torch.equal(before[:, 4:], after[:, 4:])

    @pytest.mark.parametrize("L", [1, 2])
    def test_dropout_in_training_only_and_without_a_warning(self, L):
        model, x = made(5, 3, 40, L, dropout=0.5), symbols(3, 6, V=5)
        assert not torch.equal(model(x)[0], model(x)[0])
        model.eval()
        assert torch.equal(model(x)[0], model(x)[0])

    def test_the_embedding_can_have_a_dropout_of_its_own(self):
        none, all_of_it = (made(5, 3, 40, dropout=0.5, embedding_dropout=share) for share in (0.0, 1.0))
        x, seen = symbols(3, 6, V=5), []
        for model in (none, all_of_it):
            model.rnn.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
            model(x)
        assert torch.equal(seen[0], none.embedding(x))
        assert not seen[1].any()
        assert not torch.equal(none(x)[0], none(x)[0])  # that of the readout is as it was

    @pytest.mark.parametrize("options", [{}, {"embedding_size": 128}, {"embedding_size": 128, "tied": True}])
    def test_an_untrained_model_has_the_loss_of_one_that_knows_nothing(self, options):
        for kind in LAYERS:
            model, x = made(27, kind=kind, **options), symbols(8, 50, V=27)
            loss = models.next_symbol_loss(model(x[:, :-1])[0], x[:, 1:])
            assert loss.item() == pytest.approx(math.log(27), abs=0.05)


class TestTied:
    def test_embedding_and_readout_are_one_matrix(self):
        model = made(7, 4, 4, tied=True)
        assert model.embedding.weight is model.readout.weight
        assert model.tied
        assert (
            sum(p.numel() for p in model.parameters())
            == sum(p.numel() for p in made(7, 4, 4).parameters()) - 7 * 4
        )

    def test_they_stay_one_through_training_and_a_file(self, tmp_path):
        model, x = made(5, 4, 4, tied=True), symbols(4, 9, V=5)
        batches = [((x[:, :-1], True), x[:, 1:])]
        training.fit(models.Carried(model), batches, loss=models.next_symbol_loss, epochs=3, progress=False)
        training.save_weights(tmp_path / "tied.safetensors", model)
        other = made(5, 4, 4, tied=True, seed=1)
        training.load_weights(tmp_path / "tied.safetensors", other)
        assert other.embedding.weight is other.readout.weight
        assert torch.equal(model(x)[0], other(x)[0])


class TestInitHidden:
    @kinds
    def test_is_what_a_text_begins_with(self, kind):
        model, x = made(5, 3, 4, 2, kind=kind), symbols(3, 6, V=5)
        hidden = model.init_hidden(3)
        assert isinstance(hidden, tuple) == (kind == "lstm")
        for part in parts(hidden):
            assert part.shape == (2, 3, 4)
            assert part.dtype == torch.float64
        assert torch.equal(model(x)[0], model(x, hidden)[0])

    def test_on_another_device(self):
        h, c = made(5, 3, 4).init_hidden(2, "meta")
        assert h.device.type == c.device.type == "meta"


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"),
        [
            ((1,), {}, ValueError, "symbols must be an integer at least 2, got 1"),
            ((5.0,), {}, TypeError, "symbols must be an integer"),
            ((5, 0), {}, ValueError, "embedding_size must be an integer at least 1"),
            ((5, 3, 0), {}, ValueError, "hidden_size must be an integer at least 1"),
            ((5, 3, 4, 0), {}, ValueError, "num_layers must be an integer at least 1"),
            ((5,), {"kind": "LSTM"}, ValueError, "kind must be 'rnn' or 'lstm' or 'gru', got 'LSTM'"),
            ((5,), {"dropout": 1.5}, ValueError, "dropout must be a finite number from 0 to 1"),
            ((5,), {"embedding_dropout": -1}, ValueError, "embedding_dropout must be a finite number"),
            ((5,), {"tied": 1}, TypeError, "tied must be True or False"),
            ((5, 3, 4), {"tied": True}, ValueError, "tied needs embedding_size = hidden_size = 4, got 3"),
            (
                (5, None, 4),
                {"tied": True},
                ValueError,
                "tied needs embedding_size = hidden_size = 4, got None",
            ),
        ],
    )
    def test_of_the_model_is_named(self, arguments, options, error, message):
        with pytest.raises(error, match=re.escape(message)):
            models.LanguageModel(*arguments, **options)

    @pytest.mark.parametrize("embedding", [None, 3])
    @pytest.mark.parametrize(
        ("x", "message"),
        [
            (torch.tensor([[0, 5]]), "x must be from 0 to 4, got 0 to 5"),
            (torch.tensor([[-1, 0]]), "x must be from 0 to 4, got -1 to 0"),
            (torch.zeros(2, 0, dtype=torch.int64), "x must be integers (B, T), not empty"),
            (torch.zeros(3, dtype=torch.int64), "x must be integers (B, T)"),
            (torch.zeros(2, 3), "x must be integers (B, T)"),
        ],
    )
    def test_of_a_batch_is_named(self, embedding, x, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            made(5, embedding, 4)(x)

    @pytest.mark.parametrize(
        ("kind", "hidden", "message"),
        [
            ("gru", torch.zeros(1, 3, 4), "a tensor (L, B, H) = (1, 2, 4), got a tensor (1, 3, 4)"),
            ("rnn", (torch.zeros(1, 2, 4),), "a tensor (L, B, H) = (1, 2, 4), got (a tensor (1, 2, 4))"),
            ("gru", 0, "a tensor (L, B, H) = (1, 2, 4), got 0 (int)"),
            ("lstm", torch.zeros(1, 2, 4), "(h, c), two tensors (L, B, H) = (1, 2, 4), got a tensor"),
            ("lstm", (torch.zeros(1, 2, 4),) * 3, "(h, c), two tensors"),
            (
                "lstm",
                (torch.zeros(1, 2, 4), None),
                "(h, c), two tensors (L, B, H) = (1, 2, 4), got (a tensor",
            ),
        ],
    )
    def test_of_a_state_is_named(self, kind, hidden, message):
        with pytest.raises(ValueError, match=re.escape(f"hidden must be {message}")):
            models.LanguageModel(5, 3, 4, kind=kind)(symbols(2, 6, V=5), hidden)


class TestLoss:
    def test_is_the_mean_over_what_counts(self):
        torch.manual_seed(0)
        logits, target = torch.randn(2, 3, 4), torch.tensor([[0, 3, -100], [1, -100, -100]])
        p = logits.softmax(dim=2)
        expected = -(p[0, 0, 0].log() + p[0, 1, 3].log() + p[1, 0, 1].log()) / 3
        assert models.next_symbol_loss(logits, target).item() == pytest.approx(expected.item())

    @pytest.mark.parametrize(
        ("logits", "target", "error", "message"),
        [
            (torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.int64), ValueError, "logits must be (B, T, V)"),
            (
                torch.zeros(2, 4, 3),
                torch.zeros(2, 3, dtype=torch.int64),
                ValueError,
                "logits must be (B, T, V)",
            ),
            (torch.zeros(1, 1, 3), torch.tensor([[-100]]), ValueError, "target must hold something to count"),
            (np.zeros((1, 1, 3)), torch.tensor([[0]]), TypeError, "logits must be Tensor"),
            (torch.zeros(1, 1, 3), [[0]], TypeError, "target must be Tensor"),
        ],
    )
    def test_bad_input_is_named(self, logits, target, error, message):
        with pytest.raises(error, match=re.escape(message)):
            models.next_symbol_loss(logits, target)


class TestCarried:
    @kinds
    def test_reads_a_text_in_pieces(self, kind):
        model = made(5, 3, 4, 2, kind=kind)
        codes = symbols(41, V=5).numpy()
        pieces = language.stream(codes, 2, 6)
        carried = models.Carried(model)
        found = torch.cat([carried(*inputs) for inputs, _ in pieces], dim=1)
        whole, _ = model(torch.from_numpy(codes[:-1].reshape(2, 20)))
        torch.testing.assert_close(found, whole, rtol=0, atol=1e-12)
        again = torch.cat([carried(*inputs) for inputs, _ in pieces], dim=1)  # the first piece starts anew
        assert torch.equal(again, found)

    def test_the_gradient_of_a_piece_is_that_of_the_piece_alone(self):
        model, x = made(5, 3, 4), symbols(2, 12, V=5)
        carried = models.Carried(model)
        carried(x[:, :6], True)
        _, hidden = model(x[:, :6])
        models.next_symbol_loss(carried(x[:, 6:11], False), x[:, 7:]).backward()
        found = [p.grad.clone() for p in model.parameters()]
        model.zero_grad()
        logits, _ = model(x[:, 6:11], tuple(part.detach() for part in hidden))
        models.next_symbol_loss(logits, x[:, 7:]).backward()
        for ours, parameter in zip(found, model.parameters(), strict=True):
            torch.testing.assert_close(ours, parameter.grad, rtol=0, atol=1e-12)

    def test_without_detach_the_second_backward_fails(self):
        model, x = made(5, 3, 4), symbols(2, 12, V=5)
        logits, hidden = model(x[:, :6])
        models.next_symbol_loss(logits, x[:, 1:7]).backward()
        logits, _ = model(x[:, 6:11], hidden)
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            models.next_symbol_loss(logits, x[:, 7:]).backward()

    def test_learns_by_fit_as_by_a_plain_loop(self):
        codes = symbols(200, V=5).numpy()
        model, plain = made(5, 3, 8), made(5, 3, 8)
        pieces = language.stream(codes, 4, 7)
        history = training.fit(
            models.Carried(model), pieces, pieces, loss=models.next_symbol_loss, epochs=2, max_norm=1.0,
            progress=False,
        )  # fmt: skip
        optimizer = torch.optim.Adam(plain.parameters())
        for _ in range(2):
            hidden = None
            for (x, _), y in pieces:
                logits, hidden = plain(x, hidden)
                hidden = tuple(part.detach() for part in hidden)
                optimizer.zero_grad()
                F.cross_entropy(logits.flatten(0, 1), y.flatten()).backward()
                nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
                optimizer.step()
        for ours, theirs in zip(model.parameters(), plain.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
        bits = language.stream_bits(model, codes[: 4 * 49 + 1], batch=4, steps=7)
        assert history[-1]["validation_loss"] == pytest.approx(bits.mean() * math.log(2))

    @pytest.mark.parametrize(
        ("attempt", "error", "message"),
        [
            (lambda x: models.Carried(None), TypeError, "model must be Module"),
            (
                lambda x: models.Carried(made(5, 3, 4))(x, False),
                ValueError,
                "first must be True for the first",
            ),
            (lambda x: models.Carried(made(5, 3, 4))(x, 1), TypeError, "first must be True or False, got 1"),
        ],
    )
    def test_bad_input_is_named(self, attempt, error, message):
        with pytest.raises(error, match=message):
            attempt(symbols(2, 3, V=5))

    def test_another_number_of_texts_in_between_is_named(self):
        carried = models.Carried(made(5, 3, 4))
        carried(symbols(2, 3, V=5), True)
        with pytest.raises(ValueError, match=r"hidden must be .* = \(1, 3, 4\), got .*\(1, 2, 4\)"):
            carried(symbols(3, 3, V=5), False)
