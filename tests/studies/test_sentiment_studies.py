"""The longer experiments with film reviews: that they compute what they say, and that their files agree."""

import json

import numpy as np
import pytest
import torch

from rnnkit import datasets, results, text
from rnnkit.datasets import Reviews
from rnnkit.sentiment import train as recipe
from studies import imdb_reviews, padding_lab, sentiment_baselines, sentiment_folds

STUDIES = (imdb_reviews, padding_lab, sentiment_baselines, sentiment_folds)


def name_of(study):
    return study.__name__.rpartition(".")[2]


@pytest.fixture
def few(monkeypatch):
    """Replace the reviews by some that are made up; the word "good" praises."""
    rng = np.random.default_rng(0)
    words = np.array(["a", "film", "plot", "of", "it", "."])
    labels = rng.permutation(200) % 2
    texts = [
        " ".join([*rng.choice(words, 9), ("bad", "good")[label], f"w{k}", "."])
        for k, label in enumerate(labels)
    ]
    monkeypatch.setattr(datasets, "movie_reviews", lambda source, seed=0: Reviews(texts, labels))
    steps = {"epochs": 1, "warmup": 0.1}
    for step in ("pretraining", "fine_tuning", "large_student", "student"):
        monkeypatch.setitem(recipe.RECIPE, step, recipe.RECIPE[step] | steps)
    for name, value in {"min_count": 1, "hidden_size": 4, "embedding": 5, "sentences": 20}.items():
        monkeypatch.setitem(recipe.RECIPE, name, value)
    monkeypatch.setattr(imdb_reviews, "EMBEDDING", 5)


@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_a_quick_run_writes_nothing(study, few, monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    study.main(["--quick"])
    assert "a quick run: nothing was written" in capsys.readouterr().out


@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_stored_files_name_command_and_data(study):
    stored = results.load(name_of(study))
    assert stored["command"] == study.COMMAND == f"python -m studies.{name_of(study)}"
    assert stored["data"] == {"movie_reviews": datasets.MOVIE_REVIEWS_SHA256}


def assert_spread(row):
    assert row["mean"] == pytest.approx(np.mean(row["values"]))
    assert row["std"] == pytest.approx(np.std(row["values"], ddof=1))
    assert len(row["values"]) == 5


class TestBaselines:
    stored = results.load("sentiment_baselines")["results"]

    def test_statistics_follow_from_the_folds(self):
        for row in self.stored["folds"].values():
            assert_spread(row)
        for point in self.stored["learning curve"]:
            assert_spread(point["naive Bayes"])
            assert_spread(point["BiLSTM"])

    def test_first_fold_of_naive_bayes_is_reproduced(self):
        fold, test = datasets.movie_reviews("rotten_tomatoes").folds(5)[0]
        reader = sentiment_baselines.counted(sentiment_baselines.sentiment.naive_bayes(), fold)
        found = sentiment_baselines.accuracy(reader, test)
        assert found == pytest.approx(self.stored["folds"]["naive Bayes"]["values"][0], abs=1e-9)
        whole = self.stored["learning curve"][-1]
        assert whole["sentences"] == len(fold)
        assert whole["naive Bayes"] == self.stored["folds"]["naive Bayes"]


class TestFolds:
    stored = results.load("sentiment_folds")["results"]

    def test_statistics_follow_from_folds_and_seeds(self):
        for row in self.stored["accuracy"].values():
            again = sentiment_folds.summary(np.array(row["values"]))
            assert again.keys() == row.keys()
            for name, value in again.items():
                np.testing.assert_allclose(value, row[name], rtol=1e-9)
            assert len(row["values"]) == 5

    def test_reaches_what_was_wanted(self):
        accuracy = {name: row["mean"] for name, row in self.stored["accuracy"].items()}
        assert accuracy["fine-tuned"] >= 0.79
        assert accuracy["large student"] >= 0.79
        assert accuracy["fine-tuned and naive Bayes"] >= 0.80
        assert accuracy["two LSTMs and naive Bayes"] >= 0.80
        assert accuracy["small student, rounded"] >= 0.79
        assert abs(accuracy["small student, rounded"] - accuracy["small student"]) < 0.003
        baselines = results.load("sentiment_baselines")["results"]["folds"]
        assert self.stored["accuracy"]["naive Bayes"]["mean"] == pytest.approx(
            baselines["naive Bayes"]["mean"]
        )

    def test_is_the_recipe_of_the_shipped_reader(self):
        assert self.stored["recipe"] == json.loads(json.dumps(recipe.RECIPE))


class TestImdb:
    stored = results.load("imdb_reviews")["results"]

    def test_whole_reviews_in_pieces_reach_what_was_wanted(self):
        assert self.stored["accuracy"]["random stretches"]["whole, in pieces"] >= 0.88
        assert sum(self.stored["settings"]["reviews"]) == 24_902

    def test_pieces_are_averaged_review_by_review(self, monkeypatch):
        monkeypatch.setattr(imdb_reviews, "PIECE", 3)
        monkeypatch.setattr(imdb_reviews, "FIRST", 2)
        monkeypatch.setattr(
            imdb_reviews.sentiment,
            "scores",
            lambda model, rows, size=0: np.array([row.sum() for row in rows]),
        )
        found = imdb_reviews.readings(None, [np.array([1, 2, 3, 4]), np.array([5])])
        assert {way: scores.tolist() for way, scores in found.items()} == {
            "first 200 words": [3, 5],
            "whole, in one go": [10, 5],
            "whole, in pieces": [5, 5],  # 1 + 2 and 3 + 4
        }

    def test_stretches_read_two_of_every_review_in_an_epoch(self):
        rows = [np.arange(2, 302), np.arange(2, 12)]
        batches = list(imdb_reviews.stretches(rows, np.array([1, 0]), np.random.default_rng(0)))
        lengths = sorted(int(length) for (_, lengths), _ in batches for length in lengths)
        assert lengths[:2] == [10, 10]
        assert all(60 <= length <= 140 for length in lengths[2:])
        assert sorted(float(label) for _, labels in batches for label in labels) == [0, 0, 1, 1]


class TestPaddingLab:
    rows = (np.array([2, 3, 4, 5]), np.array([6]), np.array([7, 8]))
    longest = 6

    def answers(self, way):
        torch.manual_seed(0)
        reader = padding_lab.PaddedReader(9, way).double().eval()
        ((x, lengths), _) = next(padding_lab.padded(self.rows, np.zeros(3), self.longest))
        assert x.shape == (3, self.longest)
        with torch.no_grad():
            return reader, reader(x, lengths).tolist()

    def alone(self, reader, row, before=0, after=0):
        """Return the states of the LSTM on one text, with some padding on each side."""
        line = torch.tensor([[text.PAD] * before + row.tolist() + [text.PAD] * after])
        with torch.no_grad():
            return reader.lstm(reader.embedding(line))[0][0]

    @pytest.mark.parametrize("way", padding_lab.WAYS)
    def test_each_way_reads_what_it_says(self, way):
        reader, answers = self.answers(way)
        for row, answer in zip(self.rows, answers, strict=True):
            padding = self.longest - len(row)
            if "left" in way:
                vector = self.alone(reader, row, before=padding)[-1]
            elif "index -1" in way:
                vector = self.alone(reader, row, after=padding)[-1]
            elif "mean" in way:
                vector = self.alone(reader, row).mean(dim=0)
            elif "max" in way:
                vector = self.alone(reader, row).amax(dim=0)
            else:
                vector = self.alone(reader, row)[-1]
            with torch.no_grad():
                assert answer == pytest.approx(reader.readout(vector).item(), abs=1e-12)

    def test_last_real_state_and_packed_are_the_same_function(self):
        np.testing.assert_allclose(
            self.answers("right padding, last real state")[1],
            self.answers("right padding, packed")[1],
            atol=1e-12,
        )

    def test_forget_bias_is_added_to_the_forget_gate_alone(self):
        plain, biased = (self.answers(way)[0].lstm.bias_ih_l0 for way in padding_lab.WAYS[:2])
        gates = (biased - plain).detach().reshape(4, -1)
        np.testing.assert_allclose(gates, [[x] * padding_lab.H for x in (0, 1, 0, 0)], atol=1e-12)

    def test_stored_means_follow_from_the_seeds(self):
        stored = results.load("padding_lab")
        for kind in stored["results"]["texts"].values():
            assert list(kind["ways"]) == list(padding_lab.WAYS)
            for row in kind["ways"].values():
                assert len(row["values"]) == len(stored["seeds"])
                assert row["mean"] == pytest.approx(np.mean(row["values"]))
                assert (row["lowest"], row["highest"]) == (min(row["values"]), max(row["values"]))
