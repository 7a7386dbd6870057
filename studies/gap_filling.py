"""One letter of a word is missing. Who fills the gap: a forward model, a backward model, both, or counts?

`python -m studies.gap_filling` trains them and writes data/results/gap_filling.json; with --quick it only
shows that everything runs. The rules were fixed before the run:

- The words are those of `language.words`. Each test word of at least three letters has one gap, at a place
  that is drawn once; every model fills the same gaps. A model answers with the letter that it holds
  likeliest; only the letter that stood there is right, even if another makes a word too.
- The networks are language models, trained on whole words and never on gaps. "forward" has read what stands
  before the gap. "backward" was trained on reversed words, and has read what stands behind it. "both"
  multiplies the two probabilities and divides by how often the letter occurs: right if, given the letter, the
  two sides told nothing of each other. "forward, whole words" puts each of the 26 letters into the gap and
  lets the forward model say how likely the whole word is: exact, and 26 times the work.
- The counts: of letters; of letters between the same neighbours ("around"); Kneser-Ney from the left, and on
  whole words. Their orders, width and strength are those with the fewest bits on the gaps of validation
  words.
- Each direction uses the learning rate that was best for it on the validation words, in a shorter training
  with SELECTION_SEED, which plays no further part. Where the best one is the last of the list, the list is
  made longer. One criterion: which gaps are filled correctly, by the paired test of
  `rnnkit.report`.
- Asked after the first results, which were known for a smaller network and for one with a shorter choice of
  the learning rate: do the counts owe their lead to words that hold a whole training word ("by parts")?
"""

import argparse
import time
from collections import defaultdict

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets, language, results
from rnnkit.language import WORDS
from rnnkit.language.counting import KneserNey
from rnnkit.language.learning import learn, shuffled_words
from rnnkit.language.pieces import padded
from studies.shared import gaps
from studies.shared.pairs import answers_of, compare, show
from studies.shared.rates import best_rate

COMMAND = "python -m studies.gap_filling"
RECIPE = {
    "kind": "lstm",
    "embedding_size": 24,  # numbers for a letter
    "hidden_size": 160,
    "dropout": 0.2,  # of what goes into the readout
    "warmup": 0.2,  # share of the updates in which the learning rate rises
    "max_norm": 1.0,  # of the gradient
}
BATCH, STEPS = 32, 32  # streams of words that are read side by side, and symbols in a piece
EPOCHS = 5
SELECTION_EPOCHS = 2  # of the runs that only choose the learning rate
LEARNING_RATES = (0.008, 0.016, 0.032)  # peak of the schedule of Adam, to begin with
GAP_SEED = 8  # of the places of the gaps
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(3))
ORDERS = range(2, 9)  # of Kneser-Ney
WIDTHS = range(1, 5)  # neighbours on each side
STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
TUNING = 2_000  # gaps of validation words on which the counts are chosen
EXAMPLES = 12
PAIRS = (
    ("forward", "Kneser-Ney, left"),
    ("forward", "backward"),
    ("both", "forward"),
    ("both", "backward"),
    ("both", "around"),
    ("forward, whole words", "both"),
    ("forward, whole words", "Kneser-Ney, whole words"),
    ("around", "forward"),
)


def reversed_words(words):
    """Return the words, each from its end to its start."""
    return [word[::-1] for word in words]


def train(words, seed, learning_rate, epochs):
    """Return a language model trained on words."""
    recipe = RECIPE | {"learning_rate": learning_rate, "epochs": epochs, "seed": seed}
    return learn(len(WORDS), shuffled_words(words, BATCH, STEPS), recipe, progress=False)


def bits_per_character(network, words):
    """Return the bits that a model needs for a character of the words, END included."""
    return float(language.word_bits(network, words).sum() / sum(len(word) + 1 for word in words))


@torch.no_grad()
def from_left(network, words, places):
    """Return log p (N, 26) of the letters in the gaps, by a network that has read what stands before them."""
    found = np.empty((len(words), gaps.LETTERS))
    for rows, x, _ in padded(words, 500):
        scores = network(torch.from_numpy(x))[0].double()
        found[rows] = scores[np.arange(len(rows)), places[rows], 1:].numpy()
    return gaps.normalised(found)


def from_whole_words(network, words, places):
    """Return log p (N, 26) by the probabilities that the network gives to whole words."""
    bits = language.word_bits(network, gaps.filled(words, places))
    return gaps.normalised(-np.log(2) * bits.reshape(-1, gaps.LETTERS))


def networks_fill(forward, backward, floor, words, places):
    """Return {way: log p (N, 26)} of the ways to fill gaps with two networks. floor: log p of the letters."""
    left = from_left(forward, words, places)
    right = from_left(backward, reversed_words(words), np.array([len(word) for word in words]) - 1 - places)
    return {
        "forward": left,
        "backward": right,
        "both": gaps.normalised(left + right - floor),
        "forward, whole words": from_whole_words(forward, words, places),
    }


def counts_fill(training_words, validation, test):
    """Return {way: log p (N, 26)} of the ways to count, and what was chosen and by which bits.

    validation, test: words and the places of their gaps.
    """
    texts = gaps.encoded(training_words)
    wanted = gaps.missing(*validation)
    kneser_ney = {order: KneserNey(order, len(WORDS)).fit(texts, start=0) for order in ORDERS}
    around = {
        (width, strength): gaps.Around(training_words, width, strength)
        for width in WIDTHS
        for strength in STRENGTHS
    }
    ways = {
        "Kneser-Ney, left": {order: (gaps.from_left, one) for order, one in kneser_ney.items()},
        "Kneser-Ney, whole words": {order: (gaps.from_whole_words, one) for order, one in kneser_ney.items()},
        "around": {key: (gaps.Around.__call__, one) for key, one in around.items()},
    }
    found = {"letters": np.broadcast_to(gaps.unigram(training_words), (len(test[0]), gaps.LETTERS))}
    chosen = {}
    for name, tried in ways.items():
        bits = {key: bits_of(fill(one, *validation), wanted).mean() for key, (fill, one) in tried.items()}
        best = min(bits, key=bits.get)
        fill, one = tried[best]
        found[name] = fill(one, *test)
        chosen[name] = {"chosen": best, "validation bits": {str(key): float(b) for key, b in bits.items()}}
    return found, chosen


def bits_of(filled, wanted):
    """Return the bits of the letters that stood in the gaps, (N,)."""
    return -filled[np.arange(len(wanted)), wanted] / np.log(2)


def row_of(filled, wanted, groups):
    """Return what is reported of one way. filled: its log p (seeds, N, 26)."""
    right = np.array([one.argmax(axis=1) == wanted for one in filled])
    bits = [float(bits_of(one, wanted).mean()) for one in filled]
    return {
        "accuracy": {"mean": float(right.mean()), "seeds": right.mean(axis=1).tolist()},
        "bits": {"mean": float(np.mean(bits)), "seeds": bits},
        **{
            f"accuracy by {table}": {name: float(right[:, group].mean()) for name, group in some.items()}
            for table, some in groups.items()
        },
    } | answers_of(right)


def examples(filled, words, places):
    """Return some gaps and the three likeliest letters of each way, with their probabilities, first seed."""
    shown = np.flatnonzero(np.array([len(word) for word in words]) >= 6)[:EXAMPLES]
    letters = WORDS.characters[1:]

    def likeliest(row):
        return [[letters[k], round(float(np.exp(row[k])), 4)] for k in np.argsort(-row, kind="stable")[:3]]

    return [
        {
            "word": words[k],
            "gap": f"{words[k][: places[k]]}_{words[k][places[k] + 1 :]}",
            "answers": {name: likeliest(some[0][k]) for name, some in filled.items()},
        }
        for k in shown
    ]


def main(arguments=None):
    """Train everything, print a table and write the file; with --quick, few words and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few words, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    parts = language.words()
    learned, epochs, seeds = parts.training, EPOCHS, EVALUATION_SEEDS
    if quick:
        learned, epochs, seeds = learned[:2000], 1, EVALUATION_SEEDS[:1]
    words, places = gaps.with_gaps(parts.test[:200] if quick else parts.test, GAP_SEED)
    validation = gaps.with_gaps(parts.validation[: 100 if quick else TUNING], GAP_SEED)
    wanted, floor = gaps.missing(words, places), gaps.unigram(learned)
    counted, chosen = counts_fill(learned, validation, (words, places))
    filled = defaultdict(list, {name: [one] for name, one in counted.items()})
    rates, seconds = {}, []
    directions = {"forward": learned, "backward": reversed_words(learned)}
    with tqdm(total=2 * (len(LEARNING_RATES) + len(seeds)), disable=None) as progress:
        for name, some in directions.items():
            held_out = parts.validation if name == "forward" else reversed_words(parts.validation)

            def score(rate, some=some, held_out=held_out):
                network = train(some, SELECTION_SEED, rate, SELECTION_EPOCHS)
                progress.update()
                return bits_per_character(network, held_out)

            best, tried = (LEARNING_RATES[1], {}) if quick else best_rate(score, LEARNING_RATES)
            rates[name] = {
                "learning rate": best,
                "validation bits per character": {str(rate): bits for rate, bits in tried.items()},
            }
        for seed in seeds:
            networks = []
            for name, some in directions.items():
                start = time.process_time()
                networks.append(train(some, seed, rates[name]["learning rate"], epochs))
                seconds.append(time.process_time() - start)
                progress.update()
            for name, one in networks_fill(*networks, floor, words, places).items():
                filled[name].append(one)
    groups = {"place": gaps.by_place(words, places), "parts": gaps.by_parts(words, learned)}
    right = {name: np.array([one.argmax(axis=1) == wanted for one in some]) for name, some in filled.items()}
    rows = {name: row_of(some, wanted, groups) for name, some in filled.items()}
    for name, row in rows.items():
        print(f"{name:25} {row['accuracy']['mean']:.4f} right, {row['bits']['mean']:.3f} bits a letter")
    compared = compare(right, PAIRS)
    show(compared)
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"training words": len(learned), "gaps": len(words), "validation gaps": len(validation[0]),
                "shortest word": gaps.SHORTEST, "recipe": RECIPE, "batch": BATCH, "steps": STEPS,
                "epochs": epochs, "selection epochs": SELECTION_EPOCHS, "orders": list(ORDERS),
                "widths": list(WIDTHS), "strengths": STRENGTHS, "selection seed": SELECTION_SEED,
                "evaluation seeds": EVALUATION_SEEDS, "gap seed": GAP_SEED,
                "parameters": sum(p.numel() for p in networks[0].parameters())}  # fmt: skip
    path = results.save(
        "gap_filling",
        {"settings": settings, "models": rows, "compared": compared, "networks": rates, "counts": chosen,
         "share of the gaps": {name: float(group.mean()) for some in groups.values()
                               for name, group in some.items()},
         "examples": examples(filled, words, places), "seconds of a training": float(np.mean(seconds))},
        command=COMMAND, seeds=[SELECTION_SEED, *EVALUATION_SEEDS, GAP_SEED],
        seconds=time.process_time() - begin, data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
