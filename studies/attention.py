"""Attention on trial: with and without it, two forms of it, its maps, other inputs in training, and CTC.

`python -m studies.attention` trains networks that say English words and writes data/results/attention.json;
with --quick it only shows that everything runs. An interrupted run continues from files in the system's
temporary folder. There are four tables:

- "attention": a decoder without attention, with dot attention and with additive attention, by length of the
  word. All have equally many parameters and the same training.
- "scheduled sampling": dot attention, in training with own phones in place of right ones.
- "ctc": as many parameters, no decoder and no attention. How surprising is the listed pronunciation, are
  drawn pronunciations listed ones, and what of two equal phones in a row?
- "maps": the maps of the networks of the first table, beside an alignment that no network has seen, and
  beside networks with random weights; how much worse a network gets without the letter that it looks at most.

The rules were fixed before the run:

- All learn from all listed pronunciations of the training words. A word counts as right if it is said in any
  of the listed ways.
- Each network uses the learning rate with the lowest phone error rate on the validation words, with
  SELECTION_SEED, which plays no further part. Where the best rate was the first or last one tried, the next
  one is tried too. Scheduled sampling uses that of dot attention.
- What is reported comes from the test words and from EVALUATION_SEEDS; of scheduled sampling from the first
  of them, SHARES_SEEDS. Two networks are compared on the same words, as `rnnkit.report.paired` says.
"""

import time

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets
from studies.shared import attention_maps, command, ctc_reader, g2p_draws
from studies.shared.g2p_runs import Networks, seq2seq_arm, words
from studies.shared.g2p_scores import compare, mean_of, scores
from studies.shared.g2p_words import by_length
from studies.shared.intervals import CONFIDENCE
from studies.shared.ranks import rank_test
from studies.shared.scheduled_sampling import sampling_arm

COMMAND = "python -m studies.attention"
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(5))
RATES = (0.004, 0.008, 0.016)  # the highest of a training
ARMS = {  # equally many parameters, within 1 percent
    "without attention": seq2seq_arm(attention=None, embedding_size=32, hidden_size=108),
    "dot": seq2seq_arm(attention="dot", embedding_size=32, hidden_size=96),
    "additive": seq2seq_arm(attention="additive", units=48, embedding_size=30, hidden_size=92),
}
CTC = ctc_reader.arm(embedding_size=30, hidden_size=51, num_layers=2)
SHARES = (0.1, 0.25)  # of own phones at the end of the training
SHARES_SEEDS = EVALUATION_SEEDS[:3]  # of scheduled sampling
DRAWS = 10  # pronunciations of a word
PAIRS = [("dot", "without attention"), ("additive", "without attention"), ("additive", "dot")]
CTC_PAIRS = [("CTC", "dot"), ("CTC", "without attention")]


def attention_table(study):
    """Return the networks {name: list}, what they said {name: list of Scores}, and the table."""
    networks, said, rows = {}, {}, {}
    for name, arm in ARMS.items():
        networks[name], rows[name] = study.network(arm, study.choose(arm, RATES))
        said[name] = [study.said(arm, network) for network in networks[name]]
    groups = by_length(study.entries.test)
    return networks, said, {
        "networks": {name: row | scores(said[name], groups) for name, row in rows.items()},
        "words of each length": {name: int(which.sum()) for name, which in groups.items()},
        "compared": compare(said, PAIRS),
        "compared by length": {
            name: compare(said, PAIRS[:2], which, len(groups)) for name, which in groups.items()
        },
    }  # fmt: skip


def sampling_table(study, dot, said, row):
    """Return the table of scheduled sampling; its first column is dot attention with a share of 0."""
    seeds = [seed for seed in SHARES_SEEDS if seed in study.seeds]
    dot, said = dot[: len(seeds)], said[: len(seeds)]
    found, rows = {"0": said}, {"0": forced(study, dot) | scores(said)}
    tried = {float(rate): per for rate, per in row["validation PER at each rate"].items()}
    for share in SHARES:
        arm = sampling_arm(ARMS["dot"], share)
        networks, rows[str(share)] = study.network(arm, tried, seeds)
        found[str(share)] = [study.said(arm, network) for network in networks]
        rows[str(share)] |= forced(study, networks) | scores(found[str(share)])
    return {"networks": rows, "compared": compare(found, [(str(share), "0") for share in SHARES])}


def forced(study, networks):
    """Return the phones that are wrong after the right beginning of the first listed pronunciation."""
    each = [attention_maps.wrong_phones(network, study.entries.test) for network in networks]
    return {"wrong after the right beginning": mean_of(each)}


def ctc_table(study, networks, said):
    """Return the table of CTC beside the networks of the first table."""
    test = study.entries.test
    trained, row = study.network(CTC, study.choose(CTC, RATES))
    said = {**said, "CTC": [study.said(CTC, network) for network in trained]}
    doubled = np.array([ctc_reader.neighbours(one.pronunciations[0]) > 0 for one in test])
    bits = {
        "CTC": [ctc_reader.bits_first(network, test) for network in trained],
        "dot": [g2p_draws.bits_first(network, test) for network in networks["dot"]],
    }
    possible = np.isfinite(bits["CTC"][0])  # some need more frames than there are
    table = {
        "network": row | scores(said["CTC"], by_length(test)),
        "compared": compare(said, CTC_PAIRS),
        "rank test of PER": {
            second: rank_test(*([one.per for one in said[name]] for name in (first, second)), len(CTC_PAIRS))
            for first, second in CTC_PAIRS
        },
        "frames": {
            f"{frames} a letter": {part: ctc_reader.too_few(getattr(study.entries, part), frames)
                                   for part in ("training", "test")} for frames in (1, 2)
        },
        "equal neighbours": {"words": int(doubled.sum())} | {
            f"wrong, {name}": [int(one.wrong[doubled].sum()) for one in said[name]] for name in ("CTC", "dot")
        },
        "words with several ways": sum(len(one.pronunciations) > 1 for one in test),
        "bits of the first pronunciation": {
            name: mean_of([one[possible].mean() for one in some]) for name, some in bits.items()
        },
        "drawn and listed": {},
    }  # fmt: skip
    for name, draw, some in (("CTC", ctc_reader.drawn, trained), ("dot", g2p_draws.drawn, networks["dot"])):
        shares = []
        for seed, network in zip(study.seeds, some, strict=True):
            torch.manual_seed(seed)
            drawings = draw(network, [one.word for one in test], DRAWS)
            shares.append(g2p_draws.listed_shares(drawings, test))
        table["drawn and listed"][name] = {
            key: mean_of([100 * one[key] for one in shares]) for key in shares[0]
        }
    return table


def maps_table(study, networks):
    """Return what is measured of the maps of attention."""
    test = [one for one in study.entries.test if attention_maps.alignable(one)]
    begin = time.process_time()
    aligner, history = attention_maps.learned(study.entries.training)
    seconds = time.process_time() - begin
    letters = attention_maps.letters_of(aligner, test)
    table = {
        "words": len(test), "phones": int(sum(map(len, letters))),
        "alignment": {"log probability of a pair": history, "seconds": round(seconds, 1)},
        "diagonal": attention_maps.measured(attention_maps.diagonal(test), letters),
        "chance": attention_maps.measured(attention_maps.chance(test, SELECTION_SEED), letters),
        "trained": {}, "random weights": {}, "needed": {},
    }  # fmt: skip
    for name in ("dot", "additive"):
        untrained = []
        for seed in study.seeds:
            torch.manual_seed(1000 + seed)
            untrained.append(ARMS[name].build(ARMS[name].recipe).eval())
        for key, some in (("trained", networks[name]), ("random weights", untrained)):
            each = [attention_maps.of_network(network, letters, test) for network in some]
            table[key][name] = {measure: mean_of([one[measure] for one in each]) for measure in each[0]}
        each = [
            attention_maps.needed(network, test, seed)
            for network, seed in zip(networks[name], study.seeds, strict=True)
        ]
        table["needed"][name] = {version: mean_of([one[version] for one in each]) for version in each[0]}
    return table


def everything(quick=False, folder=None):
    """Return what is stored, and the seconds of an earlier run. quick, folder: as in `Networks`."""
    seeds = EVALUATION_SEEDS[:2] if quick else EVALUATION_SEEDS
    with tqdm(disable=None, unit="network") as progress:
        study = Networks(words(quick), SELECTION_SEED, seeds, folder, quick, progress)
        networks, said, first = attention_table(study)
        show("attention", first)
        tables = {"attention": first, "maps": maps_table(study, networks)}
        tables["ctc"] = ctc_table(study, networks, said)
        show("ctc", {"networks": {"CTC": tables["ctc"]["network"]}, "compared": tables["ctc"]["compared"]})
        row = first["networks"]["dot"]
        tables["scheduled sampling"] = sampling_table(study, networks["dot"], said["dot"], row)
        show("scheduled sampling", tables["scheduled sampling"])
    return tables, study.earlier


def show(title, table):
    """Print the error rates and the verdicts."""
    print(title)
    for name, row in table["networks"].items():
        print(f"    {name:20} WER {row['WER']['mean']:.2f}, PER {row['PER']['mean']:.2f}")
    for row in table["compared"]:
        print(
            f"    {row['first']} against {row['second']}: {row['difference']:+.2f}, {row['verdict']}",
            flush=True,
        )


def main(arguments=None):
    """Train everything, print the tables and write the file; with --quick, few words and no file."""
    settings = {
        "selection seed": SELECTION_SEED, "evaluation seeds": EVALUATION_SEEDS,
        "seeds of scheduled sampling": SHARES_SEEDS, "draws": DRAWS, "confidence": CONFIDENCE,
    }  # fmt: skip
    command.run(
        everything, arguments, name="attention", command=COMMAND, about=__doc__, few="few words",
        seeds=[SELECTION_SEED, *EVALUATION_SEEDS], settings=settings,
        data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip


if __name__ == "__main__":
    main()
