"""An LSTM that learned from long reviews before it learns from 8,530 sentences: five folds, two seeds.

`python -m studies.sentiment_folds` writes data/results/sentiment_folds.json; with --quick it only shows
that it runs. The recipe is that of `rnnkit.sentiment.train`, with nothing changed from fold to fold. Its
settings were tried on the training part of the first fold. Sentences of the other test parts were among
those, so the first fold is also reported alone; and three early tries, all discarded, printed accuracies on
the test parts of the first three folds. So the test parts were not wholly unseen. Pre-training
reads the reviews of IMDb only, without those that contain a whole sentence of Rotten Tomatoes: no test
sentence is seen in any step.

On every fold, accuracy of
- "pre-trained": the LSTM that has read only IMDb, each seed;
- "fine-tuned": the same after the training fold, each seed;
- "naive Bayes", which has not read the reviews (`studies.sentiment_paired` lets it), and the mean of its
  probability with that of one fine-tuned LSTM, each seed;
- "two LSTMs and naive Bayes": the teacher;
- "large student": the pre-trained LSTM after it learned from the teacher;
- "small student": the LSTM of the page; "small student, rounded": the same with a byte for each weight.
"""

import argparse
import copy
import time
from collections import defaultdict

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets, results, sentiment
from rnnkit.sentiment import reader as review_reader
from rnnkit.sentiment import train as recipe
from studies.shared.review_folds import FOLDS, prepared, pretrained

COMMAND = "python -m studies.sentiment_folds"
SEEDS = range(recipe.RECIPE["teachers"])


def judge(source, lesson, readers, test):
    """Return {model: which test sentences it gets right, (N,) or a row for each seed}."""
    rows = sentiment.encode(test.texts, source.vocabulary)
    before = [sentiment.scores(model, rows) for model in readers]
    after = [sentiment.scores(model, rows) for model in lesson.readers]
    counted = sentiment.log_odds(lesson.counted, test.texts)
    packed = review_reader.pack(lesson.student, lesson.vocabulary)
    own = sentiment.encode(test.texts, lesson.vocabulary)
    said = {
        "pre-trained": [score > 0 for score in before],
        "fine-tuned": [score > 0 for score in after],
        "naive Bayes": [counted > 0],
        "fine-tuned and naive Bayes": [recipe.blend([score], counted) > 0.5 for score in after],
        "two LSTMs and naive Bayes": [recipe.blend(after, counted) > 0.5],
        "large student": [sentiment.scores(lesson.large, rows) > 0],
        "small student": [sentiment.scores(lesson.student, own) > 0],
        "small student, rounded": [sentiment.scores(review_reader.unpack(packed)[0], own) > 0],
    }
    return {name: np.mean(np.array(verdicts) == test.labels, axis=1) for name, verdicts in said.items()}


def summary(accuracies):
    """Return what is reported of accuracies (folds, seeds): the spread is that of the folds."""
    accuracies = np.array(accuracies)
    of_folds = accuracies.mean(axis=1)
    return {
        "mean": float(of_folds.mean()),
        "std over folds": float(of_folds.std(ddof=1)),
        "first fold": float(of_folds[0]),
        "seeds": accuracies.mean(axis=0).tolist(),
        "values": accuracies.tolist(),
    }


def main(arguments=None):
    """Run the study and write its file; with --quick, few texts and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few texts, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    folds, source = prepared(quick)
    seconds = 0.0
    found = defaultdict(list)
    with tqdm(total=len(SEEDS) + FOLDS, disable=None) as progress:
        readers = []
        for seed in SEEDS:
            readers.append(pretrained(source, seed, quick))
            progress.update()
        sentences = recipe.some_sentences(source, SEEDS[0])
        for number, (fold, test) in enumerate(folds):
            start = time.process_time()
            lesson = recipe.teach(source, fold, copy.deepcopy(readers), sentences, 100 * number)
            seconds += (time.process_time() - start) / FOLDS
            for name, row in judge(source, lesson, readers, test).items():
                found[name].append(row)
            print(", ".join(f"{name} {rows[-1].mean():.4f}" for name, rows in found.items()), flush=True)
            progress.update()
    if quick:
        print("a quick run: nothing was written")
        return
    table = {name: summary(rows) for name, rows in found.items()}
    for name, row in table.items():
        print(f"{name:28} {row['mean']:.4f} ± {row['std over folds']:.4f}")
    path = results.save(
        "sentiment_folds",
        {"recipe": recipe.RECIPE, "folds": FOLDS, "reviews left out": source.left_out, "accuracy": table,
         "seconds for a fold": seconds},
        command=COMMAND, seeds=SEEDS, seconds=time.process_time() - begin,
        data={"movie_reviews": datasets.MOVIE_REVIEWS_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
