"""Vectors of words, counted: words with similar neighbours are close."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.text import PAD, UNK


def word_vectors(sequences, words, size=64, window=5, seed=0):
    """Return a vector for each word, float32 (V, D), such that words with similar neighbours are close.

    sequences: encoded texts. words: V, the size of their vocabulary. size: D.
    window: how many words away a neighbour may be; one that is k away counts (window + 1 - k) / window.
    seed: of the approximate singular value decomposition.

    The vectors are U √S of the singular value decomposition U S V' of the positive pointwise mutual
    information of words and neighbours, with the counts of the neighbours to the power 0.75 (Levy, Goldberg &
    Dagan 2015). <pad> and <unk> get zeros. On average over the words of the texts, a vector has length 1.
    """
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    V = v.integer("words", words, 3)
    v.integer("size", size, 1, V - 1)
    v.integer("window", window, 1)
    sequences = [v.array(f"sequences[{k}]", one, ("T",), dtype=np.int64) for k, one in enumerate(sequences)]
    gap = np.full(window, PAD)  # no text is the neighbour of another
    line = np.concatenate([part for sequence in sequences for part in (sequence, gap)])
    counts = sparse.csr_matrix((V, V), dtype=np.float32)
    for k in range(1, window + 1):
        left, right = line[:-k], line[k:]
        real = (left > UNK) & (right > UNK)
        weight = np.full(real.sum(), (window + 1 - k) / window, dtype=np.float32)
        counts += sparse.coo_matrix((weight, (left[real], right[real])), shape=(V, V)).tocsr()
    counts = (counts + counts.T).tocoo()
    if not counts.nnz:
        raise ValueError("sequences must hold words of the vocabulary beside each other, got none")
    often = np.asarray(counts.sum(axis=1)).ravel()
    smooth = often**0.75 / (often**0.75).sum()
    information = np.log(counts.data / (often[counts.row] * smooth[counts.col]))
    known = information > 0
    positive = sparse.csr_matrix((information[known], (counts.row[known], counts.col[known])), shape=(V, V))
    U, S, _ = randomized_svd(positive, size, n_iter=3, random_state=v.integer("seed", seed, 0))
    vectors = U * np.sqrt(S)
    vectors[: UNK + 1] = 0
    length = np.linalg.norm(vectors[line[line > UNK]], axis=1).mean()
    return (vectors / length).astype(np.float32)
