"""Exercises of chapter 09: the solutions equal what torch and plain counting give, and mistakes are named."""

from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnkit.check import seq2seq as check

cases = {name: pytest.mark.parametrize("case", getattr(check, name).cases) for name in check.__all__}
tanh = np.tanh


@cases["masked_weights"]
def test_masked_weights_are_the_softmax_of_the_real_letters(case):
    scores, lengths = check.masked_weights.inputs(case).values()
    weights = check.masked_weights.reference(scores, lengths)
    for row, given_scores, length in zip(weights, scores, lengths, strict=True):
        np.testing.assert_allclose(row[:length], torch.tensor(given_scores[:length]).softmax(0), rtol=1e-12)
        assert not row[length:].any()
    padding = np.arange(scores.shape[1]) >= lengths[:, None]
    other = np.where(padding, np.nan, scores)
    np.testing.assert_array_equal(check.masked_weights.reference(other, lengths), weights)


@cases["additive_scores"]
def test_additive_scores_are_those_of_three_linear_layers(case):
    query, values, *weights = map(torch.tensor, check.additive_scores.inputs(case).values())
    linear = nn.functional.linear
    hidden = linear(query, *weights[:2]).unsqueeze(1) + linear(values, *weights[2:4])
    expected = linear(hidden.tanh(), *weights[4:]).squeeze(2)
    result = check.additive_scores.reference(*check.additive_scores.inputs(case).values())
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-15)


@cases["context"]
def test_the_context_is_a_product_of_stacks_of_matrices(case):
    weights, values = check.context.inputs(case).values()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    expected = torch.bmm(torch.tensor(weights)[:, None], torch.tensor(values))[:, 0]
    np.testing.assert_allclose(check.context.reference(weights, values), expected, rtol=1e-12, atol=1e-15)


@cases["beam_step"]
def test_a_step_takes_the_best_of_all_candidates(case):
    log_p, next_log_p, finished = check.beam_step.inputs(case).values()
    np.testing.assert_allclose(np.exp(next_log_p).sum(axis=1), 1)
    candidates = [
        (log_p[k] + (0 if finished[k] else next_log_p[k, j]), k, j)
        for k, j in product(*map(range, next_log_p.shape))
        if not finished[k] or j == 0
    ]
    values = sorted((total for total, *_ in candidates), reverse=True)
    assert min(np.diff(values[::-1]), default=1) > 1e-3  # no two are equal, whatever the rounding
    best = sorted(candidates, reverse=True)[: len(log_p)]
    result = check.beam_step.reference(log_p, next_log_p, finished)
    for got, expected in zip(result, ([row[k] for row in best] for k in (1, 2, 0)), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_steps_one_after_the_other_find_the_most_probable_of_all_outputs():
    """With as many places as there are outputs, nothing is lost on the way."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(3, 3))
    table -= np.log(np.exp(table).sum(axis=1, keepdims=True))
    width = 3**3
    log_p, beams = np.full(width, -np.inf), [(0,)] * width
    log_p[0] = 0
    for _ in range(3):
        following = table[[beam[-1] for beam in beams]]
        finished = np.array([len(beam) > 1 and beam[-1] == 0 for beam in beams]).astype(int)
        parents, symbols, log_p = check.beam_step.reference(log_p, following, finished)
        beams = [
            beams[p] if finished[p] else (*beams[p], int(s)) for p, s in zip(parents, symbols, strict=True)
        ]

    def total(output):
        return sum(table[i, j] for i, j in pairwise(output))

    outputs = {(0, *rest[: [*rest, 0].index(0) + 1]) for rest in product(range(3), repeat=3)}
    expected = sorted(outputs, key=total, reverse=True)
    assert beams[: len(outputs)] == expected
    np.testing.assert_allclose(log_p[: len(outputs)], [total(output) for output in expected])


def recursive_distance(a, b):
    @cache
    def rest(i, j):
        if i == len(a) or j == len(b):
            return len(a) - i + len(b) - j
        if a[i] == b[j]:
            return rest(i + 1, j + 1)
        return 1 + min(rest(i + 1, j), rest(i, j + 1), rest(i + 1, j + 1))

    return rest(0, 0)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_edit_distance_is_that_of_the_recursion(a, b):
    distance = check.edit_distance.reference
    assert distance(a, b) == distance(b, a) == recursive_distance(a, b)
    assert distance(list(a), list(b)) == distance(a, b)


@pytest.mark.parametrize(
    ("case", "rate"),
    [
        ("one word", 200 / 3),
        ("two right ones and a wrong one", 200 / 13),
        ("two ways to say it", 0),
        ("equally near, not equally long", 200 / 11),
        ("nothing is said", 40),
    ],
)
def test_the_phone_error_rate_counted_by_hand(case, rate):
    inputs = check.phone_error_rate.inputs(case).values()
    assert check.phone_error_rate.reference(*inputs) == pytest.approx(rate)


def test_the_listed_pronunciations_cannot_be_changed():
    _, outputs, listed = check.phone_error_rate.inputs("one word").values()
    for words in (outputs, listed):
        with pytest.raises(TypeError):
            words["cat"] = ""


@cases["forced_loss"]
def test_the_forced_loss_is_the_cross_entropy_of_torch(case):
    step, state, y, lengths = check.forced_loss.inputs(case).values()
    scores, targets = [], []
    for h, row, length in zip(state, y, lengths, strict=True):
        phones, h = row[:length].tolist(), h[None]
        for before, wanted in zip([0, *phones], [*phones, 0], strict=True):
            log_p, h = step(np.array([before]), h)
            scores.append(log_p[0])
            targets.append(wanted)
    expected = nn.functional.cross_entropy(torch.tensor(np.array(scores)), torch.tensor(targets))
    assert check.forced_loss.reference(step, state, y, lengths) == pytest.approx(float(expected))


@cases["forced_loss"]
def test_what_stands_in_the_padding_of_y_changes_nothing(case):
    step, state, y, lengths = check.forced_loss.inputs(case).values()
    padding = np.arange(y.shape[1]) > lengths[:, None]  # behind END
    loss = check.forced_loss.reference
    assert loss(step, state, np.where(padding, 5, y), lengths) == loss(step, state, y, lengths)


@pytest.mark.parametrize(
    ("symbols", "told"),
    [
        (np.array([0, -100]), r"symbols must lie from 0 to 5, got \[0, -100\]"),
        (np.array([6, 0]), r"symbols must lie from 0 to 5, got \[6, 0\]"),
        (3, r"symbols must be 2 whole numbers, one for each word, got an array of shape \(\)"),
        (np.zeros((2, 4), dtype=int), r"got an array of shape \(2, 4\) and dtype int64"),
        (np.zeros(2), r"got an array of shape \(2,\) and dtype float64"),
    ],
)
def test_the_step_refuses_what_are_no_symbols(symbols, told):
    step, state, *_ = check.forced_loss.inputs("padded more than needed").values()
    with pytest.raises(ValueError, match=told):
        step(symbols, state)


# Mistakes as learners write them


def no_mask(scores, lengths):
    return torch.tensor(scores).softmax(1)


def zeros_in_the_scores(scores, lengths):
    scores = scores.copy()
    for row, length in zip(scores, lengths, strict=True):
        row[length:] = 0
    return torch.tensor(scores).softmax(1)


def zeros_in_the_weights(scores, lengths):
    weights = torch.tensor(scores).softmax(1)
    for row, length in zip(weights, lengths, strict=True):
        row[length:] = 0
    return weights


def naive_masked(scores, lengths):
    mask = np.arange(scores.shape[1]) < lengths[:, None]
    e = np.where(mask, np.exp(scores), 0)
    return e / e.sum(axis=1, keepdims=True)


def renormalised(scores, lengths):
    weights = zeros_in_the_weights(scores, lengths)
    return weights / weights.sum(1, keepdim=True)


def no_axis_for_the_query(query, values, W_q, b_q, W_v, b_v, w, b):
    return (tanh(query @ W_q.T + b_q + values @ W_v.T + b_v) @ w.T + b)[:, :, 0]


def all_at_once(query, values, W_q, b_q, W_v, b_v, w, b):
    return tanh((query @ W_q.T)[:, None] + values @ W_v.T) @ w[0]


def units_summed(query, values, W_q, b_q, W_v, b_v, w, b):
    return tanh((query @ W_q.T + b_q)[:, None] + values @ W_v.T + b_v).sum(axis=2)


def last_axis_kept(query, values, W_q, b_q, W_v, b_v, w, b):
    return tanh((query @ W_q.T + b_q)[:, None] + values @ W_v.T + b_v) @ w.T + b


def with_at(weights, values):
    return weights @ values


def summed_over_features(weights, values):
    return (weights[..., None] * values).sum(-1)


def summed_over_the_last(weights, values):
    return np.einsum("bt,bth->bt", weights, values)


def row_by_row(log_p, next_log_p, finished):
    totals = log_p[:, None] + next_log_p
    symbols = np.where(finished == 1, 0, totals.argmax(axis=1))
    best = np.where(finished == 1, log_p, totals.max(axis=1))
    order = np.argsort(-best)
    return order, symbols[order], best[order]


def flags_forgotten(log_p, next_log_p, finished):
    k, V = next_log_p.shape
    totals = (log_p[:, None] + next_log_p).ravel()
    best = totals.argsort()[::-1][:k]
    return best // V, best % V, totals[best]


def flags_as_places(log_p, next_log_p, finished):
    k, V = next_log_p.shape
    totals = log_p[:, None] + next_log_p
    totals[finished] = -np.inf
    totals[finished, 0] = log_p[finished]
    best = totals.ravel().argsort()[::-1][:k]
    return best // V, best % V, totals.ravel()[best]


def zeroed_row(log_p, next_log_p, finished):
    k, V = next_log_p.shape
    totals = (log_p[:, None] + next_log_p * (1 - finished[:, None])).ravel()
    best = np.argsort(-totals, kind="stable")[:k]
    return best // V, best % V, totals[best]


def zipped(a, b):
    different = sum(x != y for x, y in zip(a, b, strict=False))
    return different + abs(len(a) - len(b))


def from_zeros(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
    return d[-1, -1]


def always_one(a, b):
    d = np.add.outer(np.arange(len(a) + 1), np.arange(len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i, j] = 1 + min(d[i - 1, j], d[i, j - 1], d[i - 1, j - 1])
    return d[-1, -1]


def mean_of_rates(distance, outputs, listed):
    rates = []
    for word, output in outputs.items():
        nearest = min((p.split() for p in listed[word]), key=lambda p: distance(p, output.split()))
        rates.append(100 * distance(output.split(), nearest) / len(nearest))
    return np.mean(rates)


def first_listed(distance, outputs, listed):
    pairs = [(output.split(), listed[word][0].split()) for word, output in outputs.items()]
    return 100 * sum(distance(a, b) for a, b in pairs) / sum(len(b) for _, b in pairs)


def unsplit(distance, outputs, listed):
    edits = length = 0
    for word, output in outputs.items():
        nearest = min(listed[word], key=lambda p: distance(p, output))
        edits += distance(output, nearest)
        length += len(nearest)
    return 100 * edits / length


def free_running(step, state, y, lengths):
    B, U = y.shape
    symbols, total = np.zeros(B, dtype=int), 0
    targets = np.hstack([y, np.zeros((B, 1), dtype=int)])
    for u in range(U + 1):
        log_p, state = step(symbols, state)
        total -= (log_p[np.arange(B), targets[:, u]] * (u <= lengths)).sum()
        symbols = log_p.argmax(axis=1)
    return total / (lengths + 1).sum()


def without_the_end(step, state, y, lengths):
    B, U = y.shape
    symbols, total = np.zeros(B, dtype=int), 0
    for u in range(U):
        log_p, state = step(symbols, state)
        total -= (log_p[np.arange(B), y[:, u]] * (u < lengths)).sum()
        symbols = y[:, u]
    return total / lengths.sum()


def answer_goes_in(step, state, y, lengths):
    B, U = y.shape
    y = np.hstack([y, np.zeros((B, 1), dtype=int)])
    losses = []
    for u in range(U + 1):
        log_p, state = step(y[:, u], state)
        losses += (-log_p[np.arange(B), y[:, u]])[u <= lengths].tolist()
    return np.mean(losses)


def state_lost(step, state, y, lengths):
    B, U = y.shape
    y = np.hstack([np.zeros((B, 1), dtype=int), y, np.zeros((B, 1), dtype=int)])
    losses = [-step(y[:, u], state)[0][np.arange(B), y[:, u + 1]] for u in range(U + 1)]
    return np.stack(losses, axis=1)[np.arange(U + 1) <= lengths[:, None]].mean()


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("masked_weights", no_mask, "the padding gets weight."),
        ("masked_weights", zeros_in_the_scores, "the scores of the padding are set to 0"),
        ("masked_weights", zeros_in_the_weights, "the weights of the padding are set to 0"),
        ("masked_weights", naive_masked, "your softmax overflows"),
        ("masked_weights", renormalised, "the largest score is one of the padding"),
        ("additive_scores", no_axis_for_the_query, "the query meets the wrong axis"),
        ("additive_scores", all_at_once, "all biases are missing."),
        ("additive_scores", units_summed, "the units are added up"),
        ("additive_scores", last_axis_kept, "an axis of length 1 is left"),
        ("context", with_at, "weights @ values lets the weights of every word"),
        ("context", summed_over_features, "you summed over the features"),
        ("context", summed_over_the_last, "you summed over the features"),
        ("beam_step", row_by_row, "every output has one child"),
        ("beam_step", flags_forgotten, "finished outputs go on."),
        ("beam_step", flags_as_places, "as an index, the numbers 0 and 1"),
        ("beam_step", zeroed_row, "a finished output fills several places"),
        ("edit_distance", zipped, "the symbols are compared place by place"),
        ("edit_distance", from_zeros, "the first row or the first column of the table is all 0."),
        ("edit_distance", always_one, "the diagonal costs 1 where the symbols are equal"),
        ("phone_error_rate", mean_of_rates, "you took the mean of the rates of the words"),
        ("phone_error_rate", first_listed, "every output is compared with the first pronunciation."),
        ("phone_error_rate", unsplit, "you compared letters, not phones"),
        ("forced_loss", free_running, "the decoder runs free"),
        ("forced_loss", without_the_end, "the guess of END is not counted."),
        ("forced_loss", answer_goes_in, "the symbol that goes in is the one to be guessed"),
        ("forced_loss", state_lost, "every step begins with the first state"),
    ],
)
def test_mistakes_as_learners_write_them(name, function, told):
    review = getattr(check, name).review(function)
    assert not review.solved
    assert review.mistake is not None, review.text
    assert review.mistake.says.startswith(told)


# Right answers in other styles


def word_by_word(scores, lengths):
    weights = np.zeros(scores.shape)
    for row, e, n in zip(weights, scores, lengths, strict=True):
        row[:n] = np.exp(e[:n] - e[:n].max())
        row /= row.sum()
    return weights


def with_a_large_number(scores, lengths):
    padding = np.arange(scores.shape[1]) >= lengths[:, None]
    return torch.tensor(scores).masked_fill(torch.tensor(padding), -1e9).softmax(1)


def masked_array(scores, lengths):
    e = np.ma.array(scores, mask=np.arange(scores.shape[1]) >= lengths[:, None])
    e = np.ma.exp(e - e.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).filled(0)


def letter_by_letter(query, values, W_q, b_q, W_v, b_v, w, b):
    scores = [
        [w @ tanh(W_q @ s + b_q + W_v @ h + b_v) + b for h in word]
        for s, word in zip(query, values, strict=True)
    ]
    return np.array(scores)[..., 0]


def joined(query, values, W_q, b_q, W_v, b_v, w, b):
    B, T, _ = values.shape
    both = np.concatenate([np.repeat(query[:, None], T, axis=1), values], axis=2)
    return np.einsum("btu,u->bt", tanh(both @ np.hstack([W_q, W_v]).T + b_q + b_v), w[0]) + b


def einsum(weights, values):
    return np.einsum("bt,bth->bh", weights, values)


def stacked(weights, values):
    return [w @ h for w, h in zip(weights, values, strict=True)]


def product_of_stacks(weights, values):
    return (weights[:, None] @ values).squeeze(1)


def sorted_candidates(log_p, next_log_p, finished):
    candidates = []
    for k in range(len(log_p)):
        if finished[k]:
            candidates.append((log_p[k], k, 0))
        else:
            candidates += [(log_p[k] + new, k, j) for j, new in enumerate(next_log_p[k])]
    best = sorted(candidates, reverse=True)[: len(log_p)]
    return [k for _, k, _ in best], [j for *_, j in best], [total for total, *_ in best]


def by_torch(log_p, next_log_p, finished):
    done = torch.tensor(finished).bool()
    following = torch.tensor(next_log_p).masked_fill(done[:, None], -torch.inf)
    following[done, 0] = 0
    best, flat = (torch.tensor(log_p)[:, None] + following).flatten().topk(len(log_p))
    return flat // next_log_p.shape[1], flat % next_log_p.shape[1], best


def one_row(a, b):
    row = list(range(len(b) + 1))
    for i in range(len(a)):
        new = [i + 1]
        for j in range(len(b)):
            new.append(min(row[j + 1] + 1, new[j] + 1, row[j] + (a[i] != b[j])))
        row = new
    return float(row[-1])


def listed_in_lists(distance, outputs, listed):
    edits, lengths = [], []
    for word in listed:
        said = outputs[word].split()
        options = [p.split() for p in listed[word]]
        distances = [distance(p, said) for p in options]
        edits.append(min(distances))
        lengths.append(len(options[np.argmin(distances)]))
    return np.sum(edits) / np.sum(lengths) * 100


def with_torch(step, state, y, lengths):
    B, U = y.shape
    y, log_p = np.pad(y, ((0, 0), (1, 1))), []
    for u in range(U + 1):
        now, state = step(y[:, u], state)
        log_p.append(torch.tensor(now))
    targets = np.where(np.arange(U + 1) <= lengths[:, None], y[:, 1:], -100)
    return nn.functional.cross_entropy(torch.stack(log_p, dim=2), torch.tensor(targets))


def one_word_after_the_other(step, state, y, lengths):
    total = 0
    for h, phones, length in zip(state, y, lengths, strict=True):
        h, before = h[None], 0
        for symbol in [*phones[:length], 0]:
            log_p, h = step(np.array([before]), h)
            total -= log_p[0, symbol]
            before = symbol
    return total / (lengths.sum() + len(lengths))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("masked_weights", word_by_word),
        ("masked_weights", with_a_large_number),
        ("masked_weights", masked_array),
        ("additive_scores", letter_by_letter),
        ("additive_scores", joined),
        ("context", einsum),
        ("context", stacked),
        ("context", product_of_stacks),
        ("beam_step", sorted_candidates),
        ("beam_step", by_torch),
        ("edit_distance", one_row),
        ("edit_distance", recursive_distance),
        ("phone_error_rate", listed_in_lists),
        ("forced_loss", with_torch),
        ("forced_loss", one_word_after_the_other),
    ],
)
def test_a_right_solution_passes_in_every_style(name, function):
    review = getattr(check, name).review(function)
    assert review.solved, review.text


def test_the_tools_have_plain_names_in_what_a_learner_reads():
    shown = check.forced_loss.review(lambda *inputs: 0).text
    assert "step = a step, state (1, 3), y (1, 4), lengths (1,)" in shown
    shown = check.phone_error_rate.review(lambda *inputs: 0).text
    assert "distance = distance, outputs = {'cat': 'K AH T S'}, listed = {'cat': ('K AE T',)}" in shown
