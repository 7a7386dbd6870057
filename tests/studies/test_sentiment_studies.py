"""The longer experiments with film reviews: that they compute what they say, and that their files agree."""

import itertools
import json
import re

import canonical
import course_data
import numpy as np
import pytest
import torch
from places import ROOT
from torch.nn.utils import rnn

from rnnkit import datasets, report, results, sentiment, text
from rnnkit.datasets import Reviews
from rnnkit.sentiment import train as recipe
from studies import (
    imdb_reviews,
    padding_lab,
    sentiment_baselines,
    sentiment_folds,
    sentiment_order,
    sentiment_paired,
)
from studies.shared.pairs import answers_of, compare, spread
from studies.shared.word_bag import WordBag

STUDIES = (
    imdb_reviews, padding_lab, sentiment_baselines, sentiment_folds, sentiment_order, sentiment_paired
)  # fmt: skip


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


def right_of(row, count):
    """Return the stored answers of a model, (seeds, N)."""
    return np.array([report.unpack_answers(one, count) for one in row["answers"]])


def assert_follows_from_the_answers(found, table, count):
    """Every share and every paired test of a study must come out of the answers that it stored."""
    right = {name: right_of(row, count) for name, row in table.items()}
    for name, row in table.items():
        assert row["mean"] == pytest.approx(right[name].mean(), abs=1e-12)
        assert row["seeds"] == pytest.approx(right[name].mean(axis=1))
    again = compare(right, [(row["first"], row["second"]) for row in found])
    for row, same in zip(found, again, strict=True):
        assert row.pop("difference") == pytest.approx(same.pop("difference"), abs=1e-12)
        assert row == same


class TestBaselines:
    stored = results.load("sentiment_baselines")["results"]

    def test_everything_follows_from_the_answers(self):
        found = results.load("sentiment_baselines")["results"]
        assert_follows_from_the_answers(found["compared"], found["folds"], found["sentences"])
        for row in self.stored["folds"].values():
            assert row["mean"] == pytest.approx(np.mean(row["values"]))
            assert row["std"] == pytest.approx(np.std(row["values"], ddof=1))
            assert len(row["values"]) == 5

    def test_each_point_of_the_curve_doubles_the_sentences(self):
        sizes = [point["sentences"] for point in self.stored["learning curve"]]
        assert len(sizes) >= 3
        for small, large in itertools.pairwise(sizes):
            assert large / small == pytest.approx(2, rel=0.01)

    def test_first_fold_of_naive_bayes_is_reproduced(self):
        fold, test = course_data.movie_reviews("rotten_tomatoes").folds(5)[0]
        right = sentiment_baselines.counted(sentiment.naive_bayes(), fold, test)
        kept = right_of(self.stored["folds"]["naive Bayes"], self.stored["sentences"])
        np.testing.assert_array_equal(right, kept[0, : len(test)])
        whole = self.stored["learning curve"][-1]
        assert whole["sentences"] == len(fold)
        assert whole["naive Bayes"].items() <= self.stored["folds"]["naive Bayes"].items()

    def test_is_the_recipe_that_the_study_states(self):
        assert self.stored["settings"]["recipe"] == sentiment_baselines.RECIPE


class TestChapter:
    """The network that chapter 06 defines, and the one of the study, are the same."""

    notebook = canonical.read(ROOT / "chapters" / "06_sentiment.ipynb")

    def of_chapter(self, words):
        (source,) = (cell.source for cell in self.notebook.cells if "class ReviewReader" in cell.source)
        names = {"nn": torch.nn, "torch": torch, "text": text, "MIN_COUNT": self.min_count()}
        names |= {name: getattr(rnn, name) for name in ("pack_padded_sequence", "pad_packed_sequence")}
        exec(source, names)
        return names["ReviewReader"](words, names["RECIPE"]), names["RECIPE"]

    def min_count(self):
        (found,) = {
            int(value)
            for cell in self.notebook.cells
            for value in re.findall(r"^MIN_COUNT = (\d+)", cell.source, re.MULTILINE)
        }
        return found

    def test_one_recipe(self):
        assert self.of_chapter(9)[1] == sentiment_baselines.RECIPE

    def test_one_network(self):
        torch.manual_seed(0)
        ours, theirs = self.of_chapter(9)[0].eval(), sentiment_baselines.bilstm(9).eval()
        state = theirs.state_dict()
        for name in list(state):
            if name.startswith("backward_lstm."):
                state[f"{name.replace('backward_', '')}_reverse"] = state.pop(name)
        ours.load_state_dict(state)  # nothing is missing, nothing is left over
        x, lengths = map(
            torch.from_numpy, text.pad([np.array([2, 3, 4, 5]), np.array([6]), np.array([7, 2])])
        )
        with torch.no_grad():
            torch.testing.assert_close(ours(x, lengths), theirs(x, lengths))
        dropout = {name: part.p for name, part in theirs.named_modules() if "dropout" in name}
        assert [ours.dropout.p, ours.word_dropout.p] == [dropout["dropout"], dropout["embedding_dropout"]]


class TestPaired:
    stored = results.load("sentiment_paired")["results"]

    def test_everything_follows_from_the_answers(self):
        found = results.load("sentiment_paired")["results"]
        assert_follows_from_the_answers(found["compared"], found["accuracy"], found["sentences"])
        assert len(found["compared"]) == len(sentiment_paired.COMPARED)

    def test_agrees_with_the_study_of_folds(self):
        """The same recipe and seeds: only the rounding of another processor may lie between the two."""
        folds = results.load("sentiment_folds")["results"]["accuracy"]
        for name, tolerance in (("fine-tuned", 0.01), ("naive Bayes", 1e-9)):
            expected = np.mean(folds[name]["values"], axis=1)
            assert self.stored["accuracy"][name]["values"] == pytest.approx(expected, abs=tolerance)

    def test_naive_bayes_with_the_reviews_is_the_sum_of_both(self, few):
        rows = course_data.movie_reviews("rotten_tomatoes").take(np.arange(60))
        source = recipe.corpus(rows, ["nothing of this kind stands there"])
        counted, others = (
            sentiment.naive_bayes().fit(part.texts, part.labels)
            for part in (rows.take(np.arange(20)), rows.take(np.arange(20, 60)))
        )
        readers = [recipe.reader(len(source.vocabulary), source.vectors.shape[1], 4, source.vectors, 0)]
        bags = [WordBag(len(source.vocabulary), source.vectors.shape[1])]
        rng = np.random.default_rng(0)
        right = sentiment_paired.judge(source, readers, bags, counted, others, rows, rng)
        total = sentiment.log_odds(counted, rows.texts) + sentiment.log_odds(others, rows.texts)
        np.testing.assert_array_equal(right["naive Bayes with the reviews"][0], (total > 0) == rows.labels)
        score = sentiment.scores(readers[0], sentiment.encode(rows.texts, source.vocabulary))
        both = recipe.blend([score], total) > 0.5
        np.testing.assert_array_equal(right["LSTM and naive Bayes"][0], both == rows.labels)


class TestOrder:
    """The LSTM that never saw an order."""

    def test_everything_follows_from_the_answers(self):
        found, paired = (results.load(name)["results"] for name in ("sentiment_order", "sentiment_paired"))
        table = found["accuracy"] | {
            name: paired["accuracy"][name] for name in ("fine-tuned", "word vectors, no LSTM")
        }
        assert_follows_from_the_answers(found["compared"], table, found["sentences"])

    def test_every_text_keeps_its_words_and_loses_their_order(self):
        rows = [np.arange(2, 40), np.arange(5, 9)]
        first, second = (sentiment_order.shuffled(rows, np.random.default_rng(k)) for k in (0, 1))
        for row, one, other in zip(rows, first, second, strict=True):
            assert sorted(one) == sorted(other) == row.tolist()
        assert (first[0] != rows[0]).any()
        assert (first[0] != second[0]).any()

    def test_training_reads_another_order_in_each_epoch(self, monkeypatch):
        seen = []
        monkeypatch.setattr(recipe, "train", lambda model, batches, *rest: seen.append(batches))
        rows = [np.arange(2, 30), np.arange(30, 60)]
        sentiment_order.train(None, lambda rng: rows, np.array([0, 1]), {}, 0)
        rng = np.random.default_rng(0)
        (first,), (second,) = (list(seen[0](rng)) for _ in range(2))
        texts = [x.numpy() for ((x, _), _) in (first, second)]
        assert not np.array_equal(*(np.sort(x, axis=0) for x in texts))
        np.testing.assert_array_equal(*(np.sort(x, axis=None) for x in texts))


class TestWordBag:
    rows = (np.array([2, 3, 4, 5]), np.array([6]), np.array([7, 2]))

    def test_is_the_mean_of_the_word_vectors_whatever_their_order(self):
        torch.manual_seed(0)
        bag = WordBag(9, 4).eval()
        found = sentiment.scores(bag, self.rows)
        for row, score in zip(self.rows, found, strict=True):
            mean = bag.embedding.weight[row].mean(dim=0)
            assert score == pytest.approx(float(bag.readout(mean).detach()), abs=1e-6)
        backwards = sentiment.scores(bag, [row[::-1].copy() for row in self.rows])
        np.testing.assert_allclose(found, backwards, atol=1e-6)

    def test_takes_the_dropout_of_the_recipe(self):
        torch.manual_seed(0)
        x, lengths = torch.tensor([[2, 3]]), torch.tensor([2])
        every = WordBag(9, 4, word_dropout=1.0).train()
        assert torch.equal(every(x, lengths), every.eval()(torch.full_like(x, text.UNK), lengths))
        for name in ("dropout", "embedding_dropout"):
            bag = WordBag(9, 4, **{name: 0.5})
            assert not torch.equal(bag.train()(x, lengths), bag.eval()(x, lengths))


ANSWERS = {"a": np.array([[True] * 9 + [False]] * 2), "b": np.array([[False] * 9 + [True]])}


class TestPairs:
    def test_a_model_without_seeds_meets_every_seed(self):
        (row,) = compare(ANSWERS, [("a", "b")])
        assert row["only the first right"] == [9, 9]
        assert row["only the second right"] == [1, 1]
        assert row["p"] == pytest.approx([22 / 1024] * 2)
        assert row["difference"] == pytest.approx(0.8)
        assert row["verdict"] == "better"

    def test_three_comparisons_ask_for_a_smaller_p(self):
        assert compare(ANSWERS, 3 * [("a", "b")])[0]["verdict"] == "a draw"

    def test_spread_is_that_of_the_folds(self):
        found = spread([np.array([[True, True], [True, False]]), np.array([[False, False], [True, False]])])
        assert found["values"] == [0.75, 0.25]
        assert found["mean"] == 0.5
        assert found["std"] == pytest.approx(0.5**0.5 / 2)
        assert found["seeds"] == [0.5, 0.5]
        assert answers_of(np.array([[True, False]])) == {"answers": ["80"]}


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

    def test_everything_follows_from_the_answers(self):
        found = results.load("imdb_reviews")["results"]
        reviews = found["settings"]["reviews"]
        assert_follows_from_the_answers(found["compared"], found["accuracy"], reviews[-1])
        assert sum(reviews) == 24_902

    def test_three_seeds_train_every_network(self):
        assert results.load("imdb_reviews")["seeds"] == list(imdb_reviews.SEEDS)
        for name, row in self.stored["accuracy"].items():
            assert len(row["answers"]) == (1 if name == "NB-LR" else 3)

    def test_the_reading_is_chosen_on_the_validation_reviews(self):
        means = {way: np.mean(values) for way, values in self.stored["validation"].items()}
        assert self.stored["settings"]["reading, chosen on validation"] == max(means, key=means.get)

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
    def test_everybody_counts_seven_ways(self):
        row = next(
            line
            for line in (ROOT / "data" / "README.md").read_text("utf-8").splitlines()
            if "padding_lab" in line
        )
        (text_of,) = (c.source for c in TestChapter.notebook.cells if "studies/padding_lab.py" in c.source)
        assert len(padding_lab.WAYS) == 7
        for words in (padding_lab.__doc__.lower(), row, text_of):
            assert "seven ways" in words

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
