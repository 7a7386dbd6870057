"""The data of the course that many tests read: each is read once in a process, and no test may change it."""

from functools import cache

from rnnkit import datasets, g2p, language

cmudict = cache(datasets.cmudict)
words = cache(language.words)
entries = cache(g2p.entries)
speeches = cache(language.speeches)
movie_reviews = cache(datasets.movie_reviews)
