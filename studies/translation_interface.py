"""Menus and messages of JupyterLab, from English to Chinese: what can be learned from some 3,000 real pairs?

`python -m studies.translation_interface` trains and writes data/results/translation_interface.json; with
--quick it only shows that everything runs. An interrupted run continues from files in the system's temporary
folder. The rules were fixed before the run:

- Pairs that are near twins are in one part, so that no answer can be looked up;
  `studies.shared.interface_texts` says what near twins are. Beside it stand look-ups where twins are not kept
  apart.
- A source is a list of English words in small letters, a target one of Chinese characters; in it Latin words
  and placeholders such as %1 are one token. Tokens that occur once in the training part are unknown. In place
  of an unknown token of the output stands the English word that the network looked at most.
- The network uses the learning rate with the lowest loss on the validation pairs with SELECTION_SEED, which
  plays no further part; where the best rate was the first or last one tried, the next one is tried too.
- BLEU and chrF come from sacrebleu, for the whole test part; BLEU with its tokens for Chinese. Beside the
  network stand the translation of the nearest English text and the English text itself.
- The network is called better than the look-up if the paired bootstrap of sacrebleu says p < 0.05 for both
  scores with every seed.
"""

from collections import Counter

import numpy as np
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest
from tqdm import tqdm

from rnnkit import text
from rnnkit.report.paired import ALPHA
from studies.shared import command
from studies.shared import interface_texts as texts
from studies.shared import translation_runs as runs
from studies.shared.intervals import CONFIDENCE, interval
from studies.shared.nearest import look_up
from studies.shared.rates import tried_rates

COMMAND = "python -m studies.translation_interface"
SELECTION_SEED = 100
EVALUATION_SEEDS = tuple(range(3))
DATA_SEED = 8
VALIDATION, TEST = 200, 300  # pairs at least
SPLITS = range(5)  # seeds of the splits that do not keep twins apart
COMMON = 2  # times that a token must occur in the training part
RECIPE = runs.Recipe("dot", embedding_size=64, hidden_size=128, epochs=20, batch=32, dropout=0.3)
RATES = (0.002, 0.004, 0.008)
SAMPLES = 1000  # of the bootstrap
SHOWN = 30  # test sentences with all answers
PACKAGES = (texts.PACKAGE, "polib", "rapidfuzz", "sacrebleu")


def score(outputs, part):
    """Return what is reported of outputs, a list of texts, for the pairs of a part."""
    wanted = [pair.chinese for pair in part]
    same = [a == texts.joined(texts.chinese(b)) for a, b in zip(outputs, wanted, strict=True)]
    marks = [(placeholders(pair.english), placeholders(one)) for pair, one in zip(part, outputs, strict=True)]
    kept = [asked == found for asked, found in marks if asked]
    return {
        "BLEU": BLEU(tokenize="zh").corpus_score(outputs, [wanted]).score,
        "chrF": CHRF().corpus_score(outputs, [wanted]).score,
        "exact": float(np.mean(same)),
        "placeholders kept": float(np.mean(kept)) if kept else 1.0,
    }


def placeholders(sentence):
    """Return how often each placeholder occurs in a text."""
    return Counter(token for token in texts.chinese(sentence) if token[0] == "%" and token != "%")


def scores(outputs, part):
    """Return the same of the outputs of several seeds: means, of each seed, and an interval."""
    each = [score(one, part) for one in outputs]
    found = {}
    for name in each[0]:
        values = [one[name] for one in each]
        mean = float(np.mean(values))
        found[name] = {"mean": mean, "of each seed": values, "interval": interval(values)}
    return found


def nearest(part, known, answer):
    """Return for each pair of a part the English or Chinese of the known pair whose English is nearest."""
    letters = ([list(pair.english.lower()) for pair in some] for some in (part, known))
    return look_up(*letters, [getattr(pair, answer) for pair in known])


def compare(outputs, looked_up, part, samples=SAMPLES):
    """Return p of each score, and the verdict, of the outputs of each seed against the look-up."""
    p = {"BLEU": [], "chrF": []}
    for one in outputs:
        metrics = {"BLEU": BLEU(tokenize="zh"), "chrF": CHRF()}
        systems = [("look-up", looked_up), ("network", one)]
        test = PairedTest(systems, metrics, [[pair.chinese for pair in part]], "bs", samples)
        _, found = test()  # {name of the column: results of both}; the first column has the names
        for name, (_, result) in zip(p, list(found.values())[1:], strict=True):
            p[name].append(float(result.p_value))
    ahead = {score(one, part)[name] > score(looked_up, part)[name] for one in outputs for name in p}
    sure = all(value < ALPHA for values in p.values() for value in values) and len(ahead) == 1
    return {"p": p, "verdict": ("better" if ahead.pop() else "worse") if sure else "a draw"}


def coded(parts):
    """Return the parts as `translation_runs.Pairs`, whose vocabularies come from the training part."""
    sides = [([texts.english(a) for a, _ in part], [texts.chinese(b) for _, b in part]) for part in parts]
    vocabularies = [text.Vocabulary.count(side, min_count=COMMON) for side in sides[0]]
    return texts.Parts(*(runs.Pairs(*both, vocabularies) for both in sides))


def unknown(pairs, vocabulary):
    """Return the share of the English words of `pairs` that are unknown."""
    return float(np.mean([word not in vocabulary for words in pairs.sources for word in words]))


def without_care(usable, test):
    """Return the scores of look-ups in parts that do not keep twins apart, one for each of SPLITS."""
    splits = [texts.split(usable, VALIDATION, test, seed) for seed in SPLITS]
    each = [score(nearest(parts.test, parts.training, "chinese"), parts.test) for parts in splits]
    return {name: [one[name] for one in each] for name in ("BLEU", "chrF", "exact")}


def everything(quick=False, folder=None):
    """Return what is stored, and the seconds of an earlier run.

    quick: few pairs, one epoch. folder: as in `translation_runs.Trainer`.
    """
    every = texts.messages()
    usable = texts.usable(every)[: 300 if quick else None]
    twins = texts.twins(usable)
    parts = texts.split(usable, *(20, 30) if quick else (VALIDATION, TEST), DATA_SEED, twins)
    pairs = coded(parts)
    looked_up = nearest(parts.test, parts.training, "chinese")
    with tqdm(disable=None, unit="network") as progress:
        train = runs.Trainer(folder, progress, epochs=1 if quick else None)

        def loss(rate):
            return runs.loss_of(train(pairs.training, RECIPE, rate, SELECTION_SEED)[0], pairs.validation)

        tried = tried_rates(loss, RATES, quick)
        rate = min(tried, key=tried.get)
        seeds = EVALUATION_SEEDS[:2] if quick else EVALUATION_SEEDS
        networks, seconds = zip(*(train(pairs.training, RECIPE, rate, seed) for seed in seeds), strict=True)
    spoken = [texts.chinese(pair.english) for pair in parts.test]
    written = [runs.translate(network, pairs.test, spoken) for network in networks]
    outputs = [[texts.joined(tokens) for tokens in one] for one in written]
    found = {
        "pairs": {
            "messages": len(every), "usable": len(usable), "groups of twins": int(twins.max()) + 1,
            **{name: len(part) for name, part in parts._asdict().items()},
        },
        "symbols": list(pairs.training.symbols),
        "unknown words": unknown(pairs.test, text.Vocabulary.count(pairs.training.sources, min_count=COMMON)),
        "network": {
            "recipe": RECIPE._asdict(), "parameters": runs.parameters(pairs.training.symbols, RECIPE),
            "learning rate": rate, "validation loss at each rate": {str(r): x for r, x in tried.items()},
            "seconds of each seed": [round(one, 1) for one in seconds], "test": scores(outputs, parts.test),
        },
        "baselines": {
            "look-up": score(looked_up, parts.test),
            "copy": score([pair.english for pair in parts.test], parts.test),
        },
        "compared with the look-up": compare(outputs, looked_up, parts.test, 20 if quick else SAMPLES),
        "look-up, twins not kept apart": without_care(usable, 30 if quick else TEST),
        "examples": [
            {
                "english": pair.english, "chinese": pair.chinese, "network": outputs[0][k],
                "look-up": looked_up[k], "nearest english": near,
            }
            for k, (pair, near) in enumerate(
                zip(parts.test[:SHOWN], nearest(parts.test[:SHOWN], parts.training, "english"), strict=True)
            )
        ],
    }  # fmt: skip
    for name in ("network", "baselines", "compared with the look-up", "look-up, twins not kept apart"):
        print(name, found[name])
    return found, train.earlier


def main(arguments=None):
    """Train everything, print the scores and write the file; with --quick, few pairs and no file."""
    settings = {
        "longest": texts.LONGEST, "alike": texts.ALIKE, "common": COMMON, "samples": SAMPLES,
        "selection seed": SELECTION_SEED, "evaluation seeds": EVALUATION_SEEDS, "data seed": DATA_SEED,
        "confidence": CONFIDENCE, "packages": runs.versions(PACKAGES),
    }  # fmt: skip
    command.run(
        everything, arguments, name="translation_interface", command=COMMAND, about=__doc__,
        few="few pairs and one epoch", seeds=[SELECTION_SEED, *EVALUATION_SEEDS, DATA_SEED],
        settings=settings, data={texts.PACKAGE: texts.SHA256},
    )  # fmt: skip


if __name__ == "__main__":
    main()
