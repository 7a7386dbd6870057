"""One number in, several letters out: does a network that spells a digit's name know the digit as well?

`python -m studies.spelled_digits` trains and writes data/results/spelled_digits.json; with --quick it only
shows that everything runs. An image of a digit, (B, 64), becomes the first state of a decoder without
attention, which writes "zero" to "nine", letter by letter. Beside it stand two networks of chapter 01 that
choose one of ten classes: one reads the image row by row, one sees it at once. The rules were fixed before
the run:

- For each seed the images are split as in chapter 01, and all networks train as there: as many epochs,
  batches of the same size, Adam with a learning rate that falls, and a clipped gradient. Each uses the
  learning rate with the fewest errors on the validation part with SELECTION_SEED, which plays no further
  part; where the best rate was the first or last one tried, the next one is tried too. Then it learns from
  the training and validation part together.
- A digit counts as read if the word is its name to the last letter. What is no digit's name is counted apart.
  "Likeliest name" takes of the ten names the one to which the same network gives the highest probability.
- Two networks are compared as `studies.shared.pairs` says: the same digits, for each seed.
"""

import argparse
import string
import time
from collections import Counter

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

from rnnkit import datasets, models, results, seq2seq, text, training
from rnnkit.models.language_model import IGNORED
from studies.shared import pairs
from studies.shared.intervals import CONFIDENCE, interval
from studies.shared.rates import tried_rates

COMMAND = "python -m studies.spelled_digits"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LETTERS = "\0" + string.ascii_lowercase  # 0 is END
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(5))
EPOCHS, BATCH, MAX_NORM = 20, 64, 1.0  # as in chapter 01
RATES = (0.005, 0.01, 0.02)
SPELLED, LIKELIEST = "spelled", "likeliest name"
ROWS, AT_ONCE = "row by row, ten classes", "all at once, ten classes"


class Speller(nn.Module):
    """Write the name of a digit: an image becomes the first state of a decoder."""

    def __init__(self, hidden_size=64, embedding_size=16):
        super().__init__()
        self.read = nn.Linear(64, hidden_size)
        self.decoder = seq2seq.Decoder(len(LETTERS), embedding_size, hidden_size, attention=None)

    def start(self, images, lengths=None):
        """Return the decoder's first state for images (B, 64); a source of one step needs no lengths."""
        h = torch.tanh(self.read(images))[None]  # (L, B, H) = (1, B, H)
        return seq2seq.DecoderState(h, torch.zeros_like(h))

    def step(self, symbols, state):
        """Read a letter (B,) and return log probabilities of the next, (B, V), the state and no weights."""
        return self.decoder.step(symbols, state)

    def forward(self, images, y_in):
        """Return the scores of the letters, (B, U, V), where the names are known."""
        return self.decoder(y_in, self.start(images))[0]


class RowReader(nn.Module):
    """The network of chapter 01: images (B, 64) row by row, and a readout of the last state."""

    def __init__(self, hidden_size=64):
        super().__init__()
        self.rnn = nn.RNN(8, hidden_size, batch_first=True)
        self.readout = nn.Linear(hidden_size, 10)

    def forward(self, images):
        """Return the scores of the ten classes, (B, 10)."""
        return self.readout(self.rnn(images.unflatten(1, (8, 8)))[1][-1])


def all_at_once():
    """Return the other network of chapter 01: one hidden layer, and no recurrence."""
    return nn.Sequential(nn.Linear(64, 72), nn.Tanh(), nn.Linear(72, 10))


MAKERS = {SPELLED: Speller, ROWS: RowReader, AT_ONCE: all_at_once}


def names_of(labels):
    """Return the letters of the names of digits (B,), as a target (B, U) with END."""
    codes = [[LETTERS.index(letter) for letter in NAMES[k]] + [seq2seq.END] for k in labels]
    return torch.from_numpy(text.pad(codes, IGNORED)[0])


def examples(name, images, labels):
    """Return the inputs and targets of a network, as tensors."""
    images = torch.from_numpy(images)
    if name != SPELLED:
        return (images,), torch.from_numpy(labels)
    target = names_of(labels)
    return (images, seq2seq.shifted(target)), target


def learn(name, images, labels, rate, seed, epochs):
    """Return a trained network."""
    torch.manual_seed(seed)
    model = MAKERS[name]()
    inputs, target = examples(name, images, labels)

    def batches(rng):
        order = torch.from_numpy(rng.permutation(len(target)))
        return [(tuple(part[rows] for part in inputs), target[rows]) for rows in order.split(BATCH)]

    updates = epochs * -(-len(target) // BATCH)
    training.fit(
        model, batches, loss=models.next_symbol_loss if name == SPELLED else F.cross_entropy, epochs=epochs,
        optimizer=torch.optim.Adam(model.parameters(), rate), schedule=training.WarmupDecay(0, updates),
        max_norm=MAX_NORM, seed=seed, progress=False,
    )  # fmt: skip
    return model.eval()


def spell(model, images):
    """Return the word for each image."""
    images = torch.from_numpy(images)
    written = seq2seq.greedy(model, images, torch.ones(len(images), dtype=torch.long), most=10)
    return ["".join(LETTERS[k] for k in one.symbols) for one in written]


@torch.no_grad()
def likeliest(model, images):
    """Return for each image the digit whose name is most probable."""
    target = names_of(range(10))
    scores = []
    for image in torch.from_numpy(images):
        log_p = model(image.expand(10, -1), seq2seq.shifted(target)).log_softmax(dim=2)
        chosen = log_p.gather(2, target.clamp(min=0)[..., None])[..., 0]
        scores.append(chosen.masked_fill(target == IGNORED, 0).sum(dim=1))
    return torch.stack(scores).argmax(dim=1).numpy()


@torch.no_grad()
def answers(name, model, images):
    """Return the digit for each image, (N,); −1 for a word that is no digit's name."""
    if name == SPELLED:
        return np.array([NAMES.index(word) if word in NAMES else -1 for word in spell(model, images)])
    return model(torch.from_numpy(images)).argmax(dim=1).numpy()


def split(images, labels, seed):
    """Return the parts of chapter 01, (images, labels) each: training, validation, both together, test."""
    learn_x, test_x, learn_y, test_y = train_test_split(
        images, labels, test_size=0.25, stratify=labels, random_state=seed
    )
    train_x, valid_x, train_y, valid_y = train_test_split(
        learn_x, learn_y, test_size=0.2, stratify=learn_y, random_state=seed
    )
    return (train_x, train_y), (valid_x, valid_y), (learn_x, learn_y), (test_x, test_y)


def everything(quick=False):
    """Return what is stored. quick: few images, one epoch."""
    images, labels = datasets.digits()
    images = images.reshape(len(images), -1)
    if quick:
        images, labels = images[:200], labels[:200]
    epochs, seeds = (1, EVALUATION_SEEDS[:2]) if quick else (EPOCHS, EVALUATION_SEEDS)
    parts = split(images, labels, SELECTION_SEED)
    rows, right, words = {}, {}, Counter()
    for name in tqdm(MAKERS, disable=None, unit="network"):

        def errors(rate, name=name):
            model = learn(name, *parts[0], rate, SELECTION_SEED, epochs)
            return float((answers(name, model, parts[1][0]) != parts[1][1]).mean())

        tried = tried_rates(errors, RATES, quick)
        rate = min(tried, key=tried.get)
        found, no_name, by_name, begin = [], [], [], time.process_time()
        for seed in seeds:
            _, _, both, (test_x, test_y) = split(images, labels, seed)
            model = learn(name, *both, rate, seed, epochs)
            said = answers(name, model, test_x)
            found.append(said == test_y)
            if name == SPELLED:
                no_name.append(float((said < 0).mean()))
                words.update(word for word in spell(model, test_x) if word not in NAMES)
                by_name.append(likeliest(model, test_x) == test_y)
        rows[name] = {
            "parameters": sum(weight.numel() for weight in MAKERS[name]().parameters()),
            "learning rate": rate, "validation errors at each rate": {str(r): e for r, e in tried.items()},
            "seconds": round(time.process_time() - begin, 1), **shares(found),
        }  # fmt: skip
        right[name] = np.array(found)
        if name == SPELLED:
            rows[name] |= {"no digit's name": no_name, LIKELIEST: shares(by_name)}
            right[LIKELIEST] = np.array(by_name)
    others = [(SPELLED, ROWS), (SPELLED, AT_ONCE), (LIKELIEST, SPELLED)]
    return {
        "test images": len(test_y), "networks": rows, "compared": pairs.compare(right, others),
        "words that are no digit's name": dict(words.most_common()),
    }  # fmt: skip


def shares(right):
    """Return the accuracy of each seed, its mean and an interval; right: booleans (N,) of each seed."""
    each = [float(one.mean()) for one in right]
    return {"accuracy": float(np.mean(each)), "of each seed": each, "interval": interval(each)}


def main(arguments=None):
    """Train everything, print the table and write the file; with --quick, few images and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few images and one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    found = everything(quick)
    for name, row in found["networks"].items():
        print(f"{name:26} {row['accuracy']:.4f}")
    pairs.show(found["compared"])
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {
        "epochs": EPOCHS, "batch": BATCH, "max_norm": MAX_NORM, "selection seed": SELECTION_SEED,
        "evaluation seeds": EVALUATION_SEEDS, "confidence": CONFIDENCE,
    }  # fmt: skip
    path = results.save(
        "spelled_digits", {"settings": settings, **found}, command=COMMAND,
        seeds=[SELECTION_SEED, *EVALUATION_SEEDS], seconds=time.process_time() - begin,
        data={"digits": datasets.DIGITS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
