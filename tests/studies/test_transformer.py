"""The study of a Transformer: that its networks can be compared, and that its file follows from its runs."""

import course_data
import numpy as np
import pytest
import torch

from rnnkit import datasets, g2p, report, results
from studies import transformer as study
from studies.shared import g2p_runs


def untrained(arm):
    torch.manual_seed(0)
    return arm.build(arm.recipe)


@pytest.fixture(scope="module")
def stored():
    return results.load("transformer")


def test_equally_many_parameters_and_the_same_training():
    counts = [g2p_runs.parameters(untrained(arm)) for arm in study.ARMS.values()]
    assert max(counts) < 1.01 * min(counts)
    for arm in study.ARMS.values():
        assert arm.recipe.items() >= g2p_runs.TRAINING.items()


def test_a_quick_run_trains_both_and_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    monkeypatch.setattr(g2p, "entries", course_data.entries)
    monkeypatch.setattr(study, "RATES", dict.fromkeys(study.ARMS, (0.01,)))
    study.main(["--quick"])
    printed = capsys.readouterr().out
    assert all(f"{name:12} WER" in printed for name in study.ARMS)
    assert printed.endswith("a quick run: nothing was written\n")


class TestStored:
    def test_says_what_was_done(self, stored):
        assert stored["command"] == study.COMMAND
        assert stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS]
        assert stored["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        for name, row in stored["results"]["networks"].items():
            assert row["recipe"] == study.ARMS[name].recipe
            assert row["parameters"] == g2p_runs.parameters(untrained(study.ARMS[name]))

    def test_each_rate_is_the_best_and_lies_inside_of_those_tried(self, stored):
        for row in stored["results"]["networks"].values():
            tried = {float(rate): per for rate, per in row["validation PER at each rate"].items()}
            assert min(tried, key=tried.get) == row["learning rate"]
            assert min(tried) < row["learning rate"] < max(tried)

    def test_the_rates_follow_from_the_answers(self, stored):
        words = sum(stored["results"]["words of each length"].values())
        for row in stored["results"]["networks"].values():
            right = np.array([report.unpack_answers(one, words) for one in row["answers"]])
            wer = 100 * (1 - right.mean(axis=1))
            np.testing.assert_allclose(row["WER"]["of each seed"], wer, atol=1e-9)
            np.testing.assert_allclose(row["WER"]["mean"], wer.mean(), atol=1e-9)
