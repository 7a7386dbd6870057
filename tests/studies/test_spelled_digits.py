"""The study of spelled digits: the names, the networks, and that its file follows from its runs."""

import json

import numpy as np
import pytest
import torch

from rnnkit import datasets, results, seq2seq
from studies import spelled_digits as study
from studies.shared.intervals import interval


def test_names_as_letters():
    target = study.names_of([6, 0])
    assert target.tolist() == [[19, 9, 24, 0, -100], [26, 5, 18, 15, 0]]


def test_the_speller_spells_and_scores_its_names():
    torch.manual_seed(0)
    model = study.Speller().eval()
    images = np.random.default_rng(0).random((4, 64), dtype=np.float32)
    words = study.spell(model, images)
    assert len(words) == 4
    one, target = torch.from_numpy(images[:1]), study.names_of(range(10))
    log_p = seq2seq.score(model_for_scores(model), one.expand(10, -1), torch.ones(10).long(), target)
    assert study.likeliest(model, images)[0] == log_p.argmax()


def model_for_scores(model):
    """`score` calls a model with the lengths, which an image does not have."""

    class Read(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model, self.symbols = model, len(study.LETTERS)

        def forward(self, x, lengths, y_in):
            return self.model(x, y_in)

    return Read()


def test_answers_know_what_is_no_name(monkeypatch):
    monkeypatch.setattr(study, "spell", lambda model, images: ["five", "fove", ""])
    assert study.answers(study.SPELLED, None, None).tolist() == [5, -1, -1]


def test_the_parts_are_those_of_chapter_01():
    images, labels = datasets.digits()
    parts = study.split(images.reshape(-1, 64), labels, 3)
    assert [len(y) for _, y in parts] == [1077, 270, 1347, 450]


def test_it_learns():
    images, labels = (part[:64] for part in datasets.digits())
    images = images.reshape(-1, 64)
    model = study.learn(study.SPELLED, images, labels, 0.02, 0, epochs=80)
    assert (study.answers(study.SPELLED, model, images) == labels).mean() > 0.9
    assert (study.likeliest(model, images) == labels).mean() > 0.9


@pytest.mark.minutes
def test_quick_run():
    json.dumps(study.everything(quick=True), allow_nan=False)


@pytest.fixture(scope="module")
def stored():
    return results.load("spelled_digits")


class TestStored:
    def test_data_and_seeds(self, stored):
        assert stored["data"] == {"digits": datasets.DIGITS_SHA256}
        assert stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS]

    def test_rates_and_means(self, stored):
        for row in stored["results"]["networks"].values():
            tried = row["validation errors at each rate"]
            rates = sorted(map(float, tried))
            assert rates[0] < row["learning rate"] < rates[-1]
            assert tried[str(row["learning rate"])] == min(tried.values())
            assert row["accuracy"] == pytest.approx(np.mean(row["of each seed"]))
            assert row["interval"] == pytest.approx(interval(row["of each seed"]))

    def test_words_that_are_no_name_are_counted(self, stored):
        found = stored["results"]
        shares = found["networks"][study.SPELLED]["no digit's name"]
        wrong = sum(found["words that are no digit's name"].values())
        assert wrong == round(sum(shares) * found["test images"])
        assert not set(found["words that are no digit's name"]) & set(study.NAMES)
