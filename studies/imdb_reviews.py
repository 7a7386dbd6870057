"""Whole reviews of some hundred words: the first 200 words, or random stretches of all of it?

`python -m studies.imdb_reviews` writes data/results/imdb_reviews.json; with --quick it only shows that it
runs. The reviews are split at random into 80 % training, 10 % validation and 10 % test. Two equal LSTMs
start from the same word vectors, counted in the training reviews, and read equally many words:

- "first 200 words": each epoch reads the first 200 words of every review;
- "random stretches": each epoch reads two random stretches of 60 to 140 words of every review.

Both are then tested in three ways: on the first 200 words, on the whole review in one go, and on the whole
review in pieces of about 100 words, whose scores are averaged. Beside them stands NB-SVM (Wang & Manning
2012): a linear model of words and pairs of words, weighted by naive Bayes; its penalty was chosen on the
validation reviews.
"""

import argparse
import time

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from rnnkit import datasets, models, results, sentiment, text, training

COMMAND = "python -m studies.imdb_reviews"
VOCABULARY = 20_000  # the most frequent words of the training reviews
EMBEDDING = 64  # numbers for a word
H = 64  # size of the state
DROPOUT = 0.3  # of the vector of a text, and of the word vectors
FIRST = 200  # words
STRETCH = (60, 140)  # words, shortest and longest
PIECE = 100  # words, about
EPOCHS = 2
BATCH = 64  # texts in an update
LEARNING_RATE = 4e-3  # of AdamW, at its highest
WARMUP = 0.2  # of all updates
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # C of the logistic regression in NB-SVM
SEED = 0


def firsts(rows, labels, rng):
    """Give the batches of one epoch with the first words of each review."""
    return sentiment.batches([row[:FIRST] for row in rows], labels, BATCH, rng)


def stretches(rows, labels, rng):
    """Give the batches of one epoch with two random stretches of each review."""
    twice = sentiment.crop(rows * 2, *STRETCH, rng)
    return sentiment.batches(twice, np.tile(labels, 2), BATCH, rng)


def train(sample, rows, labels, vectors, epochs):
    """Train an LSTM on what `sample` takes from each review, `firsts` or `stretches`."""
    torch.manual_seed(SEED)
    model = models.ReviewClassifier(
        len(vectors), EMBEDDING, H, direction="forward", dropout=DROPOUT, embedding_dropout=DROPOUT
    )
    with torch.no_grad():
        model.embedding.weight.copy_(torch.from_numpy(vectors))
    updates = epochs * len(list(sample(rows, labels, np.random.default_rng(0))))
    training.fit(
        model,
        lambda rng: sample(rows, labels, rng),
        loss=binary_cross_entropy_with_logits,
        epochs=epochs,
        optimizer=torch.optim.AdamW(model.parameters(), LEARNING_RATE, fused=True),
        schedule=training.WarmupDecay(int(WARMUP * updates), updates),
        max_norm=1.0,
        seed=SEED,
    )
    return model


def readings(model, rows):
    """Return the scores {way of reading: (N,)} of reviews."""
    pieces = [np.array_split(row, -(-len(row) // PIECE)) for row in rows]
    of_pieces = sentiment.scores(model, [piece for some in pieces for piece in some])
    ends = np.cumsum([len(some) for some in pieces])[:-1]
    return {
        "first 200 words": sentiment.scores(model, [row[:FIRST] for row in rows]),
        "whole, in one go": sentiment.scores(model, rows, 64),
        "whole, in pieces": np.array([some.mean() for some in np.split(of_pieces, ends)]),
    }


def nb_svm(fold, validation, test):
    """Return the scores of NB-SVM on the test reviews, and its penalty, chosen on the validation reviews."""
    counter = CountVectorizer(analyzer=sentiment.grams, binary=True, min_df=2)
    counts = counter.fit_transform(fold.texts)
    praise, blame = (np.asarray(counts[fold.labels == label].sum(axis=0)).ravel() + 1 for label in (1, 0))
    ratio = np.log(praise / praise.sum()) - np.log(blame / blame.sum())
    known, judged, asked = (
        some.multiply(ratio).tocsr()
        for some in (counts, counter.transform(validation.texts), counter.transform(test.texts))
    )
    tried = {}
    for penalty in PENALTIES:
        linear = LogisticRegression(C=penalty, solver="liblinear").fit(known, fold.labels)
        tried[penalty] = linear.score(judged, validation.labels), linear
    best = max(tried, key=lambda penalty: tried[penalty][0])
    return tried[best][1].decision_function(asked), best


def accuracy(scores, labels):
    """Return the share of scores with the sign of the label."""
    return float(np.mean((scores > 0) == labels))


def main(arguments=None):
    """Run the study and write its file; with --quick, few reviews and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few reviews, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    reviews = datasets.movie_reviews("imdb")
    if quick:
        reviews = reviews.take(np.arange(200))
    parts = reviews.split()
    tokens = [[text.tokenize(one) for one in tqdm(part.texts, disable=None)] for part in parts]
    vocabulary = text.Vocabulary.count(tokens[0], max_size=VOCABULARY)
    rows, _, test_rows = ([vocabulary.encode(some) for some in part] for part in tokens)
    vectors = sentiment.word_vectors(rows, len(vocabulary), EMBEDDING, seed=SEED)
    found, seconds, scores = {}, {}, {}
    for name, sample in (("first 200 words", firsts), ("random stretches", stretches)):
        start = time.process_time()
        model = train(sample, rows, parts[0].labels, vectors, 1 if quick else EPOCHS)
        seconds[name] = time.process_time() - start
        scores[name] = readings(model, test_rows)
        found[name] = {way: accuracy(some, parts[2].labels) for way, some in scores[name].items()}
        print(f"trained on {name}: {found[name]}, {seconds[name]:.0f} s", flush=True)
    start = time.process_time()
    linear, penalty = nb_svm(*parts)
    seconds["NB-SVM"] = time.process_time() - start
    best = scores["random stretches"]["whole, in pieces"]
    both = best / best.std() + linear / linear.std()  # two scales: each counts the same
    found |= {"NB-SVM": accuracy(linear, parts[2].labels), "mean of both": accuracy(both, parts[2].labels)}
    print(f"NB-SVM {found['NB-SVM']:.4f}, with the LSTM {found['mean of both']:.4f}")
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"reviews": [len(part) for part in parts], "vocabulary": len(vocabulary),
                "embedding": EMBEDDING, "hidden size": H, "dropout": DROPOUT, "first": FIRST,
                "stretch": STRETCH, "piece": PIECE, "epochs": EPOCHS, "batch": BATCH,
                "learning rate": LEARNING_RATE, "penalty of NB-SVM": penalty}  # fmt: skip
    path = results.save(
        "imdb_reviews", {"settings": settings, "accuracy": found, "seconds": seconds}, command=COMMAND,
        seeds=[SEED], seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
