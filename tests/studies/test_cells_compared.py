"""RNN, LSTM and GRU compared: equal parameters, unseen data, and a stored file that follows from its runs."""

import course_data
import numpy as np
import pytest
import torch
from torch import nn

from rnnkit import datasets, results
from studies import cells_compared as compared
from studies.shared.comparison_tasks import PARTS
from studies.shared.intervals import interval
from studies.shared.ranks import rank_test

TITLES = list(compared.TASKS)


@pytest.fixture(scope="module", autouse=True)
def with_one_dictionary():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "cmudict", course_data.cmudict)
        yield


@pytest.fixture(scope="module")
def made(with_one_dictionary):
    return {title: make() for title, make in compared.TASKS.items()}


class TestEqualParameters:
    @pytest.mark.parametrize("title", TITLES)
    def test_every_network_of_a_task_has_as_many(self, made, title):
        task, counts = made[title], {}
        sizes = compared.hidden_sizes(task.features, task.answers)
        for name, (layer, _) in compared.NETWORKS.items():
            network = compared.Network(task, name)
            assert type(network.rnn) is layer
            assert network.rnn.hidden_size == sizes[layer]
            counts[name] = sum(weight.numel() for weight in network.parameters())
            formula = compared.parameters(layer, task.features, sizes[layer], task.answers)
            assert counts[name] == formula
        assert max(counts.values()) <= 1.02 * min(counts.values())

    def test_the_lstm_is_the_smallest_that_can_be_equalled(self):
        sizes = compared.hidden_sizes(2, 1)
        for H in range(compared.SMALLEST, sizes[nn.LSTM]):
            target = compared.parameters(nn.LSTM, 2, H, 1)
            nearest = [
                min(
                    (compared.parameters(layer, 2, n, 1) for n in range(1, 4 * H)),
                    key=lambda p: abs(p - target),
                )
                for layer in (nn.RNN, nn.GRU)
            ]
            assert max(*nearest, target) > 1.02 * min(*nearest, target)


class TestNetwork:
    def test_the_forget_bias_is_the_only_change(self, made):
        task = made["adding, 50 steps"]
        networks = []
        for name in ("LSTM", "LSTM, forget bias 1"):
            torch.manual_seed(3)
            networks.append(dict(compared.Network(task, name).named_parameters()))
        H = networks[0]["rnn.weight_hh_l0"].shape[1]
        for name, plain in networks[0].items():
            changed = (networks[1][name] != plain).nonzero().flatten()
            inside = (changed >= H) & (changed < 2 * H)
            assert len(changed) == (H if name.startswith("rnn.bias") else 0)
            assert inside.all()
        forget = sum(networks[1][f"rnn.bias_{side}_l0"][H : 2 * H] for side in ("ih", "hh"))
        assert (forget == 1).all()

    @pytest.mark.parametrize("title", TITLES)
    def test_an_answer_for_every_target(self, made, title):
        task = made[title]
        x, y = task.batch(np.random.default_rng(0))
        answer = compared.Network(task, "GRU")(x)
        assert x.shape[2] == task.features
        assert answer.shape == (len(y), task.answers)
        assert torch.isfinite(task.loss(answer, y))


class TestData:
    def test_no_digit_of_training_is_held_out(self, made):
        for title in ("digits by row, 8 steps", "digits by pixel, 64 steps"):
            task = made[title]
            rng = np.random.default_rng(0)
            seen = {x.numpy().tobytes() for _ in range(200) for x in task.batch(rng)[0].unbind(1)}
            parts = [{x.numpy().tobytes() for x in task.held_out[part][0].unbind(1)} for part in PARTS]
            assert len(seen) > 1000
            assert not seen & (parts[0] | parts[1])
            assert not parts[0] & parts[1]

    def test_rows_and_pixels_are_the_same_pictures(self, made):
        (rows, a), (pixels, b) = (made[title].held_out["evaluation"] for title in TITLES[1:3])
        assert torch.equal(a, b)
        assert torch.equal(rows.permute(1, 0, 2).flatten(1), pixels[..., 0].T)

    def test_a_letter_is_followed_by_the_next_one_and_the_end(self, made):
        x, y = made["next letter"].batch(np.random.default_rng(0))
        codes, y = x.argmax(dim=2), y.view(13, -1)
        for read, said in zip(codes.T.tolist(), y.T.tolist(), strict=True):
            end = said.index(0)
            assert [0, *said[:end]] == read[: end + 1]
            assert 3 <= end <= 12
            assert set(said[end + 1 :]) <= {-100}

    @pytest.mark.parametrize("title", TITLES)
    def test_every_run_is_scored_on_the_same_held_out_data(self, made, title):
        again = compared.TASKS[title]()
        for part in PARTS:
            for one, other in zip(made[title].held_out[part], again.held_out[part], strict=True):
                assert torch.equal(one, other)

    def test_words_of_training_are_not_held_out(self, made):
        def words(y):
            return {tuple(word) for word in y.view(13, -1).T.tolist()}

        task, rng = made["next letter"], np.random.default_rng(0)
        seen = set().union(*(words(task.batch(rng)[1]) for _ in range(300)))
        selection, evaluation = (words(task.held_out[part][1]) for part in PARTS)
        assert not seen & (selection | evaluation)
        assert not selection & evaluation


def test_training_is_repeatable_and_learns(made):
    task = made["digits by row, 8 steps"]
    scores = [compared.train(task, "GRU", 0.01, 5, "selection", 40) for _ in range(2)]
    assert scores[0] == scores[1]
    assert scores[0] < 60  # guessing gives 90


def test_the_gru_is_compared_with_each_of_the_others():
    scores = {"LSTM": [1.0, 2.0, 3.0], "GRU": [0.1, 0.2, 0.6], "RNN (tanh)": [0.3, 0.4, 0.5]}
    found = compared.comparisons(scores)
    assert list(found) == ["LSTM", "RNN (tanh)"]
    assert found["LSTM"]["mean difference"] == pytest.approx(0.3 - 2)
    assert found["LSTM"]["p"] == pytest.approx(8 * 2 / 20)  # two of 20 orders part them so, four tasks
    assert found["RNN (tanh)"]["p"] == 1


def test_the_rank_test_can_tell_six_runs_from_six():
    rivals = len(compared.TASKS) * (len(compared.NETWORKS) - 1)
    runs = range(len(compared.EVALUATION_SEEDS))
    assert rank_test(runs, np.add(runs, 100), rivals) < 0.05


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    title = "digits by row, 8 steps"
    monkeypatch.setattr(compared, "TASKS", {title: compared.TASKS[title]})
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    compared.main(["--quick"])
    said = capsys.readouterr().out
    assert said.count(title) == len(compared.NETWORKS)
    assert "nothing was written" in said


class TestStored:
    stored = results.load("cells_compared")
    found = stored["results"]["tasks"]

    def test_holds_every_network_of_every_task(self):
        assert self.stored["command"] == compared.COMMAND
        assert self.stored["seeds"] == [*compared.SELECTION_SEEDS, *compared.EVALUATION_SEEDS]
        assert list(self.found) == TITLES
        for task in self.found.values():
            assert list(task["networks"]) == list(compared.NETWORKS)

    @pytest.mark.parametrize("title", TITLES)
    def test_its_statistics_follow_from_its_runs(self, made, title):
        stored, task = self.found[title], made[title]
        assert (stored["unit"], stored["updates"]) == (task.unit, task.updates)
        scores = {}
        for name, row in stored["networks"].items():
            scores[name] = np.array(row["score of each seed"])
            assert len(scores[name]) == len(compared.EVALUATION_SEEDS) >= 5
            assert row["score"] == pytest.approx(scores[name].mean())
            assert row["score interval"] == pytest.approx(interval(scores[name]))
            tried = row["score at each learning rate"]
            assert row["learning rate"] == compared.LEARNING_RATES[int(np.argmin(tried))]
            sizes = compared.hidden_sizes(task.features, task.answers)
            layer = compared.NETWORKS[name][0]
            assert row["hidden size"] == sizes[layer]
            assert row["parameters"] == compared.parameters(layer, task.features, sizes[layer], task.answers)
            low, median, high = row["milliseconds"]
            assert 0 < low <= median <= high
        compares = compared.comparisons(scores)
        assert stored["GRU compared"] == {name: pytest.approx(row) for name, row in compares.items()}
