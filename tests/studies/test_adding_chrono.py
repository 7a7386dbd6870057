"""The study of the adding problem trained from the starts of an LSTM."""

import math

import numpy as np
import pytest
import torch

from rnnkit import results
from studies import adding_chrono as chrono
from studies import lstm_ablation as ablation
from studies.shared.intervals import interval
from studies.shared.ranks import rank_test


def gate_biases(start, T, seed=3):
    """Return {gate: what it sees, the sum of its two biases}, of a new network."""
    lstm, _ = chrono.network(start, T, seed)
    blocks = (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().double().numpy().reshape(4, -1)
    return dict(zip("ifgo", blocks, strict=True))


def test_a_quick_run_trains_from_every_start_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(results, "save", None)  # would raise if it were called
    chrono.main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(chrono.STARTS) * len(chrono.BUDGETS) + 1
    assert "nothing was written" in lines[-1]


class TestStarts:
    def test_chrono_draws_the_memory_times_between_2_steps_and_the_length_of_a_row(self):
        for T in chrono.BUDGETS:
            found = [gate_biases("chrono", T, seed) for seed in range(50)]
            times = 1 + np.exp([biases["f"] for biases in found])  # as the chapter computes them
            assert 2 <= times.min() < 0.1 * T
            assert 0.9 * T < times.max() <= T * (1 + 1e-6)
            assert times.mean() == pytest.approx((2 + T) / 2, rel=0.1)  # the times are uniform
            for biases in found:
                assert biases["i"] == pytest.approx(-biases["f"])

    def test_a_forget_bias_of_1_is_the_sum_of_both(self):
        assert gate_biases("forget bias 1", 50)["f"] == pytest.approx(1)

    def test_the_same_seed_gives_the_same_network_but_for_the_biases_of_a_start(self):
        base = gate_biases("as PyTorch comes", 50)
        for start, gates in {"forget bias 1": "f", "chrono": "if"}.items():
            found = gate_biases(start, 50)
            assert {gate for gate in "ifgo" if not np.array_equal(found[gate], base[gate])} == set(gates)
        layers = [chrono.network(start, 50, 3) for start in chrono.STARTS]
        for lstm, readout in layers[1:]:
            for name in ("weight_ih_l0", "weight_hh_l0"):
                assert torch.equal(getattr(lstm, name), getattr(layers[0][0], name))
            assert torch.equal(readout.weight, layers[0][1].weight)
        other, _ = chrono.network("chrono", 50, 4)
        assert not torch.equal(other.weight_hh_l0, layers[-1][0].weight_hh_l0)


class TestTraining:
    @pytest.mark.parametrize("seed", range(3))
    def test_solved_means_what_it_means_in_the_study_of_the_doors(self, seed):
        """Walk through losses that fall slowly, update by update, as a run does."""
        noise = np.random.default_rng(seed).uniform(0.5, 1.5, 400)
        losses = np.linspace(2, 0.2, 400) * noise * chrono.SOLVED
        spent, found = ablation.to_solve(losses[None], chrono.tasks.adding_trivial())
        ends = (n for n in range(1, 401) if chrono.solved(losses[:n].tolist()))
        assert found.all()
        assert next(ends) == spent[0]

    def test_a_run_ends_when_it_has_solved_the_task_else_with_its_budget(self, monkeypatch):
        assert len(chrono.train("chrono", 10, 0.01, 0, budget=30)) == 30
        monkeypatch.setattr(chrono, "SOLVED", math.inf)
        assert len(chrono.train("chrono", 10, 0.01, 0, budget=30)) == ablation.BLOCK

    def test_all_starts_read_the_same_rows(self, monkeypatch):
        drawn, adding = [], chrono.tasks.adding
        monkeypatch.setattr(chrono.tasks, "adding", lambda *args: drawn.append(adding(*args)) or drawn[-1])
        for start in chrono.STARTS:
            chrono.train(start, 10, 0.01, 5, budget=2)
        first = [x for x, _ in drawn[:2]]
        for k in (2, 4):
            assert np.array_equal(first, [x for x, _ in drawn[k : k + 2]])

    def test_the_choice_sees_the_selection_seeds_alone(self, monkeypatch):
        def train(start, T, rate, seed, budget):
            calls.append((rate, seed))
            return [1e-6] * ablation.BLOCK * (1 if rate == 0.1 else 2)

        calls, progress = [], type("Progress", (), {"update": lambda self: None})()
        monkeypatch.setattr(chrono, "train", train)
        row = chrono.describe("chrono", 50, 100, (100, 101), (0, 1), progress)
        assert row["learning rate"] == 0.1
        assert row["solved"] == 2
        assert calls == [(rate, s) for rate in chrono.LEARNING_RATES for s in (100, 101)] + [
            (0.1, 0),
            (0.1, 1),
        ]

    @pytest.mark.parametrize(
        ("tried", "best"),
        [
            ({0.1: [[1.0] * 75, [1.0] * 25], 0.2: [[1.0] * 50, [9.0] * 25]}, 0.2),  # the fewest updates
            ({0.1: [[0.5] * 50], 0.2: [[0.4] * 50]}, 0.2),  # none is faster: the lowest loss
        ],
    )
    def test_the_fewest_updates_win_then_the_lowest_loss(self, tried, best):
        assert chrono.choose(tried) == best


class TestStored:
    stored = results.load("adding_chrono")
    steps = stored["results"]["steps"]

    def test_holds_every_start_at_every_length(self):
        assert self.stored["command"] == chrono.COMMAND
        assert self.stored["seeds"] == [*chrono.SELECTION_SEEDS, *chrono.EVALUATION_SEEDS]
        assert self.stored["results"]["settings"]["learning rates"] == list(chrono.LEARNING_RATES)
        assert {int(T): entry["budget"] for T, entry in self.steps.items()} == chrono.BUDGETS
        assert all(tuple(entry["starts"]) == chrono.STARTS for entry in self.steps.values())

    @pytest.mark.parametrize("T", [str(T) for T in chrono.BUDGETS])
    def test_its_statistics_follow_from_its_runs(self, T):
        entry = self.steps[T]
        for row in entry["starts"].values():
            spent = np.array(row["updates of each seed"])
            assert len(spent) == len(chrono.EVALUATION_SEEDS)
            assert (spent <= entry["budget"]).all()
            assert row["updates"] == pytest.approx(spent.mean())
            assert row["updates interval"] == pytest.approx(interval(spent))
            assert row["solved"] >= (spent < entry["budget"]).sum()
            tried = row["updates at each learning rate"]
            assert tried[chrono.LEARNING_RATES.index(row["learning rate"])] == min(tried)
        assert list(entry["chrono compared"]) == [start for start in chrono.STARTS if start != "chrono"]
        ours = entry["starts"]["chrono"]["updates of each seed"]
        for start, difference in entry["chrono compared"].items():
            theirs = entry["starts"][start]["updates of each seed"]
            assert difference["mean"] == pytest.approx(np.mean(ours) - np.mean(theirs))
            assert difference["p"] == pytest.approx(rank_test(ours, theirs, 2 * len(chrono.BUDGETS)))
