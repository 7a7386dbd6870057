"""Which vowel of an English word carries the stress? Taggers that read forward, backward, and both ways.

`python -m studies.word_stress` trains them and writes data/results/word_stress.json; with --quick it only
shows that everything runs. The rules were fixed before the run:

- The words are split at random into training, validation and test words, anew for each seed. Two forms of
  one word (table, tables) are different words; the model "both, no relatives" is trained on as many words,
  none of which has the stem of a test word. (The stem knows inflected forms, and few derived words.)
- A one-way tagger with a larger state, and at least as many parameters as the tagger that reads both ways,
  shows what the mere size does.
- A tagger must score a vowel when it comes. "one answer" scores all vowels of the word at once, when it has
  read all: it shows what the moment of the answer does. Its first score belongs to the last vowel, its second
  to the last but one, and so on; "from the start" counts from the first vowel, so that the moment and the
  counting can be told apart. ("forward, one answer" joined when a first run of the others was known, as did
  three of the five learning rates; the other three of one answer joined when that second run was known.)
- Each model uses the learning rate that was best for it on the validation words of SELECTION_SEED, which
  plays no further part. What is reported comes from the test words of EVALUATION_SEEDS. Two models are
  compared on the same words: the differences are taken seed by seed.
"""

import argparse
import time
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

from rnnkit import datasets, models, results, text
from studies.shared.intervals import CONFIDENCE
from studies.shared.stress_accuracy import comparisons, precision, summary
from studies.shared.stress_rules import baselines
from studies.shared.stress_words import by_place, groups, split, words

COMMAND = "python -m studies.word_stress"
TRAINING, VALIDATION, TEST = 20_000, 5_000, 10_000  # words
EMBEDDING = 24  # numbers for a sound
H = 32  # size of the state of each direction
BATCH = 128  # words in an update
EPOCHS = 3
LEARNING_RATES = (0.005, 0.01, 0.02, 0.04, 0.08)  # peak of the one-cycle schedule of Adam
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(5))
MOST_VOWELS = 12  # of a word, for the model that scores them all at once


class Model(NamedTuple):
    """How one tagger differs from the others."""

    direction: str
    hidden_size: int
    relatives: bool = True  # may the training words be other forms of test words?
    one_answer: bool = False  # are all vowels scored at the end, and not each one when it comes?
    from_start: bool = False  # do those scores count the vowels from the first one, and not from the last?


def parameters(model):
    """Return how many parameters a tagger has."""
    return sum(parameter.numel() for parameter in model.parameters())


def tagger(model, vocabulary):
    """Return an untrained network: one score for each sound, or MOST_VOWELS scores for a word."""
    embedding = nn.Embedding(len(vocabulary), EMBEDDING, padding_idx=text.PAD)
    if model.one_answer:
        return models.SequenceClassifier(
            embedding, model.hidden_size, MOST_VOWELS, direction=model.direction, representation="last"
        )
    return models.SequenceTagger(embedding, model.hidden_size, 1, direction=model.direction)


def scores_of(model, network, x, lengths, vowels):
    """Return a score for each sound, (B, T); those of the vowels count, and vowels (B, T) marks them.

    The scores for a whole word belong to its last vowel, its last but one, and so on; or to its first, its
    second, and so on.
    """
    scores = network(x, lengths)
    if not model.one_answer:
        return scores[..., 0]
    number = vowels.cumsum(1) if model.from_start else vowels.flip(1).cumsum(1).flip(1)  # 1 is score 0
    return scores.gather(1, (number - 1).clamp(min=0))


def equal_size(vocabulary):
    """Return the smallest state with which one direction has as many parameters as both directions with H."""
    wanted = parameters(tagger(Model("both", H), vocabulary))
    size = H
    while parameters(tagger(Model("forward", size), vocabulary)) < wanted:
        size += 1
    return size


def collate(batch, vocabulary):
    """Return sounds (B, T), lengths (B,), which places are vowels (B, T), and the stressed places (B,)."""
    x, lengths = text.pad([vocabulary.encode(word.sounds) for word in batch])
    vowels = np.zeros(x.shape, dtype=bool)
    for row, word in zip(vowels, batch, strict=True):
        row[list(word.vowels)] = True
    stressed = np.array([word.stressed for word in batch])
    return tuple(map(torch.from_numpy, (x, lengths, vowels, stressed)))


def batches(some_words, vocabulary, size, rng=None):
    """Yield padded batches of words of similar length; shuffled if there is a generator."""
    for rows in text.batches([len(word.sounds) for word in some_words], size, rng):
        yield rows, collate([some_words[k] for k in rows], vocabulary)


def train(model, training, vocabulary, seed, learning_rate, epochs):
    """Train a tagger to say of each vowel whether it carries the primary stress."""
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 1])
    network = tagger(model, vocabulary)
    optimizer = torch.optim.Adam(network.parameters())
    updates = epochs * -(-len(training) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=updates)
    for _ in range(epochs):
        for _, (x, lengths, vowels, stressed) in batches(training, vocabulary, BATCH, rng):
            target = F.one_hot(stressed, x.shape[1]).float()
            scores = scores_of(model, network, x, lengths, vowels)  # (B, T)
            loss = F.binary_cross_entropy_with_logits(scores[vowels], target[vowels])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network


@torch.no_grad()
def answers(model, network, some_words, vocabulary):
    """Return for each word the place of the vowel with the highest score."""
    found = np.zeros(len(some_words), dtype=int)
    for rows, (x, lengths, vowels, _) in batches(some_words, vocabulary, 500):
        scores = scores_of(model, network, x, lengths, vowels)
        found[rows] = scores.masked_fill(~vowels, -torch.inf).argmax(dim=1).numpy()
    return found


def right(places, some_words):
    """Return for each word whether the answered place is the stressed one."""
    return places == np.array([word.stressed for word in some_words])


def main(arguments=None):
    """Train everything, print a table and write the file; with --quick, few words and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few words, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    sizes, epochs = ((300, 100, 200), 1) if quick else ((TRAINING, VALIDATION, TEST), EPOCHS)
    all_words = words(datasets.cmudict())[:: 50 if quick else 1]
    vocabulary = text.Vocabulary.count(word.sounds for word in all_words)
    wide = equal_size(vocabulary)
    taggers = {
        "forward": Model("forward", H),
        "backward": Model("backward", H),
        "both": Model("both", H),
        "forward, one answer": Model("forward", H, one_answer=True),
        "forward, one answer from the start": Model("forward", H, one_answer=True, from_start=True),
        "backward, one answer": Model("backward", H, one_answer=True),
        "backward, one answer from the start": Model("backward", H, one_answer=True, from_start=True),
        "forward, larger state": Model("forward", wide),
        "backward, larger state": Model("backward", wide),
    }
    rates, tuning = {}, {}
    runs, answered, tables = defaultdict(list), defaultdict(list), []
    steps = len(taggers) * (len(LEARNING_RATES) + len(EVALUATION_SEEDS)) + len(EVALUATION_SEEDS)
    with tqdm(total=steps, disable=None) as progress:
        training, validation, _, _ = split(all_words, SELECTION_SEED, sizes)
        for name, model in taggers.items():
            tried = {}
            for rate in LEARNING_RATES:
                network = train(model, training, vocabulary, SELECTION_SEED, rate, epochs)
                places = answers(model, network, validation, vocabulary)
                tried[rate] = float(right(places, validation).mean())
                progress.update()
            rates[name], tuning[name] = max(tried, key=tried.get), tried
        taggers["both, no relatives"] = taggers["both"]._replace(relatives=False)
        rates["both, no relatives"] = rates["both"]
        for seed in EVALUATION_SEEDS:
            training, _, test, strangers = split(all_words, seed, sizes)
            tables.append(groups(test))
            for name, found in baselines(training, test).items():
                runs[name].append(found)
            runs["suffix, no relatives"].append(baselines(strangers, test)["suffix"])
            for name, model in taggers.items():
                mine = training if model.relatives else strangers
                network = train(model, mine, vocabulary, seed, rates[name], epochs)
                places = answers(model, network, test, vocabulary)
                runs[name].append(right(places, test))
                answered[name].append(by_place(test, places))
                progress.update()
    found = summary(runs, tables)
    for name, model in taggers.items():
        found[name]["answers"] = precision(runs[name], answered[name])
        found[name]["learning rate"] = rates[name]
        found[name]["validation words right"] = {
            str(rate): share for rate, share in tuning.get(name, {}).items()
        }
        found[name]["hidden size"] = model.hidden_size
        found[name]["parameters"] = parameters(tagger(model, vocabulary))
    compared = comparisons(runs)
    for name, row in found.items():
        low, high = row["accuracy"]["interval"]
        print(f"{name:36} {row['accuracy']['mean']:.4f} ({low:.4f} to {high:.4f})")
    for name, row in compared.items():
        low, high = row["better by"]["interval"]
        print(f"{name:40} {row['better by']['mean']:+.4f} ({low:+.4f} to {high:+.4f})")
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"words": len(all_words), "training": TRAINING, "validation": VALIDATION, "test": TEST,
                "embedding": EMBEDDING, "batch": BATCH, "epochs": EPOCHS, "learning rates": LEARNING_RATES,
                "selection seed": SELECTION_SEED, "evaluation seeds": EVALUATION_SEEDS,
                "confidence": CONFIDENCE}  # fmt: skip
    shares = {table: {group: float(np.mean([t[table][group].mean() for t in tables]))
                      for group in tables[0][table]} for table in tables[0]}  # fmt: skip
    path = results.save(
        "word_stress", {"settings": settings, "share of the test words": shares, "models": found,
                        "compared": compared},
        command=COMMAND, seeds=[SELECTION_SEED, *EVALUATION_SEEDS], seconds=time.process_time() - begin,
        data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
