"""Are the vectors of words of one kind close to each other? The kinds were listed before any was seen."""

import numpy as np

from rnnkit import sentiment
from studies.shared.pairs import compare
from studies.shared.speech_words import END

NEAREST = 5
COMMON = 20  # times that a word must occur in the training text: the vector of a rare word is mostly chance
PAIRS = (("learned", "random"), ("counted", "random"), ("learned", "counted"))
CLASSES = {  # without may and march, which are more than months
    "months": "january february april june july august september october november december",
    "states": (
        "alabama arkansas california colorado connecticut delaware florida georgia idaho illinois indiana "
        "iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri "
        "montana nebraska nevada ohio oregon pennsylvania tennessee texas utah vermont virginia wisconsin "
        "wyoming"
    ),
    "countries": (
        "austria belgium brazil chile china colombia cuba denmark england france germany greece guatemala "
        "haiti honduras italy japan mexico nicaragua peru portugal prussia russia spain sweden switzerland "
        "turkey venezuela"
    ),
    "nationalities": (
        "american austrian belgian british chinese cuban danish dutch english french german italian japanese "
        "mexican russian spanish turkish"
    ),
    "numbers": (
        "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty "
        "seventy eighty ninety hundred thousand"
    ),
    "modal verbs": "can could may might must ought should will would",
}


def listed(counts):
    """Return the words of the lists that occur at least COMMON times, and the class of each, (N,)."""
    pairs = [
        (word, kind)
        for kind, names in enumerate(CLASSES.values())
        for word in names.split()
        if counts[word] >= COMMON
    ]
    words, kinds = zip(*pairs, strict=True)
    return list(words), np.array(kinds)


def ranked(vectors, others):
    """Return for each of N vectors the places of M other vectors, (N, M), the nearest by cosine first."""
    one, two = (some / np.maximum(np.linalg.norm(some, axis=1, keepdims=True), 1e-12)
                for some in (vectors, others))  # fmt: skip
    return np.argsort(-(one @ two.T), axis=1, kind="stable")


def same_class(vectors, kinds):
    """Return which of the NEAREST neighbours of each of N words have its class, booleans (N, NEAREST).

    vectors (N, D), kinds (N,): of the listed words. The neighbours are taken among these words alone.
    """
    order = ranked(vectors, vectors)
    others = order[order != np.arange(len(kinds))[:, None]].reshape(len(kinds), -1)  # not itself
    return kinds[others[:, :NEAREST]] == kinds[:, None]


def chance(kinds):
    """Return the share of neighbours of the same class if neighbours were drawn blindly."""
    sizes = np.bincount(kinds)[kinds]
    return float(np.mean((sizes - 1) / (len(kinds) - 1)))


def vectors_of(embeddings, learned, window, seeds):
    """Return {kind: [vectors (V, D)]}: learned ones for each seed, counted ones, random ones for each seed.

    embeddings: the learned ones. learned: the codes of the training text. window: words on each side that
    count as neighbours.
    """
    words, size = embeddings[0].shape
    lines = np.split(learned, np.flatnonzero(learned == END) + 1)
    return {
        "learned": embeddings,
        "counted": [sentiment.word_vectors([line for line in lines if len(line)], words, size, window)],
        "random": [np.random.default_rng(seed).standard_normal((words, size)) for seed in seeds],
    }


def judged(vectors, vocabulary, counts, probes):
    """Return neighbours of the probes, shares of neighbours of the same kind, and paired tests."""
    names, kinds = listed(counts)
    common = [token for token in vocabulary.tokens if counts[token] >= COMMON]
    of_lists, of_probes, of_common = map(vocabulary.encode, (names, probes, common))
    rows, nearest = {}, {}
    for kind, of_seeds in vectors.items():
        same = [same_class(some[of_lists], kinds) for some in of_seeds]
        shares = [float(one.mean()) for one in same]
        rows[kind] = {
            "of 5 neighbours": {"mean": float(np.mean(shares)), "seeds": shares},
            "by class": {
                name: float(np.mean([one[kinds == k].mean() for one in same]))
                for k, name in enumerate(CLASSES)
                if (kinds == k).any()
            },
        }
        nearest[kind] = np.array([one[:, 0] for one in same])
        order = ranked(of_seeds[0][of_probes], of_seeds[0][of_common])
        rows[kind]["neighbours"] = {
            probe: [common[k] for k in ranks if common[k] != probe][:NEAREST]
            for probe, ranks in zip(probes, order, strict=True)
        }
    sizes = {name: int((kinds == k).sum()) for k, name in enumerate(CLASSES)}
    return {
        "vectors": rows,
        "chance": chance(kinds),
        "words of each class": sizes,
        "compared by the nearest neighbour": compare(nearest, PAIRS),
    }
