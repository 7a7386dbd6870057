"""Exercises of chapter 06: the solutions equal what libraries compute, and mistakes are named."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix
from sklearn.naive_bayes import MultinomialNB
from torch.nn.utils.rnn import pad_sequence

from rnnkit.check import sentiment as check
from rnnkit.models import SequenceClassifier
from rnnkit.training import evaluate

cases = {name: pytest.mark.parametrize("case", getattr(check, name).cases) for name in check.__all__}


@cases["log_ratio"]
def test_log_ratio_is_what_scikit_learn_counts(case):
    praise, blame = check.log_ratio.inputs(case).values()
    bayes = MultinomialNB().fit(np.stack([blame, praise]), [0, 1])
    expected = bayes.feature_log_prob_[1] - bayes.feature_log_prob_[0]
    np.testing.assert_allclose(check.log_ratio.reference(praise, blame), expected, rtol=1e-12)


@cases["pad_batch"]
def test_pad_batch_is_pad_sequence(case):
    tokens, lengths, value = check.pad_batch.inputs(case).values()
    rows = torch.split(torch.tensor(tokens), lengths.tolist())
    expected = pad_sequence(list(rows), batch_first=True, padding_value=value)
    np.testing.assert_array_equal(check.pad_batch.reference(tokens, lengths, value), expected)


@cases["masked_max"]
def test_masked_max_is_the_maximum_of_each_sequence_alone(case):
    output, lengths = check.masked_max.inputs(case).values()
    expected = [states[:length].max(axis=0) for states, length in zip(output, lengths, strict=True)]
    np.testing.assert_array_equal(check.masked_max.reference(output, lengths), expected)


def test_masked_max_is_the_representation_of_the_course():
    torch.manual_seed(0)
    model = SequenceClassifier(2, 3, 2, representation="max").double()
    x, lengths = torch.randn(3, 5, 2, dtype=torch.float64), torch.tensor([5, 2, 1])
    with torch.no_grad():
        states, expected = model.states(x, lengths), model.represent(x, lengths)
    np.testing.assert_allclose(
        check.masked_max.reference(states.numpy(), lengths.numpy()), expected, rtol=1e-12
    )


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_mean_over_batches_is_that_of_evaluate(sizes):
    numbers = torch.arange(sum(sizes), dtype=torch.float64)
    batches = [(part, part) for part in numbers.split(sizes)]
    found = evaluate(torch.nn.Identity(), batches, lambda prediction, target: prediction.mean())
    values = np.array([part.mean() for part, _ in batches])
    assert check.mean_over_batches.reference(values, np.array(sizes)) == pytest.approx(found["loss"])
    assert found["loss"] == pytest.approx(float(numbers.mean()))


@cases["confusion"]
def test_confusion_is_that_of_scikit_learn(case):
    scores, labels = check.confusion.inputs(case).values()
    expected = confusion_matrix(labels, scores > 0, labels=[0, 1])
    np.testing.assert_array_equal(check.confusion.reference(scores, labels), expected)


@cases["blend"]
def test_blend_averages_the_sigmoids_of_torch(case):
    score, log_odds, share = check.blend.inputs(case).values()
    first, second = (torch.tensor(one).sigmoid().numpy() for one in (score, log_odds))
    expected = (1 - share) * first + share * second
    np.testing.assert_allclose(check.blend.reference(score, log_odds, share), expected, atol=1e-15)


def filled_with_zeros(output, lengths):
    mask = torch.arange(output.shape[1]) < torch.tensor(lengths)[:, None]
    return (torch.tensor(output) * mask[..., None]).amax(dim=1)


def without_smoothing(praise, blame):
    return np.log(praise / praise.sum()) - np.log(blame / blame.sum())


def by_fancy_index(scores, labels):
    table = np.zeros((2, 2))
    table[labels, (scores > 0).astype(int)] += 1
    return table


def naive_sigmoids(score, log_odds, share):
    return (1 - share) * np.exp(score) / (1 + np.exp(score)) + share * np.exp(log_odds) / (
        1 + np.exp(log_odds)
    )


def in_front(tokens, lengths, value):
    x = np.full((len(lengths), max(lengths)), value)
    for row, text in zip(x, np.split(tokens, np.cumsum(lengths)[:-1]), strict=True):
        row[-len(text) :] = text
    return x


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("log_ratio", without_smoothing, "nothing is added to the counts."),
        ("pad_batch", in_front, "the padding stands in front of the texts."),
        ("masked_max", filled_with_zeros, "the padding is set to 0"),
        ("mean_over_batches", lambda values, sizes: np.mean(values), "each batch counts the same"),
        ("confusion", lambda scores, labels: confusion_matrix(scores > 0, labels == 1), "rows and columns"),
        ("confusion", by_fancy_index, "each cell is 1 at most"),
        ("blend", naive_sigmoids, "the exponential of a large score is infinite"),
    ],
)
def test_mistakes_as_learners_write_them(name, function, told):
    assert getattr(check, name).review(function).mistake.says.startswith(told)
