"""Seven ways to get one vector out of a padded batch, with the same LSTM: accuracy and seconds.

`python -m studies.padding_lab` writes data/results/padding_lab.json; with --quick it only shows that it
runs. All texts are padded to one length, as simple programs do it, so the lab shows what padding does when
there is much of it. Short texts: sentences of Rotten Tomatoes, padded to 60 words. Long texts: the first
200 words of reviews from IMDb. Every way gets the same first weights, the same batches and the same
settings, which were not tuned for any of them; the number of updates was raised once, for all, because
after a first run all were still learning. The accuracies come after the last epoch, from texts not trained
on.
"""

import argparse
import time
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pack_padded_sequence
from tqdm import tqdm

from rnnkit import datasets, results, text, training

COMMAND = "python -m studies.padding_lab"
WAYS = (
    "right padding, index -1",
    "right padding, index -1, forget bias 1",
    "left padding, index -1",
    "right padding, last real state",
    "right padding, packed",
    "right padding, mean over the mask",
    "right padding, max over the mask",
)
EMBEDDING = 32  # numbers for a word
H = 32  # size of the state
BATCH = 32  # texts in an update
LEARNING_RATE = 3e-3  # of Adam
MIN_COUNT = 3  # a rarer word is unknown
SEEDS = (0, 1, 2)


class Texts(NamedTuple):
    """One kind of texts: where they come from, how many words of each are read, and how much is trained."""

    source: str
    longest: int
    training: int
    test: int
    epochs: int


KINDS = {
    "short": Texts("rotten_tomatoes", 60, 6824, 1706, 6),
    "long": Texts("imdb", 200, 4000, 2000, 5),
}


class PaddedReader(nn.Module):
    """An LSTM, and one of the `WAYS` to make a vector of its states."""

    def __init__(self, words, way):
        super().__init__()
        self.way = way
        self.embedding = nn.Embedding(words, EMBEDDING, padding_idx=text.PAD)
        self.lstm = nn.LSTM(EMBEDDING, H, batch_first=True)
        self.readout = nn.Linear(H, 1)
        if "forget bias" in way:
            with torch.no_grad():
                self.lstm.bias_ih_l0[H : 2 * H] += 1.0  # torch's order of the gates: i, f, g, o

    def forward(self, x, lengths):
        """Return the scores (B,) of texts x (B, T), padded at the end, with true lengths (B,)."""
        B, T = x.shape
        if "packed" in self.way:
            packed = pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
            return self.readout(self.lstm(packed)[1][0][0])[:, 0]
        if "left" in self.way:
            steps = torch.arange(T) - (T - lengths[:, None])  # negative on the padding, which comes first now
            x = torch.where(steps < 0, text.PAD, x.gather(1, steps.clamp(min=0)))
        states, _ = self.lstm(self.embedding(x))
        if "last real" in self.way:
            vector = states[torch.arange(B), lengths - 1]
        elif "mask" in self.way:
            real = (torch.arange(T) < lengths[:, None])[..., None]
            mean, most = (states * real).sum(dim=1) / lengths[:, None], states.where(real, -1.0).amax(dim=1)
            vector = mean if "mean" in self.way else most
        else:
            vector = states[:, -1]
        return self.readout(vector)[:, 0]


def padded(sequences, labels, longest, rng=None):
    """Yield batches ((x, lengths), labels) in which every text is padded to `longest` words."""
    order = np.arange(len(sequences)) if rng is None else rng.permutation(len(sequences))
    for rows in np.split(order, range(BATCH, len(order), BATCH)):
        lengths = torch.tensor([len(sequences[k]) for k in rows])
        x = torch.full((len(rows), longest), text.PAD)
        for row, k in zip(x, rows, strict=True):
            row[: len(sequences[k])] = torch.from_numpy(sequences[k])
        yield (x, lengths), torch.tensor(labels[rows], dtype=torch.float32)


def measure(way, data, words, longest, epochs, seed):
    """Train one reader, and return its accuracy on the test texts and the seconds of the training."""
    (rows, labels), (test_rows, test_labels) = data
    torch.manual_seed(seed)
    reader = PaddedReader(words, way)
    start = time.process_time()
    training.fit(
        reader,
        lambda rng: padded(rows, labels, longest, rng),
        loss=binary_cross_entropy_with_logits,
        epochs=epochs,
        optimizer=torch.optim.Adam(reader.parameters(), LEARNING_RATE, fused=True),
        max_norm=1.0,
        seed=seed,
        progress=False,
    )
    seconds = time.process_time() - start
    found = training.evaluate(
        reader, padded(test_rows, test_labels, longest), binary_cross_entropy_with_logits, training.accuracy
    )
    return found["metric"], seconds


def prepare(kind):
    """Return training and test data, encoded and cut, the size of the vocabulary, and the lengths."""
    reviews = datasets.movie_reviews(kind.source)
    parts = [reviews.take(np.arange(kind.training)),
             reviews.take(np.arange(kind.training, kind.training + kind.test))]  # fmt: skip
    cut = [[text.tokenize(one)[: kind.longest] for one in part.texts] for part in parts]
    vocabulary = text.Vocabulary.count(cut[0], min_count=MIN_COUNT)
    data = [([vocabulary.encode(tokens) for tokens in rows], part.labels)
            for rows, part in zip(cut, parts, strict=True)]  # fmt: skip
    return data, len(vocabulary), [len(tokens) for tokens in cut[0]]


def main(arguments=None):
    """Run the study and write its file; with --quick, few texts and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few texts, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    seeds, found = SEEDS[:1] if quick else SEEDS, {}
    with tqdm(total=len(KINDS) * len(WAYS) * len(seeds), disable=None) as progress:
        for name, kind in KINDS.items():
            kind = kind._replace(training=64, test=64, epochs=1) if quick else kind
            data, words, lengths = prepare(kind)
            rows = {}
            for way in WAYS:
                runs = []
                for seed in seeds:
                    runs.append(measure(way, data, words, kind.longest, kind.epochs, seed))
                    progress.update()
                accuracies, seconds = zip(*runs, strict=True)
                rows[way] = {"mean": float(np.mean(accuracies)), "lowest": min(accuracies),
                             "highest": max(accuracies), "values": list(accuracies),
                             "seconds": float(np.mean(seconds))}  # fmt: skip
                print(f"{name:6} {way:40} {rows[way]['mean']:.4f}  {rows[way]['seconds']:6.1f} s", flush=True)
            found[name] = {
                **kind._asdict(),
                "words": words,
                "mean length": float(np.mean(lengths)),
                "ways": rows,
            }
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"embedding": EMBEDDING, "hidden size": H, "batch": BATCH, "learning rate": LEARNING_RATE,
                "min count": MIN_COUNT}  # fmt: skip
    path = results.save(
        "padding_lab", {"settings": settings, "texts": found}, command=COMMAND, seeds=SEEDS,
        seconds=time.process_time() - begin, data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
