"""Exercises of chapter 08: the solutions equal what torch and the course compute, and mistakes are named."""

from bisect import bisect_right
from itertools import accumulate, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnkit.check import language as check

cases = {name: pytest.mark.parametrize("case", getattr(check, name).cases) for name in check.__all__}


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_perplexity_is_that_of_the_loss_of_torch(lengths):
    lengths = torch.tensor([*lengths, 3])
    logits = torch.randn(len(lengths), 4, 5, dtype=torch.float64)
    targets = torch.randint(0, 5, logits.shape[:2])
    targets[torch.arange(4) >= lengths[:, None]] = -100
    losses = nn.functional.cross_entropy(logits.mT, targets, reduction="none")
    bits, perplexity = check.perplexity.reference(losses.numpy(), targets.numpy())
    assert perplexity == pytest.approx(float(nn.CrossEntropyLoss()(logits.mT, targets).exp()))
    assert 2**bits == pytest.approx(perplexity)


def test_a_model_that_only_guesses_has_as_many_choices_as_symbols():
    bits, perplexity = check.perplexity.reference(**check.perplexity.inputs("untrained, 27 symbols"))
    assert (bits, perplexity) == pytest.approx((np.log2(27), 27))


@cases["perplexity"]
def test_padding_with_any_loss_changes_nothing(case):
    losses, targets = check.perplexity.inputs(case).values()
    other = np.where(targets == -100, np.nan, losses)
    assert check.perplexity.reference(other, targets) == check.perplexity.reference(losses, targets)


@cases["sample"]
def test_a_symbol_is_the_first_whose_running_sum_lies_above(case):
    logits, temperature, u = check.sample.inputs(case).values()
    p = torch.tensor(logits / temperature).softmax(0).tolist()
    expected = [next(k for k in range(len(p)) if number < sum(p[: k + 1])) for number in u]
    np.testing.assert_array_equal(check.sample.reference(logits, temperature, u), expected)


@cases["sample"]
def test_every_case_draws_more_than_one_symbol(case):
    symbols = check.sample.reference(**check.sample.inputs(case))
    assert len(set(symbols.tolist())) >= 2


@cases["top_k"]
def test_top_k_is_the_softmax_of_the_k_largest(case):
    logits, k = check.top_k.inputs(case).values()
    result = check.top_k.reference(logits, k)
    values = torch.tensor(logits).topk(k).values
    np.testing.assert_allclose(np.sort(result)[::-1][:k], values.softmax(0), rtol=1e-12)
    assert np.count_nonzero(result) == k
    assert result.sum() == pytest.approx(1)
    kept = logits[result > 0]
    assert kept.min() >= logits[result == 0].max(initial=-np.inf)


def test_of_two_that_are_equal_the_lower_index_stays():
    result = check.top_k.reference(**check.top_k.inputs("2 of 5, two are equal"))
    assert np.flatnonzero(result).tolist() == [0, 2]


@cases["bigram_model"]
def test_bigrams_are_pairs_counted_one_by_one(case):
    tokens, V, k = check.bigram_model.inputs(case).values()
    pairs = list(pairwise(tokens.tolist()))
    first = [i for i, _ in pairs]
    expected = [[(pairs.count((i, j)) + k) / (first.count(i) + k * V) for j in range(V)] for i in range(V)]
    result = check.bigram_model.reference(tokens, V, k)
    np.testing.assert_allclose(result, expected, rtol=1e-12)
    np.testing.assert_allclose(result.sum(axis=1), 1, rtol=1e-12)


def in_torch(pieces, first, weight_ih, weight_hh, read):
    """The same training in torch: the losses, and how many pieces the gradient of the state runs through."""
    weight_ih, weight_hh, losses, reached = torch.tensor(weight_ih), torch.tensor(weight_hh), [], []
    leaves = []
    for piece, is_first in zip(pieces, first, strict=True):
        if is_first:
            h, leaves = torch.zeros(2, dtype=torch.float64), []
        x = torch.tensor(piece, requires_grad=True)
        leaves.append(x)
        h, errors = read(h), []
        for number in x:
            errors.append((number.detach() - h[0]) ** 2)
            h = torch.tanh(weight_ih * number + weight_hh @ h)
        losses.append(torch.stack(errors).mean().item())
        grads = torch.autograd.grad(h.sum(), leaves, allow_unused=True, retain_graph=True)
        reached.append(sum(grad is not None for grad in grads))
    return losses, reached


@cases["train_on_pieces"]
@pytest.mark.parametrize("detached", [True, False])
def test_the_pieces_are_those_of_torch_with_and_without_detach(case, detached):
    exercise = check.train_on_pieces
    step, _, pieces, first, _ = inputs = exercise.inputs(case).values()
    solution = exercise.reference if detached else exercise.mistakes[0].variants[0]
    read = torch.Tensor.detach if detached else torch.Tensor.clone
    losses, reached = in_torch(pieces, first, step.weight_ih, step.weight_hh, read)
    got = solution(*inputs)
    np.testing.assert_allclose(got[0], losses, rtol=1e-12)
    assert got[1].tolist() == reached


def test_a_state_that_is_none_of_the_tools_is_refused():
    step, detach, pieces, *_ = check.train_on_pieces.inputs("pieces of one step").values()
    told = "state must be zeros, or what step or detach returned, got a value of type "
    with pytest.raises(TypeError, match=f"{told}NoneType"):
        step(pieces[0], None)
    with pytest.raises(TypeError, match=f"{told}int"):
        detach(0)


def test_the_tools_have_plain_names_in_what_a_learner_reads():
    shown = check.train_on_pieces.review(lambda *inputs: 0).text
    assert "step = a step, detach = detach, pieces (4, 3), first (4,), zeros = a state" in shown


@cases["bits_per_character"]
def test_the_bits_of_both_models_are_those_of_the_whole_text(case):
    word_perplexity, lengths, character_nats = check.bits_per_character.inputs(case).values()
    text = " ".join("x" * length for length in lengths) + "\n"
    assert len(character_nats) == len(text)
    words, characters = check.bits_per_character.reference(word_perplexity, lengths, character_nats)
    assert 2 ** (words * len(text)) == pytest.approx(word_perplexity ** len(lengths))
    assert np.exp2(-characters * len(text)) == pytest.approx(np.exp(-character_nats).prod())


# Mistakes as learners write them


def ignore_index_forgotten(losses, targets):
    mean = torch.tensor(losses).mean()
    return mean / np.log(2), mean.exp()


def padding_above_zero(losses, targets):
    real = losses[targets > 0]
    return real.mean() / np.log(2), np.exp(real.mean())


def searched_from_the_left(logits, temperature, u):
    e = np.exp((logits - max(logits)) / temperature)
    return np.searchsorted(np.cumsum(e / e.sum()), u)


def one_by_one_without_sums(logits, temperature, u):
    p = torch.tensor(logits / temperature).softmax(0)
    return [next((k for k in range(len(p)) if number < p[k]), 0) for number in u]


def naive(logits, temperature, u):
    p = np.exp(logits / temperature) / sum(np.exp(logits / temperature))
    return [np.searchsorted(np.cumsum(p), number, side="right") for number in u]


def limit(logits, k):
    e = np.exp(logits - logits.max())
    e[logits < np.sort(logits)[-k]] = 0
    return e / e.sum()


def last_of_argsort(logits, k):
    p = np.zeros(len(logits))
    top = np.argsort(logits, kind="stable")[-k:]
    p[top] = np.exp(logits[top] - logits.max())
    return p / p.sum()


def zeros_before_the_softmax(logits, k):
    z = torch.zeros(len(logits), dtype=torch.float64)
    values, places = torch.tensor(logits).topk(k)
    z[places] = values
    return z.softmax(0)


def without_smoothing(tokens, V, k):
    counts = np.zeros((V, V))
    for before, after in pairwise(tokens):
        counts[before, after] += 1
    return counts / counts.sum(axis=1, keepdims=True)


def at_once(tokens, V, k):
    counts = np.full((V, V), k)
    counts[tokens[:-1], tokens[1:]] += 1
    return counts / counts.sum(axis=1, keepdims=True)


def divided_along_a_row(tokens, V, k):
    counts = np.full((V, V), k)
    for before, after in pairwise(tokens):
        counts[before, after] += 1
    return counts / counts.sum(axis=1)


def detached_in_vain(step, detach, pieces, first, zeros):
    losses, reached = [], []
    for n in range(len(pieces)):
        if first[n]:
            state = zeros
        detach(state)
        loss, through, state = step(pieces[n], state)
        losses.append(loss)
        reached.append(through)
    return losses, reached


def state_dropped(step, detach, pieces, first, zeros):
    results = [step(piece, detach(zeros))[:2] for piece in pieces]
    return [loss for loss, _ in results], [through for _, through in results]


def never_reset(step, detach, pieces, first, zeros):
    state, results = zeros, []
    for piece in pieces:
        loss, through, state = step(piece, state)
        state = state.detach()
        results.append((loss, through))
    return tuple(np.array(results).T)


def letters_only(word_perplexity, lengths, character_nats):
    return np.log2(word_perplexity) / lengths.mean(), character_nats.mean() / np.log(2)


def all_in_nats(word_perplexity, lengths, character_nats):
    return np.log(word_perplexity) / (lengths + 1).mean(), character_nats.mean()


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("perplexity", ignore_index_forgotten, "the padding is counted."),
        ("perplexity", padding_above_zero, "targets with the index 0 are left out too."),
        ("sample", searched_from_the_left, "a symbol with the probability 0 is drawn"),
        ("sample", one_by_one_without_sums, "u is compared with each probability"),
        ("sample", naive, "your softmax overflows"),
        ("top_k", limit, "symbols that are equal to the last one stay too"),
        ("top_k", last_of_argsort, "of equal symbols the one with the higher index stays."),
        ("top_k", zeros_before_the_softmax, "the other logits are set to 0 before the softmax."),
        ("bigram_model", without_smoothing, "nothing is added to the counts."),
        ("bigram_model", at_once, "a pair that occurs again is not counted again."),
        ("bigram_model", divided_along_a_row, "each row's sum divides a column"),
        ("train_on_pieces", detached_in_vain, "the state is not detached"),
        ("train_on_pieces", state_dropped, "every piece begins with zeros"),
        ("train_on_pieces", never_reset, "the state is never reset"),
        ("bits_per_character", letters_only, "in the word model the blanks are not counted"),
        ("bits_per_character", all_in_nats, "both results are in nats."),
    ],
)
def test_mistakes_as_learners_write_them(name, function, told):
    assert getattr(check, name).review(function).mistake.says.startswith(told)


# Right answers in other styles


def powers_of_probabilities(logits, temperature, u):
    p = torch.tensor(logits).softmax(0) ** (1 / temperature)
    return torch.bucketize(torch.tensor(u), (p / p.sum()).cumsum(0), right=True)


def bisected(logits, temperature, u):

    weights = [np.exp((z - max(logits)) / temperature) for z in logits]
    sums = list(accumulate(weights))
    return [bisect_right(sums, number * sums[-1]) for number in u]


def minus_infinity(logits, k):
    z = np.full(len(logits), -np.inf)
    places = sorted(range(len(logits)), key=lambda j: (-logits[j], j))[:k]
    z[places] = logits[places]
    return torch.tensor(z).softmax(0)


def one_hot_counts(tokens, V, k):
    one_hot = np.eye(V)[tokens]
    counts = one_hot[:-1].T @ one_hot[1:] + k
    return (counts.T / counts.sum(axis=1)).T


def flat_counts(tokens, V, k):
    counts = np.bincount(tokens[:-1] * V + tokens[1:], minlength=V * V).reshape(V, V)
    return [[(count + k) / (row.sum() + k * V) for count in row] for row in counts]


def detached_after_the_step(step, detach, pieces, first, zeros):
    losses, reached, state = [], [], None
    for n, piece in enumerate(pieces):
        state = zeros if first[n] else state
        loss, through, state = step(piece, state)
        state = state.detach()
        losses += [loss]
        reached += [through]
    return losses, reached


def as_a_mean_length(word_perplexity, lengths, character_nats):
    return np.log2(word_perplexity) / (lengths.mean() + 1), float(np.log2(np.e) * character_nats.mean())


def masked(losses, targets):
    nats = np.ma.array(losses, mask=targets == -100).mean()
    return nats / np.log(2), 2 ** (nats / np.log(2))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("perplexity", masked),
        ("sample", powers_of_probabilities),
        ("sample", bisected),
        ("top_k", minus_infinity),
        ("bigram_model", one_hot_counts),
        ("bigram_model", flat_counts),
        ("train_on_pieces", detached_after_the_step),
        ("bits_per_character", as_a_mean_length),
    ],
)
def test_a_right_solution_passes_in_every_style(name, function):
    review = getattr(check, name).review(function)
    assert review.solved, review.text


def test_a_wrong_symbol_is_not_blamed_on_its_type():
    text = check.sample.review(lambda logits, temperature, u: np.zeros(len(u), dtype=int)).text
    assert "symbols[0] is 0, expected " in text
    assert "decimals" not in text
