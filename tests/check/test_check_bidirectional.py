"""Exercises of chapter 05: the solutions equal torch, and mistakes as learners write them are named."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.check import bidirectional as check


def padded_layer(lengths, D=2, H=3, num_layers=1):
    """What a bidirectional layer of torch gives for a padded batch: output (B, T, 2H) and h_n (2L, B, H)."""
    torch.manual_seed(0)
    rnn = nn.RNN(D, H, num_layers, batch_first=True, bidirectional=True, dtype=torch.float64)
    x = torch.randn(len(lengths), max(lengths), D, dtype=torch.float64)
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        output, h_n = rnn(packed)
    return pad_packed_sequence(output, batch_first=True)[0].numpy(), h_n.numpy()


@pytest.mark.parametrize("case", check.masked_mean.cases)
def test_masked_mean_equals_the_mean_of_each_sequence_alone(case):
    output, lengths = check.masked_mean.inputs(case).values()
    expected = [states[:length].mean(axis=0) for states, length in zip(output, lengths, strict=True)]
    np.testing.assert_allclose(check.masked_mean.reference(output, lengths), expected, rtol=1e-12)


@pytest.mark.parametrize("lengths", [[4], [3, 3], [5, 2, 3], [1, 4, 1]])
def test_last_states_are_the_final_states_of_torch(lengths):
    output, h_n = padded_layer(lengths)
    np.testing.assert_array_equal(
        check.last_states.reference(output, np.array(lengths)), np.concatenate([*h_n], axis=1)
    )


@pytest.mark.parametrize("num_layers", [1, 3])
def test_the_directions_are_those_of_torch(num_layers):
    output, h_n = padded_layer([4, 4], num_layers=num_layers)
    forward, backward, h_forward, h_backward = check.split_directions.reference(output, h_n)
    assert len(h_forward) == len(h_backward) == num_layers
    np.testing.assert_array_equal(forward[:, -1], h_forward[-1])
    np.testing.assert_array_equal(backward[:, 0], h_backward[-1])


@pytest.mark.parametrize("case", check.split_directions.cases)
def test_the_cases_of_the_split_fit_together_like_a_real_layer(case):
    forward, backward, h_forward, h_backward = check.split_directions.reference(
        **check.split_directions.inputs(case)
    )
    np.testing.assert_array_equal(forward[:, -1], h_forward[-1])
    np.testing.assert_array_equal(backward[:, 0], h_backward[-1])


@pytest.mark.parametrize("case", check.reverse_sequences.cases)
def test_the_real_part_is_reversed_and_the_padding_stays(case):
    x, lengths = check.reverse_sequences.inputs(case).values()
    result = check.reverse_sequences.reference(x, lengths)
    for row, before, length in zip(result, x, lengths, strict=True):
        np.testing.assert_array_equal(row[:length], before[:length][::-1])
        np.testing.assert_array_equal(row[length:], before[length:])
    np.testing.assert_array_equal(check.reverse_sequences.reference(result, lengths), x)


@pytest.mark.parametrize("case", check.bidirectional_forward.cases)
def test_two_steps_in_both_directions_equal_a_layer_of_torch(case):
    step_forward, step_backward, x, h_0 = check.bidirectional_forward.inputs(case).values()
    rnn = nn.RNN(
        x.shape[2], h_0.shape[2], bias=False, batch_first=True, bidirectional=True, dtype=torch.float64
    )
    weights = [w for step in (step_forward, step_backward) for w in (step.weight_ih, step.weight_hh)]
    with torch.no_grad():
        for parameter, weight in zip(rnn.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(weight))
        expected = rnn(torch.tensor(x), torch.tensor(h_0))
    got = check.bidirectional_forward.reference(step_forward, step_backward, x, h_0)
    for result, wanted in zip(got, expected, strict=True):
        np.testing.assert_allclose(result, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.pack.cases)
def test_pack_equals_torch(case):
    x, lengths = check.pack.inputs(case).values()
    expected = pack_padded_sequence(torch.tensor(x), torch.tensor(lengths), batch_first=True)
    data, batch_sizes = check.pack.reference(x, lengths)
    np.testing.assert_array_equal(data, expected.data)
    np.testing.assert_array_equal(batch_sizes, expected.batch_sizes)


def says(exercise, function):
    return exercise.review(function).mistake.says


def mean_of_the_masked(output, lengths):
    mask = torch.arange(output.shape[1]) < torch.tensor(lengths)[:, None]
    return (torch.tensor(output) * mask.unsqueeze(-1)).mean(dim=1)


def inclusive(output, lengths):
    mask = (np.arange(output.shape[1])[None] <= lengths[:, None])[..., None]
    return (output * mask).sum(1) / mask.sum(1)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda output, lengths: torch.tensor(output).mean(dim=1), "the padding is counted"),
        (mean_of_the_masked, "the sum is right, but it is divided by T"),
        (inclusive, "one step of the padding is counted."),
    ],
)
def test_mistakes_in_the_mean_as_learners_write_them(function, told):
    assert says(check.masked_mean, function).startswith(told)


def gathered_at_the_end(output, lengths):
    """The way of many programs: gather at the last real step, with all units of it."""
    at = torch.tensor(lengths - 1)[:, None, None].expand(-1, 1, output.shape[2])
    return torch.tensor(output).gather(1, at)[:, 0]


def index_as_length(output, lengths):
    H = output.shape[2] // 2
    return np.hstack([output[np.arange(len(output)), lengths, :H], output[:, 0, H:]])


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda output, lengths: output[:, -1], "this is output[:, −1] for both directions."),
        (gathered_at_the_end, "the backward half is taken at the last real step"),
        (lambda output, lengths: output[:, 0], "both halves are taken at the first step."),
    ],
)
def test_mistakes_at_the_ends_as_learners_write_them(function, told):
    assert says(check.last_states, function).startswith(told)


def test_an_index_behind_the_end_is_told():
    review = check.last_states.review(index_as_length)
    assert review.mistake.says == "the forward half is taken one step too late."
    assert "IndexError" in review.text


def by_view(output, h_n):
    """Layers and directions are taken for directions and layers."""
    rows = h_n.reshape(2, -1, *h_n.shape[1:])
    H = h_n.shape[2]
    return output[..., :H], output[..., H:], rows[0], rows[1]


def top(output, h_n):
    H = h_n.shape[2]
    return output[..., :H], output[..., H:], h_n[-2], h_n[-1]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (by_view, "in h_n you took the first L rows for forward"),
        (top, "h_forward and h_backward hold the top layer only."),
    ],
)
def test_mistakes_in_the_split_as_learners_write_them(function, told):
    assert says(check.split_directions, function).startswith(told)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x, lengths: torch.tensor(x).flip(1), "you reversed the padding too"),
        (lambda x, lengths: np.flip(x, 0), "you reversed the order of the sequences in the batch."),
        (lambda x, lengths: np.flip(x, 2), "you reversed the features of each step."),
    ],
)
def test_mistakes_in_the_reversal_as_learners_write_them(function, told):
    assert says(check.reverse_sequences, function).startswith(told)


def both_ways(align, shared_state=False):
    def bidirectional_forward(step_forward, step_backward, x, h_0):
        h, forward = h_0[0], []
        for t in range(x.shape[1]):
            h = step_forward(x[:, t], h)
            forward.append(h)
        g, backward = h if shared_state else h_0[1], []
        for t in reversed(range(x.shape[1])):
            g = step_backward(x[:, t], g)
            align(backward, g)
        return np.concatenate([np.stack(forward, 1), np.stack(backward, 1)], axis=2), np.stack([h, g])

    return bidirectional_forward


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (both_ways(list.append), "the backward states stand in the order of reading"),
        (both_ways(lambda states, g: states.insert(0, g), True), "the backward direction goes on from"),
    ],
)
def test_mistakes_in_both_directions_as_learners_write_them(function, told):
    assert check.bidirectional_forward.review(both_ways(lambda states, g: states.insert(0, g))).solved
    assert says(check.bidirectional_forward, function).startswith(told)


def row_after_row(x, lengths):
    data = [row[:length] for row, length in zip(x, lengths, strict=True)]
    return np.concatenate(data), [int((lengths > t).sum()) for t in range(max(lengths))]


def step_after_step(condition):
    def pack(x, lengths):
        data = [x[b, t] for t in range(max(lengths)) for b in range(len(x)) if lengths[b] > t]
        return np.array(data), [int(condition(lengths, t).sum()) for t in range(max(lengths))]

    return pack


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (row_after_row, "data holds one sequence after the other"),
        (step_after_step(lambda lengths, t: lengths > t + 1), "batch_sizes counts the sequences that go on"),
    ],
)
def test_mistakes_in_packing_as_learners_write_them(function, told):
    assert check.pack.review(step_after_step(lambda lengths, t: lengths > t)).solved
    assert says(check.pack, function).startswith(told)
