"""How long does a network take to learn to say words? `python -m benchmarks.seq2seq`, ten minutes.

Three ways to train the network of the page, on the same words:

- "plain": as a tutorial writes it, `benchmarks.plain_seq2seq`: a loop over the decoder's steps, and words in
  a random order, padded to the longest of their batch;
- "all steps at once": `rnnkit.seq2seq` on the same batches;
- "equal lengths": `rnnkit.seq2seq` in `training.fit`, on the batches of `g2p.equal_lengths`, in which nothing
  is padded.

First it compares the times of a word. Then it asks whether the batches change what is learned: the same
network reads as many words, once padded and once with equal lengths, and says the validation words. (The
first two ways have the same scores and gradients on the same batch, which a test compares.)

Writes data/results/seq2seq_speed.json. With --quick it runs on few words and writes nothing.
"""

import argparse
import time

import numpy as np
import torch

from benchmarks import plain_seq2seq, timing
from rnnkit import datasets, g2p, models, results, training
from rnnkit.g2p.learning import untrained
from rnnkit.g2p.train_g2p import RECIPE

COMMAND = "python -m benchmarks.seq2seq"
BATCHES = 30  # of equal lengths; their words are those of the race
REPEATS = 5
SEEDS = (0, 1)  # of the comparison of what is learned
EPOCHS = 1


def examples(pairs):
    """Return pairs as `plain_seq2seq.loader` takes them."""
    return [
        (torch.from_numpy(g2p.encode_word(word)), torch.tensor([*g2p.encode_phones(phones), 0]))
        for word, phones in pairs
    ]


def words_of(batches):
    """Return the words of batches of equal lengths as examples, in their order."""
    return [one for (x, _, _), y in batches for one in zip(x, y, strict=True)]


def adamw(model, fused):
    """Return the optimizer of the recipe."""
    return torch.optim.AdamW(
        model.parameters(), RECIPE["learning_rate"], (0.9, RECIPE["beta2"]),
        weight_decay=RECIPE["weight_decay"], fused=fused,
    )  # fmt: skip


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
    loader = plain_seq2seq.loader(words_of(batches), RECIPE["batch"])
    ours, plain = networks()
    at_once = networks()[0]
    with_fit, with_loader = adamw(ours, fused=True), adamw(at_once, fused=True)
    plainly, norm = adamw(plain, fused=False), RECIPE["max_norm"]
    return {
        "plain": lambda: plain_seq2seq.train_epoch(plain, loader, plainly, norm),
        "all steps at once": lambda: plain_seq2seq.train_epoch(at_once, loader, with_loader, norm),
        "equal lengths": lambda: training.fit(
            ours, batches, loss=models.next_symbol_loss, epochs=1, optimizer=with_fit,
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


def learned(entries, batches, seed, epochs):
    """Train on batches, as `training.fit` takes them, and return how well the entries' words are said."""
    model = untrained({**RECIPE, "seed": seed})
    updates = epochs * len(batches(np.random.default_rng(0)) if callable(batches) else batches)
    begin = time.process_time()
    history = training.fit(
        model, batches, loss=models.next_symbol_loss, epochs=epochs, optimizer=adamw(model, fused=True),
        schedule=training.WarmupDecay(int(RECIPE["warmup"] * updates), updates), max_norm=RECIPE["max_norm"],
        seed=seed, device="cpu", progress=False,
    )  # fmt: skip
    seconds = time.process_time() - begin
    judged = g2p.judge(g2p.pronounce_all(model, [entry.word for entry in entries]), entries)
    return {
        "updates": history[-1]["updates"], "loss": history[-1]["loss"], "WER": judged.wer, "PER": judged.per,
        "seconds": round(seconds, 1),
    }  # fmt: skip


def compared(pairs, entries, seeds, epochs):
    """Return what networks learned from as many words, {"padded", "equal lengths": a row for each seed}."""
    padded = plain_seq2seq.loader(examples(pairs), RECIPE["batch"])
    batches = {"padded": padded, "equal lengths": g2p.equal_lengths(pairs, RECIPE["batch"])}
    return {name: [learned(entries, one, seed, epochs) for seed in seeds] for name, one in batches.items()}


def run(parts, batches, repeats, seeds, epochs):
    """Return the race and the comparison."""
    pairs = g2p.pairs(parts.training)
    few = g2p.equal_lengths(pairs, RECIPE["batch"])(np.random.default_rng(0))[:batches]
    with timing.one_core():
        return {
            "recipe": RECIPE,
            "parameters": sum(weight.numel() for weight in untrained(RECIPE).parameters()),
            "race": race(few, repeats),
            "epochs": epochs,
            "pairs": len(pairs),
            "learned": compared(pairs, parts.validation, seeds, epochs),
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
        content = run(parts, 2, 2, SEEDS[:1], 1)
    else:
        content = run(parts, BATCHES, REPEATS, SEEDS, EPOCHS)
    for name, (low, middle, high) in content["race"]["ratio"].items():
        print(f"{name}: {middle:.3f} of the time of a plain training ({low:.3f} to {high:.3f})")
    for name, rows in content["learned"].items():
        print(f"{name}: WER", *(f"{row['WER']:.2f}" for row in rows))
    if quick:
        print("Quick run: nothing was written.")
        return
    path = results.save(
        "seq2seq_speed", content, command=COMMAND, seeds=list(SEEDS), seconds=time.process_time() - begin,
        data={"cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip
    print("Wrote", path)


if __name__ == "__main__":
    main()
