"""The verdicts in the prose of chapters 01 and 02 follow from what ten runs measured, by one criterion."""

import math

import numpy as np
import pytest

from rnnkit import results
from rnnkit.report import ranges

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
    ("rival", "better"), [("logistic_regression_all_64_pixels", True), ("mlp_all_64_pixels", False)]
)
def test_the_rnn_beats_the_linear_model_and_draws_with_the_mlp(rival, better):
    gains = gain("01_rnn_basics", DIGITS, "rnn_row_by_row", rival)
    assert (sign_test(gains, comparisons=2) < 0.05) == better
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
