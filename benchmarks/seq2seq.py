"""How long does a network take to learn to say words? `python -m benchmarks.seq2seq`, an hour.

Three ways to train the network of the page:

- "plain": as a tutorial writes it, `benchmarks.plain_seq2seq`: a loop over the decoder's steps, and words in
  a random order, padded to the longest of their batch;
- "all steps at once": `rnnkit.seq2seq` on the same batches;
- "similar lengths": `rnnkit.seq2seq` in `training.fit`, on the batches of `g2p.padded`: words of similar
  length, twice as many in a batch, at a rate of its own. The loss of a batch is divided by the symbols of an
  average one, so that those of long words, of which a batch has more, count as much as those of short words.

First it compares the times of a word. Then it asks how many passes over the words each needs until, with the
rate falling to 0 at its end, at most SCORE percent of the test words are wrong, the mean of the SEEDS. The
product is the time to the score. (The first two ways have the same scores and gradients on the same batch,
which a test compares. So the passes of the first are counted with the second, which is faster.)

Writes data/results/seq2seq_speed.json. An interrupted run goes on from files in the temporary
folder. With --quick it runs on few words and writes nothing.
"""

import argparse
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from benchmarks import plain_seq2seq, timing
from rnnkit import datasets, g2p, models, results, training
from rnnkit.g2p.learning import untrained
from rnnkit.g2p.train_g2p import RECIPE

COMMAND = "python -m benchmarks.seq2seq"
PLAIN = {"batch": 64, "learning_rate": 5e-3}  # at 7e-3, six passes leave 31.2% wrong (seed 0)
SIMILAR = {"batch": 128, "learning_rate": 1e-2}  # at 7e-3 it needs eight passes
BATCHES = 20  # of SIMILAR; their words are those of the race
REPEATS = 5
SCORE = 30.5  # percent of the test words that are wrong
PASSES = (6, 7, 8, 9, 10, 11, 12)
SEEDS = (0, 1)  # of the networks that learn


def examples(pairs):
    """Return pairs as `plain_seq2seq.loader` takes them."""
    return [
        (torch.from_numpy(g2p.encode_word(word)), torch.tensor([*g2p.encode_phones(phones), 0]))
        for word, phones in pairs
    ]


def words_of(batches):
    """Return the words of padded batches as examples, in their order."""
    return [
        (x[b, : lengths[b]], y[b][y[b] != plain_seq2seq.IGNORED])
        for (x, lengths, _), y in batches for b in range(len(y))
    ]  # fmt: skip


def adamw(model, way, fused):
    """Return the optimizer of a way, PLAIN or SIMILAR."""
    return torch.optim.AdamW(
        model.parameters(), way["learning_rate"], (0.9, RECIPE["beta2"]),
        weight_decay=RECIPE["weight_decay"], fused=fused,
    )  # fmt: skip


def shared_loss(logits, target, symbols):
    """Return the cross-entropy of a batch, its sum divided by `symbols` of an average batch."""
    return (
        F.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=plain_seq2seq.IGNORED, reduction="sum"
        )
        / symbols
    )


def symbols_a_batch(batches):
    """Return how many symbols a batch has to write, the mean."""
    return sum(int((y != plain_seq2seq.IGNORED).sum()) for _, y in batches) / len(batches)


def networks():
    """Return the network of `rnnkit.seq2seq` and the plain one, with the same weights."""
    ours = untrained(RECIPE)
    plain = plain_seq2seq.Plain(
        ours.encoder.symbols, ours.symbols, RECIPE["embedding_size"], RECIPE["hidden_size"], RECIPE["dropout"]
    )
    plain.take_over(ours)
    return ours, plain


def calls(batches):
    """Return {name: function} that trains one epoch on the words of the batches; each has its own weights."""
    loader = plain_seq2seq.loader(words_of(batches), PLAIN["batch"])
    ours, plain = networks()
    at_once = networks()[0]
    with_fit, with_loader = adamw(ours, SIMILAR, fused=True), adamw(at_once, PLAIN, fused=True)
    plainly, norm = adamw(plain, PLAIN, fused=False), RECIPE["max_norm"]
    loss = partial(shared_loss, symbols=symbols_a_batch(batches))
    return {
        "plain": lambda: plain_seq2seq.train_epoch(plain, loader, plainly, norm),
        "all steps at once": lambda: plain_seq2seq.train_epoch(at_once, loader, with_loader, norm),
        "similar lengths": lambda: training.fit(
            ours, batches, loss=loss, epochs=1, optimizer=with_fit,
            max_norm=norm, device="cpu", progress=False,
        ),
    }  # fmt: skip


def race(batches, repeats):
    """Return the times of a word in µs, and how much of the plain one's time the others take."""
    words = len(words_of(batches))
    times = timing.interleaved(calls(batches), repeats, at_least=0)
    return {
        "words": words,
        "repeats": repeats,
        "clock": timing.CLOCK,
        "microseconds a word": {name: timing.quartiles(1e6 * t / words) for name, t in times.items()},
        "ratio": {name: timing.quartiles(t / times["plain"]) for name, t in times.items() if name != "plain"},
    }


def ways(pairs):
    """Return {name: (way, batches, loss)}, what `training.fit` takes from all pairs."""
    similar = g2p.padded(pairs, SIMILAR["batch"])
    symbols = symbols_a_batch(similar(np.random.default_rng(0)))
    return {
        "plain": (PLAIN, plain_seq2seq.loader(examples(pairs), PLAIN["batch"]), models.next_symbol_loss),
        "similar lengths": (SIMILAR, similar, partial(shared_loss, symbols=symbols)),
    }


def learned(parts, way, batches, loss, passes, seed, checkpoint=None):
    """Train on batches, as `training.fit` takes them, and return how well words are said."""
    model = untrained({**RECIPE, "seed": seed})
    updates = passes * len(batches(np.random.default_rng(0)) if callable(batches) else batches)
    history = training.fit(
        model, batches, loss=loss, epochs=passes, optimizer=adamw(model, way, fused=True),
        schedule=training.WarmupDecay(int(RECIPE["warmup"] * updates), updates), max_norm=RECIPE["max_norm"],
        seed=seed, device="cpu", progress=False, checkpoint=checkpoint,
    )  # fmt: skip
    row = {"passes": passes, "seed": seed, "updates": history[-1]["updates"], "loss": history[-1]["loss"]}
    for name, entries in (("validation", parts.validation), ("test", parts.test)):
        judged = g2p.judge(g2p.pronounce_all(model, [entry.word for entry in entries]), entries)
        row[name] = {"WER": judged.wer, "PER": judged.per}
    return row


def to_the_score(parts, name, way, passes, seeds, score, folder):
    """Return the rows of `learned`, with more and more passes, until the mean of the seeds has the score."""
    rows = []
    for some in passes:
        new = [
            learned(parts, *way, some, seed, folder and folder / f"{name}_{some}_{seed}.safetensors")
            for seed in seeds
        ]
        rows += new
        print(f"{name}: {some} passes, WER", *(f"{row['test']['WER']:.2f}" for row in new), flush=True)
        wrong = np.mean([row["test"]["WER"] for row in new])
        if wrong <= score:
            return rows
    raise RuntimeError(f"{name}: WER {wrong:.2f} after {some} passes, not yet {score}")


def run(parts, batches, repeats, seeds, passes, score, folder=None):
    """Return the race and the passes to the score."""
    pairs = g2p.pairs(parts.training)
    few = g2p.padded(pairs, SIMILAR["batch"])(np.random.default_rng(0))[:batches]
    with timing.one_core():
        raced = race(few, repeats)
        found = {
            name: to_the_score(parts, name, way, passes, seeds, score, folder)
            for name, way in ways(pairs).items()
        }
    ratio = raced["ratio"]["similar lengths"][1]
    needed = {name: rows[-1]["passes"] for name, rows in found.items()}
    return {
        "recipe": RECIPE,
        "ways": {"plain": PLAIN, "similar lengths": SIMILAR},
        "parameters": sum(weight.numel() for weight in untrained(RECIPE).parameters()),
        "race": raced,
        "pairs": len(pairs),
        "score": score,
        "learned": found,
        "passes": needed,
        "ratio to the score": ratio * needed["similar lengths"] / needed["plain"],
    }


def main(arguments=None):
    """Run the comparison, print it and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few words, seconds, writes no file")
    quick = parser.parse_args(arguments).quick
    begin = time.process_time()
    parts = g2p.entries()
    if quick:
        parts = type(parts)(*(part[:300] for part in parts))
        content = run(parts, 1, 2, SEEDS[:1], PASSES[:1], 100.0)
    else:
        folder = Path(tempfile.gettempdir()) / "rnnkit_seq2seq_speed"
        folder.mkdir(exist_ok=True)
        content = run(parts, BATCHES, REPEATS, SEEDS, PASSES, SCORE, folder)
    for name, (low, middle, high) in content["race"]["ratio"].items():
        print(f"{name}: {middle:.3f} of the time of a plain training ({low:.3f} to {high:.3f})")
    print(f"to the score: {content['ratio to the score']:.3f}")
    if quick:
        print("Quick run: nothing was written.")
        return
    path = results.save(
        "seq2seq_speed", content, command=COMMAND, seeds=list(SEEDS), seconds=time.process_time() - begin,
        data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip
    shutil.rmtree(folder)
    print("Wrote", path)


if __name__ == "__main__":
    main()
