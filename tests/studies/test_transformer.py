"""The study of a Transformer: that its networks can be compared, and that its file follows from its runs."""

import torch

from rnnkit import results
from studies import transformer as study
from studies.shared import g2p_runs


def untrained(arm):
    torch.manual_seed(0)
    return arm.build(arm.recipe)


def test_equally_many_parameters_and_the_same_training():
    counts = [g2p_runs.parameters(untrained(arm)) for arm in study.ARMS.values()]
    assert max(counts) < 1.01 * min(counts)
    for arm in study.ARMS.values():
        assert arm.recipe.items() >= g2p_runs.TRAINING.items()


def test_a_quick_run_trains_both_and_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    monkeypatch.setattr(study, "RATES", dict.fromkeys(study.ARMS, (0.01,)))
    study.main(["--quick"])
    printed = capsys.readouterr().out
    assert all(f"{name:12} WER" in printed for name in study.ARMS)
    assert printed.endswith("a quick run: nothing was written\n")
