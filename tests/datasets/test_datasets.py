import gzip
import hashlib
from importlib.machinery import ModuleSpec

import course_data
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from rnnkit import _places, datasets
from rnnkit.datasets import verified


def test_digits_are_those_of_scikit_learn():
    images, labels = datasets.digits()
    bunch = load_digits()
    assert images.shape == (1797, 8, 8)
    assert images.dtype == np.float32
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(images * 16, bunch.images)
    np.testing.assert_array_equal(labels, bunch.target)


def test_digits_without_scikit_learn_names_the_repair(monkeypatch):
    monkeypatch.setattr(verified, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"sklearn is missing; .*pip install .*scikit-learn"):
        datasets.digits()


def test_digits_missing_file_names_the_repair(monkeypatch, tmp_path):
    spec = ModuleSpec("sklearn", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(verified, "find_spec", lambda name: spec)
    with pytest.raises(FileNotFoundError, match=r"digits\.csv\.gz is missing .*--force-reinstall"):
        datasets.digits()


def test_cmudict_is_the_whole_dictionary():
    words = course_data.cmudict()
    assert len(words) == 126_052
    assert sum(map(len, words.values())) == 135_166
    assert words["hello"] == [("HH", "AH0", "L", "OW1"), ("HH", "EH0", "L", "OW1")]
    assert words["aalto"] == [("AA1", "L", "T", "OW2")]  # its line ends in a comment
    assert not [word for word in words if "(" in word or "#" in word]


def test_cmudict_has_39_sounds_and_stress_on_the_vowels_only():
    sounds = {sound for ways in course_data.cmudict().values() for way in ways for sound in way}
    vowels = {sound[:-1] for sound in sounds if sound[-1] in "012"}
    consonants = {sound for sound in sounds if sound[-1] not in "012"}
    assert len(vowels) == 15
    assert len(consonants) == 24
    assert not vowels & consonants


def test_cmudict_missing_or_damaged_names_the_repair(monkeypatch, tmp_path):
    monkeypatch.setattr(_places, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"cmudict\.dict\.gz is missing .*git checkout"):
        datasets.cmudict()
    (tmp_path / "cmudict.dict.gz").write_bytes(gzip.compress(b"hello HH AH0 L OW1\n"))
    with pytest.raises(ValueError, match=r"cmudict\.dict\.gz is not the expected data"):
        datasets.cmudict()


def test_stock_prices_are_four_clean_tables():
    prices = datasets.stock_prices()
    days = {ticker: len(table) for ticker, table in prices.items()}
    assert days == {"AAPL": 3270, "GOOG": 2148, "IBM": 3270, "MSFT": 3270}
    for table in prices.values():
        assert table.index.name == "date"
        assert table.index.is_monotonic_increasing
        assert table.index.is_unique
        assert str(table.index[-1].date()) == "2013-03-01"
        assert list(table) == ["open", "high", "low", "close", "volume"]
        assert table.notna().all(axis=None)
        assert (table > 0).all(axis=None)
        assert (table["high"] >= table[["open", "low", "close"]].max(axis=1)).all()
        assert (table["low"] <= table[["open", "close"]].min(axis=1)).all()


def test_stock_prices_are_adjusted():
    apple = datasets.stock_prices()["AAPL"]
    first = apple.loc["2000-03-01"]
    assert first["close"] == pytest.approx(4.186662803811, rel=1e-15)
    assert first["open"] == pytest.approx(118.56 * 4.186662803811 / 130.31, rel=1e-12)
    assert first["volume"] == 9_616_100
    change = apple["close"].pct_change()
    assert abs(change["2005-02-28"]) < 0.01  # each share became two
    assert change["2000-09-29"] == pytest.approx(-0.5187, abs=1e-4)  # a real fall, after a warning


def test_stock_prices_missing_or_damaged_names_the_repair(monkeypatch, tmp_path):
    monkeypatch.setattr(_places, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"stock_prices\.csv\.gz is missing .*git checkout"):
        datasets.stock_prices()
    (tmp_path / "stock_prices.csv.gz").write_bytes(gzip.compress(b"Ticker,Date\n"))
    with pytest.raises(ValueError, match=r"stock_prices\.csv\.gz is not the expected data"):
        datasets.stock_prices()


def packed(tmp_path, content):
    path = tmp_path / "data.csv.gz"
    path.write_bytes(gzip.compress(content, mtime=0))
    return path


def test_read_verified_returns_what_was_packed(tmp_path):
    content = b"1,2,3\n"
    assert (
        datasets.read_verified(packed(tmp_path, content), hashlib.sha256(content).hexdigest(), "x") == content
    )


def test_other_data_is_named_with_both_fingerprints(tmp_path):
    path = packed(tmp_path, b"1,2,4\n")
    with pytest.raises(ValueError, match=r"data\.csv\.gz is not the expected data: .*make data"):
        datasets.read_verified(path, hashlib.sha256(b"1,2,3\n").hexdigest(), "make data")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    content = bytes(range(256)) * 8
    path = packed(tmp_path_factory.mktemp("good"), content)
    return path, hashlib.sha256(content).hexdigest()


@given(data=st.data())
def test_any_cut_or_changed_byte_never_passes_as_good(good, data):
    path, sha256 = good
    original = path.read_bytes()
    position = data.draw(st.integers(10, len(original) - 1))
    if data.draw(st.booleans()):
        bad = original[:position]
    else:
        bad = bytearray(original)
        bad[position] ^= data.draw(st.integers(1, 255))
    damaged = path.with_name("damaged.csv.gz")
    damaged.write_bytes(bad)
    with pytest.raises(ValueError, match=r"damaged\.csv\.gz is .*repair with: make data"):
        datasets.read_verified(damaged, sha256, "make data")
