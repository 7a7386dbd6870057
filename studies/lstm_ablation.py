"""Which parts of the LSTM matter? Nine variants on two tasks, in the spirit of Greff et al. (2017).

`python -m studies.lstm_ablation` trains them and writes data/results/lstm_ablation.json; with --quick it only
shows that everything runs. The rules were fixed before a first run. The second one, which is stored, has a
longer list of learning rates, since most variants had chosen one at an end of the first list, the variant
"input bias -1", and a rank test, since many runs stop at the budget:

- A variant differs from the full LSTM with forget bias 1 in one thing. With the same seed, all of them start
  from the same weights and see the same sequences.
- Each variant uses the learning rate that was best for it on SELECTION_SEEDS: fewest updates to solve on
  average, then lowest loss. What is reported comes from EVALUATION_SEEDS, which play no part in the choice.
- Every update uses new sequences, so that the loss before the update is one on unseen data. A run has solved
  its task at the end of the first BLOCK updates whose mean loss is below 5 % of the trivial loss. One that
  never does counts as UPDATES, the whole budget.
- A variant is faster or slower than another if a rank test on the updates says so after correction for all
  PAIRS of both tasks.
"""

import argparse
import math
import time
from typing import NamedTuple

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import results, tasks
from studies.shared.intervals import CONFIDENCE, interval, share_interval
from studies.shared.ranks import rank_test

COMMAND = "python -m studies.lstm_ablation"


class Variant(NamedTuple):
    """What differs from the full LSTM: in the cell, or only at the start."""

    change: str = "nothing"  # in the cell
    forget_bias: float = 1.0  # at the start
    input_bias: float = 0.0  # at the start


VARIANTS = {
    "full LSTM": Variant(),
    "no input gate": Variant("i = 1"),
    "no forget gate": Variant("f = 1"),
    "no output gate": Variant("o = 1"),
    "coupled gates": Variant("i = 1 - f"),  # i starts at 1 - σ(1) = σ(-1)
    "input bias -1": Variant(input_bias=-1.0),  # the same start of i, and both gates
    "no output activation": Variant("h = o * c"),
    "forget bias 0": Variant(forget_bias=0.0),
    "forget bias 3": Variant(forget_bias=3.0),
}
BASE = "full LSTM"
PAIRS = [(name, BASE) for name in VARIANTS if name != BASE] + [("coupled gates", "input bias -1")]
T = 50  # steps of a sequence
B = 16  # sequences in an update
H = 16  # hidden units
LEARNING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1)  # of Adam
MAX_NORM = 1.0  # of the gradient of one network
SELECTION_SEEDS = (100, 101, 102)
EVALUATION_SEEDS = tuple(range(10))
BLOCK = 25  # updates over which the loss is averaged
SOLVED = 0.05  # of the trivial loss


class Task(NamedTuple):
    """What the study needs to know about a task of rnnkit.tasks."""

    draw: callable  # (T, B, rng) -> x (T, B, D), y (B,)
    features: int  # D
    answers: int  # numbers in an answer
    loss: callable  # (answers (N, answers), targets (N,)) -> (N,)
    trivial: float  # loss of the best constant answer
    updates: int  # budget of a run


TASKS = {
    "adding": Task(
        tasks.adding, 2, 1, lambda answer, y: (answer[:, 0] - y) ** 2, tasks.adding_trivial(), 1500
    ),
    "temporal order": Task(
        tasks.temporal_order, 8, 4,
        lambda answer, y: torch.nn.functional.cross_entropy(answer, y, reduction="none"),
        tasks.temporal_order_trivial(), 1000,
    ),
}  # fmt: skip


def step(change, z, c):
    """One time step from z (…, 4H), the weighted sums of the gates i, f, g, o; return h and c (…, H)."""
    i, f, g, o = z.chunk(4, dim=-1)
    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    if change == "i = 1":
        i = 1
    if change == "f = 1":
        f = 1
    if change == "o = 1":
        o = 1
    if change == "i = 1 - f":
        i = 1 - f
    c = f * c + i * g
    h = o * c if change == "h = o * c" else o * torch.tanh(c)
    return h, c


def start(task, variant, seed):
    """Draw one network: W_ih (D, 4H), W_hh (H, 4H), b (1, 4H), readout (H, answers), its bias (1, answers).

    Weights are uniform within ±1/√H, as in torch.nn.LSTM; biases are 0, but for those in `variant`.
    """
    rng = np.random.default_rng(seed)
    shapes = (task.features, 4 * H), (H, 4 * H), (H, task.answers)
    weight_ih, weight_hh, readout = (rng.uniform(-1, 1, shape) / math.sqrt(H) for shape in shapes)
    bias = np.zeros((1, 4 * H))
    bias[:, :H] = variant.input_bias
    bias[:, H : 2 * H] = variant.forget_bias
    return weight_ih, weight_hh, bias, readout, np.zeros((1, task.answers))


def answers(change, weights, x):
    """Run G networks at once, each on its own sequences x (G, T, B, D); return (G, B, answers)."""
    weight_ih, weight_hh, bias, readout, readout_bias = weights
    G, T, B, D = x.shape
    z = x.reshape(G, T * B, D) @ weight_ih + bias  # all steps in one product
    h = c = x.new_zeros(G, B, weight_hh.shape[1])
    for z_t in z.view(G, T, B, -1).unbind(1):
        h, c = step(change, torch.baddbmm(z_t, h, weight_hh), c)
    return h @ readout + readout_bias


def train(task, variant, seeds, learning_rates, updates, *, length=T, dtype=torch.float32):
    """Train one network for each learning rate and seed; return the losses (rates, seeds, updates).

    They run as one batch of independent networks, because one small network alone would leave the processor
    waiting. Adam, with the gradient of each network clipped to MAX_NORM.
    """
    R, S = len(learning_rates), len(seeds)
    starts = [start(task, variant, seed) for seed in seeds] * R
    weights = [torch.tensor(np.stack(w), dtype=dtype).requires_grad_() for w in zip(*starts, strict=True)]
    rates = torch.tensor(np.repeat(learning_rates, S), dtype=dtype)[:, None, None]
    first = [torch.zeros_like(w) for w in weights]  # running means of Adam: of the gradient,
    second = [torch.zeros_like(w) for w in weights]  # and of its square
    rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
    losses = np.empty((updates, R * S))
    for n in range(1, updates + 1):
        drawn = [task.draw(length, B, rng) for rng in rngs]
        x = torch.tensor(np.stack([x for x, _ in drawn]), dtype=dtype).repeat(R, 1, 1, 1)
        y = torch.tensor(np.stack([y for _, y in drawn])).repeat(R, 1)
        answer = answers(variant.change, weights, x).flatten(0, 1)
        loss = task.loss(answer, y.flatten()).view(R * S, B).mean(dim=1)
        grads = torch.autograd.grad(loss.sum(), weights)
        losses[n - 1] = loss.detach()
        with torch.no_grad():
            norm = sum(grad.square().sum(dim=(1, 2)) for grad in grads).sqrt()
            clip = (MAX_NORM / (norm + 1e-6)).clamp(max=1)[:, None, None]
            for w, grad, m, v in zip(weights, grads, first, second, strict=True):
                m.lerp_(grad * clip, 1 - 0.9)
                v.lerp_((grad * clip).square(), 1 - 0.999)
                w -= rates * (m / (1 - 0.9**n)) / ((v / (1 - 0.999**n)).sqrt() + 1e-8)
    return losses.T.reshape(R, S, updates)


def to_solve(losses, trivial):
    """Return for each run (…, updates) what it spent until it had solved its task, and whether it did."""
    *runs, updates = losses.shape
    blocks = losses[..., : updates - updates % BLOCK].reshape(*runs, -1, BLOCK).mean(axis=-1)
    solved = blocks < SOLVED * trivial
    return np.where(solved.any(axis=-1), BLOCK * (solved.argmax(axis=-1) + 1), updates), solved.any(axis=-1)


def choose(losses, trivial):
    """Choose a learning rate from the losses (rates, seeds, updates) of the selection seeds.

    Returns its index, and for each rate the mean number of updates to solve: the fewest win, then the loss.
    """
    updates = to_solve(losses, trivial)[0].mean(axis=1)
    end = final(losses).mean(axis=1)
    return min(range(len(updates)), key=lambda r: (updates[r], end[r])), updates.tolist()


def final(losses):
    """Return the logarithm (base 10) of the loss at the end of each run (…, updates)."""
    return np.log10(losses[..., -2 * BLOCK :].mean(axis=-1))


def describe(task, variant, updates, length):
    """Choose the learning rate of one variant, train it on the evaluation seeds, and describe these runs."""
    tried = train(task, variant, SELECTION_SEEDS, LEARNING_RATES, updates, length=length)
    best, at_each_rate = choose(tried, task.trivial)
    (losses,) = train(
        task, variant, EVALUATION_SEEDS, LEARNING_RATES[best : best + 1], updates, length=length
    )
    spent, solved = to_solve(losses, task.trivial)
    end = final(losses)
    return {
        "learning rate": LEARNING_RATES[best],
        "updates at each learning rate": at_each_rate,
        "solved": int(solved.sum()),
        "solved interval": share_interval(solved.sum(), len(spent)),
        "updates": float(spent.mean()),
        "updates interval": interval(spent),
        "updates of each seed": spent.tolist(),
        "loss": 10 ** float(end.mean()),
        "loss interval": [10**e for e in interval(end)],
        "loss of each seed": [float(f"{10**e:.4g}") for e in end],
    }


def compare(rows):
    """Return for each of PAIRS, as "A - B", the mean difference in updates and p of the rank test."""
    updates = {name: row["updates of each seed"] for name, row in rows.items()}
    return {
        f"{a} - {b}": {
            "mean": float(np.mean(updates[a]) - np.mean(updates[b])),
            "p": rank_test(updates[a], updates[b], len(TASKS) * len(PAIRS)),
        }
        for a, b in PAIRS
    }


def main(arguments=None):
    """Train everything, print a table and write the file; with --quick, short runs and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short runs on short sequences, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    found = {}
    with tqdm(total=len(TASKS) * len(VARIANTS), disable=None) as progress:
        for title, task in TASKS.items():
            rows = {}
            for name, variant in VARIANTS.items():
                progress.set_description(f"{title}, {name}")
                rows[name] = describe(task, variant, *(BLOCK, 10) if quick else (task.updates, T))
                progress.update()
            found[title] = {"trivial": task.trivial, "budget": task.updates}
            found[title] |= {"variants": rows, "differences": compare(rows)}
    for title, result in found.items():
        for name, row in result["variants"].items():
            print(
                f"{title:14} {name:20} solved {row['solved']:2} of {len(EVALUATION_SEEDS)}, "
                f"updates {row['updates']:6.0f}, loss {row['loss']:.2g}, rate {row['learning rate']}"
            )
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"T": T, "B": B, "H": H, "learning rates": LEARNING_RATES, "confidence": CONFIDENCE,
                "selection seeds": SELECTION_SEEDS, "evaluation seeds": EVALUATION_SEEDS}  # fmt: skip
    path = results.save("lstm_ablation", {"settings": settings, "tasks": found},
                        command=COMMAND, seeds=(*SELECTION_SEEDS, *EVALUATION_SEEDS),
                        seconds=time.process_time() - begin)  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
