"""Greedy and beam search: exact where they can be, the same for a batch as for one; they come to an end."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_pairs import ATTENTIONS, made, sources

from rnnkit import seq2seq

IGNORED = -100
attentions = pytest.mark.parametrize("attention", ATTENTIONS)
models = {"attention": st.sampled_from(ATTENTIONS), "seed": st.integers(0, 99)}
few = settings(max_examples=25)  # an example runs several searches
lengths = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def model_for(attention, seed, target_symbols=4):
    """Return a network whose outputs are not all the same: its readout is larger than at the start."""
    model = made(7, target_symbols, 3, 4, attention=attention, seed=seed)
    with torch.no_grad():
        model.decoder.readout.weight.mul_(6)
        model.decoder.embedding.weight.mul_(2)
    return model


def every_output(V, most):
    """Return (symbols, finished) of all outputs that a search with a cap can give."""
    ended = [(s, True) for n in range(most) for s in itertools.product(range(1, V), repeat=n)]
    return ended + [(s, False) for s in itertools.product(range(1, V), repeat=most)]


def probability(model, x, output):
    """Return the log probability of one output for one source, step by step."""
    state = model.start(x[None], [len(x)])
    before, total = seq2seq.END, 0.0
    for symbol in [*output.symbols, *[seq2seq.END] * output.finished]:
        log_p, state, _ = model.step(torch.tensor([before]), state)
        total += float(log_p[0, symbol].detach())
        before = symbol
    return total


def assert_same(one, other):
    assert (one.symbols, one.finished) == (other.symbols, other.finished)
    np.testing.assert_allclose(one.log_probability, other.log_probability, rtol=0, atol=1e-12)
    assert (one.weights is None) == (other.weights is None)
    if one.weights is not None:
        assert one.weights.shape == other.weights.shape
        np.testing.assert_allclose(one.weights, other.weights, rtol=0, atol=1e-12)


@pytest.mark.parametrize("alpha", [0, 1])
@few
@given(V=st.integers(2, 4), most=st.integers(1, 3), **models)
def test_a_place_for_every_output_tries_them_all(alpha, attention, V, most, seed):
    model = model_for(attention, seed, V)
    x, _ = sources([3], seed=seed)
    outputs = every_output(V, most)
    found = seq2seq.beam_search(model, x[0], len(outputs), most=most, alpha=alpha)
    assert sorted((tuple(one.symbols), one.finished) for one in found) == sorted(outputs)
    for one in found:
        assert abs(one.log_probability - probability(model, x[0], one)) < 1e-12
    np.testing.assert_allclose(sum(np.exp(one.log_probability) for one in found), 1, rtol=0, atol=1e-12)

    ended = [one for one in found if one.finished]
    best = max(outputs[: len(ended)], key=lambda pair: rated(model, x[0], pair, alpha))
    assert tuple(found[0].symbols) == best[0]


def rated(model, x, pair, alpha):
    symbols, finished = pair
    one = seq2seq.Output(list(symbols), finished, 0.0)
    return one._replace(log_probability=probability(model, x, one)).rated(alpha)


@few
@given(lengths=lengths, most=st.integers(1, 6), **models)
def test_one_place_is_greedy(lengths, most, attention, seed):
    model = model_for(attention, seed)
    x, lengths = sources(lengths, seed=seed)
    for one, (other,) in zip(
        seq2seq.greedy(model, x, lengths, most=most),
        seq2seq.beam_searches(model, x, lengths, 1, most=most),
        strict=True,
    ):
        assert_same(one, other)


@few
@given(lengths=lengths, width=st.integers(1, 9), **models)
def test_a_batch_gives_what_each_source_gives_alone(lengths, width, attention, seed):
    model = model_for(attention, seed)
    x, lengths = sources(lengths, seed=seed)
    together = seq2seq.beam_searches(model, x, lengths, width)
    for b, T in enumerate(lengths):
        alone = seq2seq.beam_search(model, x[b, :T], width)
        for one, other in zip(together[b], alone, strict=True):
            assert_same(one, other)
        assert_same(
            seq2seq.greedy(model, x, lengths)[b],
            seq2seq.greedy(model, x[b : b + 1, :T], lengths[b : b + 1])[0],
        )


@few
@given(width=st.integers(1, 12), alpha=st.floats(0, 3), **models)
def test_outputs_come_best_first_and_once_each(width, alpha, attention, seed):
    model = model_for(attention, seed)
    x, _ = sources([4], seed=seed)
    found = seq2seq.beam_search(model, x[0], width, most=5, alpha=alpha)
    ranks = [(one.finished, one.rated(alpha)) for one in found]
    assert ranks == sorted(ranks, reverse=True)
    assert 1 <= len(found) <= width
    assert len({tuple(one.symbols) for one in found}) == len(found)
    for one in found:
        assert abs(one.log_probability - probability(model, x[0], one)) < 1e-12
    few = seq2seq.beam_search(model, x[0], width, most=5, alpha=alpha, n_best=1)
    assert len(few) == 1
    assert_same(few[0], found[0])


@attentions
def test_score_is_the_sum_that_the_searches_report(attention):
    model = model_for(attention, seed=1)
    x, lengths = sources([5, 3, 1])
    outputs = [one for (one, *_) in seq2seq.beam_searches(model, x, lengths, 4)]
    assert all(one.finished for one in outputs)
    U = max(len(one.symbols) for one in outputs) + 1
    y = torch.full((3, U), IGNORED)
    for b, one in enumerate(outputs):
        y[b, : len(one.symbols) + 1] = torch.tensor([*one.symbols, seq2seq.END])
    expected = [one.log_probability for one in outputs]
    np.testing.assert_allclose(seq2seq.score(model, x, lengths, y), expected, rtol=0, atol=1e-12)


class Babbler(torch.nn.Module):
    """A model with the same answer at every step, without END at first: start and step are all it has."""

    def __init__(self, log_p=(-torch.inf, 0.0, -1.0)):
        super().__init__()
        self.log_p = torch.nn.Parameter(torch.tensor(log_p))

    def start(self, x, lengths):
        return Nothing()

    def step(self, symbols, state):
        return self.log_p.log_softmax(dim=0).expand(len(symbols), -1), state, None


class Nothing:
    def take(self, rows):
        return self


class TestCap:
    @pytest.mark.parametrize(("most", "expected"), [(None, [16, 12]), (1, [1, 1]), (7, [7, 7])])
    def test_stops_what_does_not_end(self, most, expected):
        x, lengths = sources([3, 1])
        found = seq2seq.greedy(Babbler(), x, lengths, most=most)
        assert [one.symbols for one in found] == [[1] * n for n in expected]
        assert not any(one.finished for one in found)
        for outputs, n in zip(
            seq2seq.beam_searches(Babbler(), x, lengths, 2, most=most), expected, strict=True
        ):
            assert [one.symbols for one in outputs] == [[1] * n, [1] * (n - 1) + [2]]
            assert not any(one.finished for one in outputs)

    def test_what_it_cut_off_stands_behind_all_that_ended(self):
        x, _ = sources([1])
        model = Babbler((-9.0, 9.0, -99.0))  # ending is unlikely at every step
        found = seq2seq.beam_search(model, x[0], 2, most=3)
        assert [(one.symbols, one.finished) for one in found] == [([], True), ([1, 1, 1], False)]
        assert found[0].rated() < found[1].rated()

    def test_ends_as_soon_as_all_places_have_ended(self):
        """The places of finished outputs are not given away, so two places end after at most two ends."""
        calls = []

        class Counted(Babbler):
            def step(self, symbols, state):
                calls.append(len(symbols))
                return super().step(symbols, state)

        x, _ = sources([5])
        found = seq2seq.beam_search(Counted((9.0, 0.0, -1.0)), x[0], 2)
        assert [one.symbols for one in found] == [[], [1]]
        assert len(calls) == 2


def test_ties_go_to_the_smaller_symbol_and_the_earlier_place():
    x, lengths = sources([2])
    model = Babbler((-torch.inf, 0.0, 0.0, 0.0))
    assert seq2seq.greedy(model, x, lengths, most=2)[0].symbols == [1, 1]
    found = seq2seq.beam_search(model, x[0], 5, most=2)
    assert [one.symbols for one in found] == [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2]]


def test_rated_divides_by_the_symbols_with_end():
    one = seq2seq.Output([3, 1], True, -6.0)
    assert (one.rated(), one.rated(0), one.rated(2)) == (-2.0, -6.0, -6 / 9)
    assert one._replace(finished=False).rated() == -3.0
    with pytest.raises(ValueError, match=r"^alpha must be a finite number from 0 to 10, got 11"):
        one.rated(11)


@attentions
@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_a_model_whose_training_diverged_says_so(attention, broken):
    model = model_for(attention, seed=0)
    model.decoder.readout.bias.data[3] = broken
    x, lengths = sources([3, 2])
    for search in (
        lambda: seq2seq.greedy(model, x, lengths),
        lambda: seq2seq.beam_search(model, x[0], 3),
        lambda: seq2seq.beam_searches(model, x, lengths, 3),
    ):
        with pytest.raises(FloatingPointError, match="model must give log probabilities, got nan"):
            search()
    with pytest.raises(
        FloatingPointError, match="model must give scores that are numbers, got NaN for row 0"
    ):
        seq2seq.score(model, x, lengths, torch.ones(2, 1).long())
    assert model.training  # as before


def test_a_model_that_leaves_no_symbol_says_so():
    class Silent(Babbler):
        def step(self, symbols, state):
            return torch.full((len(symbols), 3), -torch.inf), state, None

    x, lengths = sources([3])
    for search in (
        lambda: seq2seq.greedy(Silent(), x, lengths),
        lambda: seq2seq.beam_search(Silent(), x[0], 2),
    ):
        with pytest.raises(FloatingPointError, match="model must give log probabilities, got -inf"):
            search()


def test_score_reads_int32_as_int64():
    model, (x, lengths) = model_for("dot", seed=0), sources([3, 2])
    y = torch.tensor([[1, 2, 0], [3, 0, IGNORED]])
    assert torch.equal(seq2seq.score(model, x.int(), lengths, y.int()), seq2seq.score(model, x, lengths, y))


@attentions
def test_weights_have_a_row_for_each_symbol_and_no_padding(attention):
    model = model_for(attention, seed=0)
    x, lengths = sources([5, 2])
    for outputs, T in zip(seq2seq.beam_searches(model, x, lengths, 3), lengths, strict=True):
        for one in [*outputs]:
            if attention is None:
                assert one.weights is None
            else:
                assert one.weights.shape == (len(one.symbols) + one.finished, T)
                np.testing.assert_allclose(one.weights.sum(axis=1), 1, rtol=0, atol=1e-12)


def test_searches_leave_the_model_as_it_was():
    model = model_for("dot", seed=0)
    x, lengths = sources([3, 2])
    for mode in (True, False):
        model.train(mode)
        seq2seq.greedy(model, x, lengths)
        seq2seq.beam_search(model, x[0], 2)
        seq2seq.score(model, x, lengths, torch.zeros(2, 1, dtype=torch.long))
        assert model.training is mode


@pytest.mark.parametrize(
    ("search", "change", "error", "message"),
    [
        ("greedy", {"most": 0}, ValueError, "most must be an integer at least 1, got 0"),
        ("greedy", {"x": [1, 2]}, TypeError, "x must be Tensor"),
        ("greedy", {"x": torch.zeros(2, 0).long()}, ValueError, r"x must be integers \(B, T\), not empty"),
        ("greedy", {"lengths": [3, 9]}, ValueError, "lengths must be integers from 1 to 3, got 3 to 9"),
        ("greedy", {"model": None}, TypeError, "model must be Module, got None"),
        ("beam_searches", {"width": 0}, ValueError, "width must be an integer at least 1, got 0"),
        ("beam_searches", {"width": 2.0}, TypeError, "width must be an integer, got 2.0"),
        ("beam_searches", {"n_best": 3}, ValueError, "n_best must be an integer from 1 to 2"),
        ("beam_searches", {"alpha": -1}, ValueError, "alpha must be a finite number from 0 to 10, got -1"),
        (
            "beam_searches",
            {"alpha": 1e6},
            ValueError,
            "alpha must be a finite number from 0 to 10, got 1000000",
        ),
        ("greedy", {"x": torch.ones(2, 3).byte()}, ValueError, "x must be integers of int32 or int64, got"),
        ("greedy", {"x": torch.zeros(2, 3).long()}, ValueError, "x must have no padding within its lengths"),
        ("greedy", {"model": torch.nn.Linear(2, 2)}, TypeError, "model must have start and step, got Linear"),
        ("beam_searches", {"model": None}, TypeError, "model must be Module, got None"),
        ("score", {"model": torch.nn.Linear(2, 2)}, TypeError, "model must have symbols, got Linear"),
        ("score", {"y": torch.zeros(2, 2)}, ValueError, r"y must be integers \(B, U\), not empty, got"),
        (
            "score",
            {"y": torch.tensor([[1, 0, -100], [1, -100, 0]])},
            ValueError,
            "y must have -100 at the end of a row only, got others behind it in row 1",
        ),
        ("score", {"y": torch.full((2, 2), 4)}, ValueError, "y must be from 0 to 3, got 4 to 4"),
        (
            "score",
            {"y": torch.zeros(3, 2).long()},
            ValueError,
            r"y must be \(2, U\), one row for each source, got \(3, 2\)",
        ),
        ("score", {"y": [[0]]}, TypeError, "y must be Tensor"),
    ],
)
def test_names_a_bad_argument(search, change, error, message):
    own = {"greedy": {}, "beam_searches": {"width": 2}, "score": {"y": torch.zeros(2, 2).long()}}[search]
    x, lengths = sources([3, 2])
    arguments = {"model": model_for("dot", seed=0), "x": x, "lengths": lengths} | own | change
    with pytest.raises(error, match=f"^{message}"):
        getattr(seq2seq, search)(**arguments)


@pytest.mark.parametrize("x", [torch.ones(2, 3).long(), torch.ones(0).long()])
def test_beam_search_takes_one_source(x):
    with pytest.raises(ValueError, match=r"^x must be one source \(T,\), not empty, got "):
        seq2seq.beam_search(model_for("dot", seed=0), x, 2)
