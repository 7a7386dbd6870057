"""The verdicts in the prose of chapters 01 and 02 follow from what ten runs measured, by one criterion."""

import math
import re

import numpy as np
import pytest
import torch
from stored_chapters import code, section, words
from torch.nn import functional as F

from rnnkit import results
from rnnkit.report import ranges
from rnnkit.widgets import GradientFlow, Unroller

DIGITS = "basics.digits.{}.test_accuracy"
CLIP = "bptt.clip.{}.mean_loss_last_50_of_250_steps"


def runs(chapter, name):
    return np.array(ranges.read()[chapter][name]["values"])


def sign_test(gains, comparisons=1):
    """The two-sided p, times the number of comparisons that were made together."""
    wins, n = int((gains > 0).sum()), int((gains != 0).sum())
    tail = sum(math.comb(n, k) for k in range(max(wins, n - wins), n + 1)) / 2**n
    return min(1.0, 2 * comparisons * tail)


def gain(chapter, pattern, a, b):
    return runs(chapter, pattern.format(a)) - runs(chapter, pattern.format(b))


@pytest.mark.parametrize(
    ("first", "second", "better"),
    [
        ("rnn_row_by_row", "logistic_regression_all_64_pixels", True),
        ("rnn_row_by_row", "mlp_all_64_pixels", False),
        ("svm_all_64_pixels", "rnn_row_by_row", True),
        ("svm_all_64_pixels", "mlp_all_64_pixels", True),
    ],
)
def test_the_svm_beats_both_networks_and_the_rnn_only_the_linear_model(first, second, better):
    gains = gain("01_rnn_basics", DIGITS, first, second)
    assert (sign_test(gains, comparisons=4) < 0.05) == better
    assert (gains >= 0).all() == better


def test_one_number_and_four_that_answer_are_a_draw():
    name = "basics.starts.{}.share_solved"
    assert sign_test(gain("01_rnn_basics", name, "4_state_is_the_answer", "1_with_readout")) > 0.05


def test_one_fixed_shuffle_is_a_draw_and_no_order_costs_much():
    name = "basics.order.{}.test_accuracy"
    chapter = "01_rnn_basics"
    fixed = gain(chapter, name, "rnn_natural_order", "rnn_one_fixed_shuffle_in_training_and_test")
    assert sign_test(fixed) > 0.05
    rows, new = "svm_sorted_rows_no_order", "rnn_a_new_shuffle_for_every_image"
    assert (gain(chapter, name, "rnn_natural_order", rows) > 0).all()
    assert (gain(chapter, name, rows, new) > 0).all()
    assert (gain(chapter, name, rows, "svm_column_sums_no_order") > 0).all()


def test_the_hidden_size_is_chosen_by_the_rule_that_the_text_states():
    """At the chapter's own seed: each size before gains more than the standard error, the last one less."""
    sizes = [runs("01_rnn_basics", f"basics.sizes.h_{H}.accuracy_validation")[0] for H in (4, 16, 64, 128)]
    error = runs("01_rnn_basics", "basics.sizes.se")[0]
    assert ranges.read()["01_rnn_basics"]["basics.sizes.se"]["seeds"][0] == 0
    assert [gained > error for gained in np.diff(sizes)] == [True, True, False]


def test_over_ten_runs_the_largest_hidden_size_has_a_small_lead():
    """The sign test of pairs of runs decides, as everywhere; the rule that stopped before it saw one run."""
    gains = gain("01_rnn_basics", "basics.sizes.{}.accuracy_validation", "h_128", "h_64")
    assert sign_test(gains) < 0.05
    assert 0 < gains.mean() < 0.01
    told = section("01_rnn_basics", "How to choose the hidden size")
    assert "the larger state has a small lead" in told
    assert "That does not hold in every run" not in told


def test_no_loss_of_a_state_that_answers_is_expected_below_its_floor():
    floor = math.log(1 + 3 * math.exp(-2))
    entry = ranges.read()["01_rnn_basics"]["basics.cell.loss"]
    assert floor <= entry["low"] < min(entry["values"])
    assert runs("01_rnn_basics", "basics.starts.4_state_is_the_answer.lowest_loss").min() > floor


def test_the_network_to_watch_is_described_as_what_it_is():
    """Four numbers and a readout, which is not the last design of the table."""
    shapes = {name: np.shape(value) for name, value in Unroller().weights[-1].items()}
    assert shapes["weight_hh"] == (4, 4)
    assert shapes["weight_hy"] == (4, 4)
    told = section("01_rnn_basics", "Watch one learn")
    assert "one network with four numbers and a readout" in told


def test_what_the_overlap_of_ten_splits_does_to_p_is_not_called_small():
    told = words("01_rnn_basics")
    assert "these p are too small; by how much we do not know" in told


@pytest.mark.parametrize("rival", ["by_value", "by_value_as_long"])
def test_clipping_by_norm_is_better_at_the_same_length_of_step_too(rival):
    gains = gain("02_bptt", CLIP, rival, "by_norm")
    assert (gains > 0).all()
    assert sign_test(gains, comparisons=2) < 0.05
    assert runs("02_bptt", CLIP.format("by_norm")).min() > 1 / 6  # "no loss is better than always 1"


def test_the_identity_start_beats_pytorchs_and_the_orthogonal_one_draws():
    errors = results.load("adding_starts")["results"]["errors"]
    best = [min(by_rate.values(), key=np.median) for by_rate in errors.values()]
    uniform, orthogonal, identity = map(np.array, best)
    assert sign_test(uniform - identity, comparisons=2) < 0.05
    assert sign_test(uniform - orthogonal, comparisons=2) > 0.05
    for by_rate, found in zip(errors.values(), best, strict=True):  # no chosen rate at an end of the list
        assert 0 < list(by_rate.values()).index(found) < len(by_rate) - 1


def test_louder_scores_alone_let_the_state_be_the_answer():
    """The same four numbers, still memory and answer at once, but three times as loud: ahead in every run."""
    name = "basics.starts.4_state_{}.share_solved"
    gains = gain("01_rnn_basics", name, "times_3_is_the_answer", "is_the_answer")
    assert (gains > 0).all()
    assert sign_test(gains) < 0.05
    assert runs("01_rnn_basics", name.format("times_3_is_the_answer")).mean() > 0.98  # "practically every"
    assert not re.search(
        r"It lacks freedom|\*\*Right\.\*\* A state that says|only then can the readout",
        words("01_rnn_basics"),
    )


def test_the_state_that_answers_l_and_the_state_that_answers_o_need_not_lie_in_corners():
    """The network that the chapter sets by hand answers both from states of which one is near 0."""
    (cell,) = (source for source in code("01_rnn_basics") if "Scores of the letters: h wins" in source)
    names = {"WORD": "hello", "ANSWER": "ohlol", "math": math, "print": lambda *said: None}
    exec(cell, names)
    assert names["spelled"][2:4] == "lo"
    assert abs(names["walk"][2]) < 0.01


def test_what_makes_the_loss_at_the_start_smaller_than_ln_v():
    """Check 1 of a training: masked places in the mean do, padding that is scored as a class does not."""
    torch.manual_seed(0)
    V, logits = 4, 0.2 * torch.randn(400, 4)
    answers = torch.randint(1, V, (400,))
    padded = torch.arange(400) % 2 == 0
    losses = F.cross_entropy(logits, answers.where(~padded, torch.tensor(0)), reduction="none")
    assert losses.mean().item() == pytest.approx(math.log(V), abs=0.05)
    assert losses.where(~padded, torch.tensor(0.0)).mean().item() < 0.6 * math.log(V)
    assert F.cross_entropy(logits[:, 1:], answers - 1).item() < math.log(V) - 0.2  # fewer classes
    told = section("02_bptt", "First checks of any training")
    assert re.search(r"Much less: the mean also counts places whose loss was set to 0", told)


def test_a_matrix_that_doubles_every_vector_need_not_make_the_gradient_vanish():
    """In the chapter's own figure it does not with weak inputs; so the prediction says: it *may* vanish."""
    for strength, vanishes in ((0.0, False), (0.1, False), (0.3, False), (1.0, True)):
        figure = GradientFlow("saturates", spectral_radius=2.0, T=50, strength=strength)
        assert (figure.numbers()["norms"][0] < 1) == vanishes
    assert "It may even vanish." in words("02_bptt")
