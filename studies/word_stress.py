"""Which vowel of an English word carries the stress? Taggers that read forward, backward, and both ways.

`python -m studies.word_stress` trains them and writes data/results/word_stress.json; with --quick it only
shows that everything runs. The rules were fixed before the run:

- The words are split at random into training, validation and test words, anew for each seed. Two forms of
  one word (table, tables) are different words; the model "both, no relatives" is trained on as many words,
  none of which has the stem of a test word.
- A one-way tagger with a larger state, and at least as many parameters as the tagger that reads both ways,
  shows what the mere size does.
- Each model uses the learning rate that was best for it on the validation words of SELECTION_SEED, which
  plays no further part. What is reported comes from the test words of EVALUATION_SEEDS.
"""

import argparse
import re
import time
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np
import torch
from scipy import stats
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

from rnnkit import datasets, models, results, text

COMMAND = "python -m studies.word_stress"
TRAINING, VALIDATION, TEST = 20_000, 5_000, 10_000  # words
EMBEDDING = 24  # numbers for a sound
H = 32  # size of the state of each direction
BATCH = 128  # words in an update
EPOCHS = 3
LEARNING_RATES = (0.01, 0.02)  # peak of the one-cycle schedule of Adam
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(5))
CONFIDENCE = 0.95  # of each interval
ENDING = re.compile(r"(es|s|ed|d|ing|er|ers|ly)$")  # of a form of a word, roughly


class Word(NamedTuple):
    """One entry: its sounds without stress, where its vowels are, and which of these places is stressed."""

    spelling: str
    sounds: tuple
    vowels: tuple
    stressed: int


class Model(NamedTuple):
    """How one tagger differs from the others."""

    direction: str
    hidden_size: int
    relatives: bool = True  # may the training words be other forms of test words?


def words(dictionary):
    """Return the words of letters that have, as usually said, two vowels or more and one primary stress."""
    found = []
    for spelling, (sounds, *_) in dictionary.items():
        vowels = tuple(k for k, sound in enumerate(sounds) if sound[-1].isdigit())
        stressed = [k for k in vowels if sounds[k].endswith("1")]
        if re.fullmatch("[a-z]+", spelling) and len(vowels) >= 2 and len(stressed) == 1:
            plain = tuple(sound.rstrip("012") for sound in sounds)
            found.append(Word(spelling, plain, vowels, stressed[0]))
    return found


def stem(spelling):
    """Return a word without common endings: "hop" for hop, hops, hopping, hope and hoped.

    It is rough, and errs on the side of too many relatives.
    """
    while (shorter := ENDING.sub("", spelling)) != spelling and len(shorter) >= 2:
        spelling = shorter
    return re.sub(r"(.)\1$", r"\1", re.sub("e$", "", spelling)).replace("y", "i")


def split(all_words, seed, sizes):
    """Return training, validation and test words, and training words without a relative of a test word."""
    training, validation, test = sizes
    order = [all_words[k] for k in np.random.default_rng(seed).permutation(len(all_words))]
    held_out, pool = order[: validation + test], order[validation + test :]
    stems = {stem(word.spelling) for word in held_out[validation:]}
    strangers = [word for word in pool if stem(word.spelling) not in stems]
    return pool[:training], held_out[:validation], held_out[validation:], strangers[:training]


def parameters(model):
    """Return how many parameters a tagger has."""
    return sum(parameter.numel() for parameter in model.parameters())


def tagger(model, vocabulary):
    """Return an untrained tagger: one score for each sound."""
    embedding = nn.Embedding(len(vocabulary), EMBEDDING, padding_idx=text.PAD)
    return models.SequenceTagger(embedding, model.hidden_size, 1, direction=model.direction)


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
    """Give padded batches of words of similar length; shuffled if there is a generator."""
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
            scores = network(x, lengths)[..., 0]  # (B, T)
            loss = F.binary_cross_entropy_with_logits(scores[vowels], target[vowels])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network


@torch.no_grad()
def right(network, some_words, vocabulary):
    """Return for each word whether the vowel with the highest score is the stressed one."""
    found = np.zeros(len(some_words), dtype=bool)
    for rows, (x, lengths, vowels, stressed) in batches(some_words, vocabulary, 500):
        scores = network(x, lengths)[..., 0].masked_fill(~vowels, -torch.inf)
        found[rows] = (scores.argmax(dim=1) == stressed).numpy()
    return found


def baselines(training, some_words):
    """Return for each rule without a network which words it gets right.

    sound: the vowel whose sound carries the stress most often, wherever it stands. (Many unstressed vowels
    are short and dull: AH, IH.) suffix: look for the longest ending of sounds that some training word with as
    many vowels has, and take the most frequent place of the stress among those words, counted from the end.
    """
    by_suffix, by_sound = defaultdict(Counter), defaultdict(Counter)
    for word in training:
        for place in word.vowels:
            by_sound[word.sounds[place]][place == word.stressed] += 1
        from_end = word.vowels.index(word.stressed) - len(word.vowels)
        for start in range(len(word.sounds) + 1):
            by_suffix[len(word.vowels), word.sounds[start:]][from_end] += 1

    def answer(word, starts):
        for start in starts:
            if counts := by_suffix.get((len(word.vowels), word.sounds[start:])):
                return word.vowels[counts.most_common(1)[0][0]]
        return word.vowels[0]

    share = {sound: counts[True] / counts.total() for sound, counts in by_sound.items()}
    rules = {
        "first vowel": lambda word: word.vowels[0],
        "majority": lambda word: answer(word, [len(word.sounds)]),
        "sound": lambda word: max(word.vowels, key=lambda place: share.get(word.sounds[place], 0)),
        "suffix": lambda word: answer(word, range(len(word.sounds) + 1)),
    }
    return {
        name: np.array([rule(word) == word.stressed for word in some_words]) for name, rule in rules.items()
    }


def groups(some_words):
    """Return {table: {group: which words}}: by length, and by the stressed vowel from the end."""
    length = np.array([len(word.sounds) for word in some_words])
    from_end = np.array([len(word.vowels) - word.vowels.index(word.stressed) for word in some_words])
    return {
        "sounds": {
            "2 to 4": length <= 4, "5 or 6": (length >= 5) & (length <= 6),
            "7 or 8": (length >= 7) & (length <= 8), "9 or 10": (length >= 9) & (length <= 10),
            "11 or more": length >= 11,
        },
        "stressed vowel": {
            "last": from_end == 1, "last but one": from_end == 2, "last but two": from_end == 3,
            "earlier": from_end >= 4,
        },
    }  # fmt: skip


def interval(values):
    """Return mean and ends of the t interval for the mean."""
    values = np.asarray(values, dtype=float)
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1) * stats.sem(values)
    return {
        "mean": float(values.mean()),
        "interval": [float(values.mean() - half), float(values.mean() + half)],
    }


def summary(runs, tables):
    """Describe every model. runs: {model: [right or not, for each seed]}; tables: [groups of each seed]."""
    accuracy = {name: [float(seed.mean()) for seed in found] for name, found in runs.items()}
    rows = {}
    for name, found in runs.items():
        differences = np.array(accuracy["both"]) - accuracy[name]
        rows[name] = {
            "accuracy": interval(accuracy[name]) | {"of each seed": accuracy[name]},
            "both is better by": interval(differences),
            "by group": {
                table: {
                    group: interval([ok[t[table][group]].mean() for ok, t in zip(found, tables, strict=True)])
                    for group in tables[0][table]
                }
                for table in tables[0]
            },
        }
    return rows


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
        "forward, larger state": Model("forward", wide),
        "backward, larger state": Model("backward", wide),
    }
    rates = {}
    runs, tables = defaultdict(list), []
    steps = len(taggers) * (len(LEARNING_RATES) + len(EVALUATION_SEEDS)) + len(EVALUATION_SEEDS)
    with tqdm(total=steps, disable=None) as progress:
        training, validation, _, _ = split(all_words, SELECTION_SEED, sizes)
        for name, model in taggers.items():
            tried = {}
            for rate in LEARNING_RATES:
                network = train(model, training, vocabulary, SELECTION_SEED, rate, epochs)
                tried[rate] = float(right(network, validation, vocabulary).mean())
                progress.update()
            rates[name] = max(tried, key=tried.get)
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
                runs[name].append(right(network, test, vocabulary))
                progress.update()
    found = summary(runs, tables)
    for name, model in taggers.items():
        found[name]["learning rate"] = rates[name]
        found[name]["hidden size"] = model.hidden_size
        found[name]["parameters"] = parameters(tagger(model, vocabulary))
    for name, row in found.items():
        low, high = row["accuracy"]["interval"]
        print(f"{name:24} {row['accuracy']['mean']:.4f} ({low:.4f} to {high:.4f})")
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
        "word_stress", {"settings": settings, "share of the test words": shares, "models": found},
        command=COMMAND, seeds=[SELECTION_SEED, *EVALUATION_SEEDS], seconds=time.process_time() - begin,
        data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
