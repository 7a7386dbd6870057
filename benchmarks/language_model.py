"""A language model in `training.fit` against a plain loop: `python -m benchmarks.language_model`, some
minutes.

Both train the LSTM of the study on the speeches, the same pieces from the same weights, with the state
carried from piece to piece. What do the checks, the means and the progress of `fit`, and the classes of
rnnkit, cost? Writes data/results/language_model_speed.json. With --quick it runs once on small sizes and
writes nothing.
"""

import argparse
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks import timing
from rnnkit import datasets, language, models, results, training

COMMAND = "python -m benchmarks.language_model"
# B streams, T steps in a piece, E numbers for a symbol, H in the state; V is that of the alphabet
SIZE = {"B": 64, "T": 100, "E": 64, "H": 256}
UPDATES = 30
REPEATS = 7
RATE = 2e-3
MAX_NORM = 1.0

QUICK_SIZE = {"B": 2, "T": 3, "E": 4, "H": 5}


class Plain(nn.Module):
    """The same model as a reader would write it who needs one model only."""

    def __init__(self, V, E, H):
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.rnn = nn.LSTM(E, H, batch_first=True)
        self.readout = nn.Linear(H, V)

    def forward(self, x, hidden):
        """Return the scores (B, T, V) and the state."""
        states, hidden = self.rnn(self.embedding(x), hidden)
        return self.readout(states), hidden


def calls(V, size, pieces):
    """Return {name: function} that trains one epoch on the pieces; each goes on with its own weights.

    A function returns its weights after the epoch, {name: array}.
    """
    torch.manual_seed(0)
    model = models.LanguageModel(V, size["E"], size["H"])
    plain = Plain(V, size["E"], size["H"])
    plain.load_state_dict(model.state_dict())
    carried = models.Carried(model)
    optimizers = [torch.optim.Adam(one.parameters(), lr=RATE) for one in (carried, plain)]

    def with_fit():
        training.fit(
            carried, pieces, loss=models.next_symbol_loss, epochs=1, optimizer=optimizers[0],
            max_norm=MAX_NORM, device="cpu", progress=False,
        )  # fmt: skip
        return _weights(model)

    def with_a_loop():
        plain.train()
        hidden = None
        for (x, first), y in pieces:
            if not first:
                hidden = tuple(part.detach() for part in hidden)
            logits, hidden = plain(x, None if first else hidden)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimizers[1].zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(plain.parameters(), MAX_NORM)
            optimizers[1].step()
        return _weights(plain)

    return {"rnnkit": with_fit, "torch": with_a_loop}


def require_equal(functions):
    """Raise unless all functions arrive at the same weights, up to rounding."""
    (name, expected), *others = ((name, call()) for name, call in functions.items())
    for other, found in others:
        for key, array in expected.items():
            if not np.allclose(array, found[key], rtol=1e-3, atol=1e-4):
                raise AssertionError(f"{other} has another {key} than {name}")


def run(codes, V, size, updates, repeats):
    """Race both on the first `updates` pieces of a text; return times of an update in ms and their ratio."""
    codes = codes[: size["B"] * size["T"] * updates + 1]
    pieces = language.stream(codes, size["B"], size["T"])
    functions = calls(V, size, pieces)
    require_equal(functions)
    times = timing.interleaved(functions, repeats, at_least=0)
    return {
        "size": {**size, "V": V},
        "updates": updates,
        "repeats": repeats,
        "clock": timing.CLOCK,
        "milliseconds": {name: timing.quartiles(1e3 * t / updates) for name, t in times.items()},
        "ratio": timing.quartiles(times["rnnkit"] / times["torch"]),
    }


def main(arguments=None):
    """Run the comparison, print it and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small size, a second, writes no file")
    quick = parser.parse_args(arguments).quick
    start = time.perf_counter()
    with timing.one_core():
        if quick:
            content = run(np.random.default_rng(0).integers(0, 5, 99), 5, QUICK_SIZE, updates=4, repeats=3)
        else:
            texts = language.speeches().training
            alphabet = language.alphabet_of(texts)
            codes = alphabet.encode("".join(texts))
            content = run(codes, len(alphabet), SIZE, UPDATES, REPEATS)
    low, middle, high = content["ratio"]
    print(f"fit takes {middle:.3f} of the time of a plain loop ({low:.3f} to {high:.3f})")
    if quick:
        print("Quick run: nothing was written.")
        return
    seconds, data = time.perf_counter() - start, {"speeches": datasets.SPEECHES_SHA256}
    path = results.save(
        "language_model_speed", content, command=COMMAND, seeds=[0], seconds=seconds, data=data
    )
    print("Wrote", path)


def _weights(model):
    return {name: tensor.detach().numpy().copy() for name, tensor in model.state_dict().items()}


if __name__ == "__main__":
    main()
