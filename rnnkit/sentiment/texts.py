"""What the models of film reviews share: encoded texts and batches of them, scores, naive Bayes."""

from itertools import pairwise

import numpy as np

from rnnkit import _validation as v
from rnnkit import text
from rnnkit.text import UNK

SENTENCE_END = (".", "!", "?")


def encode(texts, vocabulary):
    """Return each text as the indices of its tokens, a list of int64 arrays (T,).

    A text without any word, such as " " or "", becomes a single <unk>: a model needs something to read.
    """
    v.instance("vocabulary", vocabulary, text.Vocabulary)
    rows = [vocabulary.encode(text.tokenize(one)) for one in texts]
    return [row if row.size else np.array([UNK]) for row in rows]


def batches(sequences, targets, batch_size, rng=None):
    """Yield padded batches ((x, lengths), targets) of texts of similar length, as `training.fit` takes them.

    sequences: encoded texts. targets: numbers (N,), 1 for praise, 0 for blame, or a probability between.
    rng: a NumPy generator that shuffles; None for the order of the lengths.
    """
    import torch  # by whoever trains; texts, counts and packed weights do without

    targets = v.array("targets", targets, ("N",), dtype=np.float32, sizes={"N": len(sequences)})
    if targets.min() < 0 or targets.max() > 1:
        raise ValueError(f"targets must be from 0 to 1, got {targets.min()} to {targets.max()}")
    for rows in text.batches([len(sequence) for sequence in sequences], batch_size, rng):
        x, lengths = text.pad([sequences[k] for k in rows])
        yield (torch.from_numpy(x), torch.from_numpy(lengths)), torch.from_numpy(targets[rows])


def crop(sequences, shortest, longest, rng):
    """Return a random stretch of each text, of a random length from `shortest` to `longest`.

    A text that is shorter stays whole.
    """
    v.integer("longest", longest, v.integer("shortest", shortest, 1))
    stretches = []
    for sequence in sequences:
        length = int(rng.integers(shortest, longest + 1))
        start = int(rng.integers(max(0, len(sequence) - length) + 1))
        stretches.append(sequence[start : start + length])
    return stretches


def scores(model, sequences, batch_size=256):
    """Return the score of each text, float64 (N,), by a model that gives one for a text; without dropout."""
    import torch

    mode = model.training
    model.eval()
    found = np.empty(len(sequences))
    with torch.no_grad():
        for rows in text.batches([len(sequence) for sequence in sequences], batch_size):
            x, lengths = text.pad([sequences[k] for k in rows])
            found[rows] = model(torch.from_numpy(x), torch.from_numpy(lengths)).double().numpy()
    model.train(mode)
    return found


def sentences(tokens, shortest=5, longest=40):
    """Return the sentences of a tokenized text that have `shortest` to `longest` tokens."""
    ends = [k + 1 for k, token in enumerate(tokens) if token in SENTENCE_END]
    found = [tokens[start:end] for start, end in pairwise([0, *ends])]
    return [sentence for sentence in found if shortest <= len(sentence) <= longest]


def containing(reviews, sentences, shortest=4):
    """Return the places of the reviews that contain a whole sentence, sorted.

    reviews, sentences: tokenized texts. shortest: a sentence of fewer words is too common to count.
    Only words are compared: marks between them, as at the end of a sentence, do not matter.
    """
    v.integer("shortest", shortest, 1)
    by_start = {}
    for sentence in map(_words, sentences):
        if len(sentence) >= shortest:
            by_start.setdefault(tuple(sentence[:shortest]), []).append(sentence)
    found = []
    for place, words in enumerate(map(_words, reviews)):
        starts = zip(*(words[k:] for k in range(shortest)), strict=False)
        if any(
            words[k : k + len(one)] == one
            for k, start in enumerate(starts)
            for one in by_start.get(start, ())
        ):
            found.append(place)
    return found


def _words(tokens):
    return [token for token in tokens if any(map(str.isalnum, token))]


def grams(one):
    """Return the tokens of a text and its pairs of neighbours, as features of a bag-of-words model."""
    tokens = text.tokenize(one)
    return [*tokens, *map(" ".join, pairwise(tokens))]


def naive_bayes():
    """Return an untrained scikit-learn pipeline: which words and pairs occur, and multinomial naive Bayes."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    return make_pipeline(CountVectorizer(analyzer=grams, binary=True), MultinomialNB())


def log_odds(pipeline, texts):
    """Return the logarithm of the odds of praise, float64 (N,), by a trained scikit-learn classifier."""
    return np.diff(pipeline.predict_log_proba(texts), axis=1)[:, 0]
