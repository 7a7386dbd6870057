"""The longer experiments: that they compute what they say."""

import numpy as np
import pytest
import torch

from rnnkit import results
from rnnkit.cells import sigmoid
from studies import lstm_ablation as ablation
from studies.shared.intervals import interval
from studies.shared.ranks import rank_test

CHANGES = sorted({variant.change for variant in ablation.VARIANTS.values()})
EQUATIONS = {
    "nothing": lambda i, f, g, o, c: (f * c + i * g, o * np.tanh(f * c + i * g)),
    "i = 1": lambda i, f, g, o, c: (f * c + g, o * np.tanh(f * c + g)),
    "f = 1": lambda i, f, g, o, c: (c + i * g, o * np.tanh(c + i * g)),
    "o = 1": lambda i, f, g, o, c: (f * c + i * g, np.tanh(f * c + i * g)),
    "i = 1 - f": lambda i, f, g, o, c: (f * c + (1 - f) * g, o * np.tanh(f * c + (1 - f) * g)),
    "h = o * c": lambda i, f, g, o, c: (f * c + i * g, o * (f * c + i * g)),
}


def states(change, weights, x):
    """Return the last hidden state of the study's network, through a readout that shows it."""
    H = weights[1].shape[-2]
    readout = torch.eye(H, dtype=torch.float64).expand(len(weights[0]), H, H)
    return ablation.answers(change, [*weights[:3], readout, torch.zeros(1, 1, H).double()], x)


def random_network(seed, G=2, D=3, H=4):
    generator = torch.Generator().manual_seed(seed)
    shapes = (G, D, 4 * H), (G, H, 4 * H), (G, 1, 4 * H)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


class TestCell:
    @pytest.mark.parametrize("change", CHANGES)
    def test_equal_to_its_equations(self, change):
        rng = np.random.default_rng(0)
        z, c = rng.normal(size=(3, 5, 16)), rng.normal(size=(3, 5, 4))
        i, f, g, o = np.split(z, 4, axis=-1)
        c_next, h_next = EQUATIONS[change](sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o), c)
        h, c = ablation.step(change, torch.tensor(z), torch.tensor(c))
        np.testing.assert_allclose(h.numpy(), h_next, rtol=0, atol=1e-12)
        np.testing.assert_allclose(c.numpy(), c_next, rtol=0, atol=1e-12)

    def test_no_two_changes_are_the_same(self):
        weights, x = random_network(1), torch.randn(2, 7, 5, 3, dtype=torch.float64)
        ends = [states(change, weights, x) for change in CHANGES]
        for a in range(len(ends)):
            for b in range(a):
                assert (ends[a] - ends[b]).abs().max() > 1e-3, (CHANGES[a], CHANGES[b])

    @pytest.mark.parametrize("seed", range(3))
    def test_without_a_change_equal_to_torch(self, seed):
        weights = random_network(seed)
        x = torch.randn(2, 9, 5, 3, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
        ends = states("nothing", weights, x)
        for k in range(2):
            lstm = torch.nn.LSTM(3, 4, dtype=torch.float64)
            weight_ih, weight_hh, bias = (w[k] for w in weights)
            lstm.load_state_dict(
                {
                    "weight_ih_l0": weight_ih.T,
                    "weight_hh_l0": weight_hh.T,
                    "bias_ih_l0": bias[0],
                    "bias_hh_l0": torch.zeros(16, dtype=torch.float64),
                }
            )
            torch.testing.assert_close(ends[k], lstm(x[k])[1][0][0], rtol=0, atol=1e-10)


def alone(task, variant, seed, rate, updates, length):
    """Train one network with torch.nn.LSTM, torch.optim.Adam and clip_grad_norm_; return its losses."""
    H = ablation.H
    weight_ih, weight_hh, bias, readout, readout_bias = ablation.start(task, variant, seed)
    lstm = torch.nn.LSTM(task.features, H, dtype=torch.float64)
    linear = torch.nn.Linear(H, task.answers, dtype=torch.float64)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.tensor(weight_ih.T))
        lstm.weight_hh_l0.copy_(torch.tensor(weight_hh.T))
        lstm.bias_ih_l0.copy_(torch.tensor(bias[0]))
        lstm.bias_hh_l0.zero_()
        linear.weight.copy_(torch.tensor(readout.T))
        linear.bias.copy_(torch.tensor(readout_bias[0]))
    lstm.bias_hh_l0.requires_grad_(False)  # the study has one bias
    parameters = [p for p in (*lstm.parameters(), *linear.parameters()) if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=rate)
    rng = np.random.default_rng([seed, 1])
    losses = []
    for _ in range(updates):
        x, y = task.draw(length, ablation.B, rng)
        answer = linear(lstm(torch.tensor(x).double())[1][0][0])
        loss = task.loss(answer, torch.tensor(y)).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, ablation.MAX_NORM)
        optimizer.step()
        losses.append(loss.item())
    return losses


class TestTraining:
    @pytest.mark.parametrize("title", ablation.TASKS)
    def test_a_batch_of_networks_trains_like_each_alone(self, title):
        task, seeds, rates = ablation.TASKS[title], (3, 8), (0.01, 0.2)
        variant = ablation.VARIANTS["input bias -1"]
        together = ablation.train(task, variant, seeds, rates, 8, length=12, dtype=torch.float64)
        assert together.shape == (2, 2, 8)
        for r, rate in enumerate(rates):
            for s, seed in enumerate(seeds):
                expected = alone(task, variant, seed, rate, 8, 12)
                np.testing.assert_allclose(together[r, s], expected, rtol=1e-8)

    def test_the_same_seed_starts_every_variant_alike(self):
        task, H = ablation.TASKS["adding"], ablation.H
        base = ablation.start(task, ablation.VARIANTS[ablation.BASE], 5)
        expected = {"input bias -1": (slice(0, H), -1), "forget bias 3": (slice(H, 2 * H), 2)}
        for name, (gate, change) in expected.items():
            other = ablation.start(task, ablation.VARIANTS[name], 5)
            for a, b in zip(base[:2], other[:2], strict=True):
                np.testing.assert_array_equal(a, b)
            difference = np.zeros((1, 4 * H))
            difference[:, gate] = change
            np.testing.assert_array_equal(other[2] - base[2], difference)

    def test_the_input_bias_starts_the_gate_where_coupling_does(self):
        variant = ablation.VARIANTS["input bias -1"]
        coupled = ablation.VARIANTS["coupled gates"]
        assert sigmoid(variant.input_bias) == pytest.approx(1 - sigmoid(coupled.forget_bias), abs=1e-12)


class TestStatistics:
    def test_solved_at_the_end_of_the_first_good_block(self):
        runs = np.full((3, 100), 1.0)
        runs[0, 50:] = 0.01
        runs[1, 60:70] = 0.0  # not a whole block
        spent, solved = ablation.to_solve(runs, trivial=1.0)
        assert spent.tolist() == [75, 100, 100]
        assert solved.tolist() == [True, False, False]

    @pytest.mark.parametrize(
        ("good", "best"),
        [
            ({1: 1e-6}, 1),  # solves, the others do not
            ({2: 0.5}, 2),  # none solves: the lowest loss
            ({0: 0.5, 1: 0.04}, 1),
        ],
    )
    def test_the_rate_with_the_fewest_updates_is_chosen_then_the_lowest_loss(self, good, best):
        runs = np.ones((3, 4, 100))
        for rate, loss in good.items():
            runs[rate, :, 50:] = loss
        chosen, updates = ablation.choose(runs, trivial=1.0)
        assert chosen == best
        assert updates == [75 if good.get(rate, 1) < 0.05 else 100 for rate in range(3)]

    def test_the_choice_sees_the_selection_seeds_alone(self, monkeypatch):
        calls = []

        def train(task, variant, seeds, learning_rates, updates, *, length):
            calls.append((seeds, learning_rates))
            losses = np.ones((len(learning_rates), len(seeds), updates))
            losses[[rate == 0.01 for rate in learning_rates]] = 1e-6
            return losses

        monkeypatch.setattr(ablation, "train", train)
        row = ablation.describe(ablation.TASKS["adding"], ablation.Variant(), 100, 50)
        assert row["learning rate"] == 0.01
        assert calls == [
            (ablation.SELECTION_SEEDS, ablation.LEARNING_RATES),
            (ablation.EVALUATION_SEEDS, (0.01,)),
        ]
        assert not set(ablation.SELECTION_SEEDS) & set(ablation.EVALUATION_SEEDS)


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    monkeypatch.setattr(ablation, "BLOCK", 5)  # updates of a quick run
    ablation.main(["--quick"])
    said = capsys.readouterr().out
    assert said.count("solved") == len(ablation.TASKS) * len(ablation.VARIANTS)
    assert "nothing was written" in said


class TestStoredAblation:
    stored = results.load("lstm_ablation")

    def test_holds_every_variant_of_every_task(self):
        assert self.stored["command"] == ablation.COMMAND
        assert self.stored["seeds"] == [*ablation.SELECTION_SEEDS, *ablation.EVALUATION_SEEDS]
        assert {title: list(task["variants"]) for title, task in self.stored["results"]["tasks"].items()} == {
            title: list(ablation.VARIANTS) for title in ablation.TASKS
        }

    @pytest.mark.parametrize("title", ablation.TASKS)
    def test_its_statistics_follow_from_its_runs(self, title):
        stored, task = self.stored["results"]["tasks"][title], ablation.TASKS[title]
        assert (stored["trivial"], stored["budget"]) == (pytest.approx(task.trivial), task.updates)
        for row in stored["variants"].values():
            spent = np.array(row["updates of each seed"])
            assert spent.shape == (10,)
            assert (spent <= task.updates).all()
            assert row["updates"] == pytest.approx(spent.mean())
            assert row["updates interval"] == pytest.approx(interval(spent))
            assert row["solved"] >= (spent < task.updates).sum()
            tried = row["updates at each learning rate"]
            assert len(tried) == len(ablation.LEARNING_RATES)
            assert tried[ablation.LEARNING_RATES.index(row["learning rate"])] == min(tried)
        assert len(stored["differences"]) == 9
        for pair, difference in stored["differences"].items():
            a, b = (stored["variants"][name]["updates of each seed"] for name in pair.split(" - "))
            assert difference["mean"] == pytest.approx(np.mean(a) - np.mean(b))
            assert difference["p"] == pytest.approx(rank_test(a, b, 2 * 9))
            assert row["loss"] == pytest.approx(np.exp(np.log(row["loss of each seed"]).mean()), rel=1e-3)
