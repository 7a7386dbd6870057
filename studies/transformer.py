"""Attention without recurrence: a small Transformer beside LSTMs with dot attention, on the same words.

`python -m studies.transformer` trains networks that say English words and writes
data/results/transformer.json; with --quick it only shows that everything runs. An interrupted run continues
from files in the system's temporary folder.

The rules were fixed before the run, and are those of `studies.attention`, from which the network with dot
attention comes: as many parameters, the same training (batches, epochs, optimizer, schedule), and the
learning rate with the lowest phone error rate on the validation words with SELECTION_SEED, which plays no
further part. That rate must lie inside of those that were tried. What is reported comes from the test words
and from EVALUATION_SEEDS.
"""

from tqdm import tqdm

from rnnkit import datasets, g2p
from rnnkit.seq2seq import TransformerPair
from studies.shared import command
from studies.shared.g2p_runs import TRAINING, Arm, Networks, seq2seq_arm, words
from studies.shared.g2p_scores import compare, scores
from studies.shared.g2p_words import by_length
from studies.shared.intervals import CONFIDENCE

COMMAND = "python -m studies.transformer"
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(3))
SIZES = ("size", "heads", "num_layers", "inner_size")


def build_transformer(recipe):
    """Return an untrained `TransformerPair`."""
    sizes = {name: recipe[name] for name in SIZES}
    return TransformerPair(g2p.SOURCE_SYMBOLS, g2p.TARGET_SYMBOLS, **sizes)


def transformer_arm(**sizes):
    """Return the arm of a `TransformerPair` with the given sizes, trained as all others are."""
    return Arm({"network": "transformer", **TRAINING, **sizes}, build_transformer)


ARMS = {  # equally many parameters, within 1 percent
    "dot": seq2seq_arm(attention="dot", embedding_size=32, hidden_size=96),
    "Transformer": transformer_arm(size=48, heads=4, num_layers=2, inner_size=112),
}
RATES = {"dot": (0.004, 0.008, 0.016), "Transformer": (0.002, 0.004, 0.008)}  # the highest of a training


def everything(quick=False, folder=None):
    """Return what is stored, and the seconds of an earlier run. quick, folder: as in `Networks`."""
    seeds = EVALUATION_SEEDS[:2] if quick else EVALUATION_SEEDS
    said, rows = {}, {}
    with tqdm(disable=None, unit="network") as progress:
        study = Networks(words(quick), SELECTION_SEED, seeds, folder, quick, progress)
        groups = by_length(study.entries.test)
        for name, arm in ARMS.items():
            networks, row = study.network(arm, study.choose(arm, RATES[name]))
            said[name] = [study.said(arm, network) for network in networks]
            rows[name] = row | scores(said[name], groups)
            print(
                f"{name:12} WER {rows[name]['WER']['mean']:.2f}, PER {rows[name]['PER']['mean']:.2f}",
                flush=True,
            )
    compared = compare(said, [("Transformer", "dot")])
    return {
        "settings": {"selection seed": SELECTION_SEED, "evaluation seeds": seeds, "confidence": CONFIDENCE},
        "networks": rows,
        "words of each length": {name: int(which.sum()) for name, which in groups.items()},
        "compared": compared,
    }, study.earlier


def main(arguments=None):
    """Train everything, print the rates and write the file; with --quick, few words and no file."""
    command.run(
        everything, arguments, name="transformer", command=COMMAND, about=__doc__, few="few words",
        seeds=[SELECTION_SEED, *EVALUATION_SEEDS], data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip


if __name__ == "__main__":
    main()
