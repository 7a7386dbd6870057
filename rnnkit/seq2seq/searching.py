"""What does the model write? Greedy and beam search, and the probability of a given output.

A model is anything with `start(x, lengths)` -> state, `step(symbols, state)` -> log probabilities (B, V), the
state, weights (B, T) or None, and a state with `take(rows)`, such as `Seq2Seq`. `score` also asks for
`symbols`, V, and calls the model itself, with (x, lengths, y_in).
"""

from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from rnnkit import _validation as v
from rnnkit.models.language_model import IGNORED
from rnnkit.models.sequence import check_indices, check_integers, checked_lengths
from rnnkit.seq2seq.decoder import END, shifted

MOST_ALPHA = 10  # with more, only the lengths would count, and N ** alpha would soon be infinite


class Output(NamedTuple):
    """What a model wrote.

    symbols: list of integers, without END. finished: False where only the cap made it stop.
    log_probability: the sum of the logarithms of the probabilities of all symbols, with END if it came.
    weights: (N, T), a row for each of these symbols, over the T symbols of the source; None without
        attention.
    """

    symbols: list[int]
    finished: bool
    log_probability: float
    weights: np.ndarray | None = None

    def rated(self, alpha=1.0):
        """Return log_probability / N ** alpha for N symbols with END: 0 compares outputs as they are."""
        v.number("alpha", alpha, 0, MOST_ALPHA)
        return self.log_probability / (len(self.symbols) + self.finished) ** alpha


@torch.no_grad()
def greedy(model, x, lengths, *, most=None):
    """Return one `Output` for each source: at every step the symbol with the highest probability.

    x: sources (B, T), padded at the end. lengths: (B,), integers from 1 to T.
    most: after so many symbols an output stops anyway, since nothing makes a model come to an end; None for
        2T + 10, with the T of each source. Of equal probabilities the symbol with the smaller number counts.

    Raises TypeError or ValueError that names the argument, and FloatingPointError if the model gives NaN
    instead of log probabilities, as after a training that diverged. So do the other searches, and `score`.
    """
    x, lengths, caps = _asked(model, x, lengths, most)
    with _evaluating(model):
        state = model.start(x, lengths)
        symbols = torch.full((len(x),), END, device=x.device)
        rows = np.arange(len(x))  # which sources are still being written
        written, maps = [[] for _ in rows], [[] for _ in rows]
        total, finished = np.zeros(len(x)), np.zeros(len(x), bool)
        while len(rows):
            log_p, state, looked = _next(model, symbols, state)
            best, symbols = log_p.double().max(dim=1)
            total[rows] += best.cpu().numpy()
            finished[rows] = (symbols == END).cpu().numpy()
            for k, (row, symbol) in enumerate(zip(rows, symbols.tolist(), strict=True)):
                written[row].append(symbol)
                if looked is not None:
                    maps[row].append(looked[k])
            on = [k for k, row in enumerate(rows) if not finished[row] and len(written[row]) < caps[row]]
            if len(on) < len(rows):
                chosen = torch.tensor(on, dtype=torch.long, device=x.device)
                rows, symbols, state = rows[on], symbols[chosen], state.take(chosen)
    return [
        _output(written[b], finished[b], total[b], torch.stack(maps[b]) if maps[b] else None, lengths[b])
        for b in range(len(x))
    ]


def beam_search(model, x, width, *, most=None, alpha=1.0, n_best=None):
    """Return the outputs for one source, best first: a list of `Output`. See `beam_searches`.

    x: the source, (T,).
    """
    v.instance("x", x, torch.Tensor)
    if x.ndim != 1 or not x.numel():
        raise ValueError(f"x must be one source (T,), not empty, got {tuple(x.shape)}")
    return beam_searches(
        model, x[None], torch.tensor([len(x)]), width, most=most, alpha=alpha, n_best=n_best
    )[0]


@torch.no_grad()
def beam_searches(model, x, lengths, width, *, most=None, alpha=1.0, n_best=None):
    """Return for each source a list of `Output`, best first: more than one beginning is kept at every step.

    x, lengths, most: as in `greedy`. width: K, how many places there are. At each step all beginnings are
        continued with all symbols, and the best take the places. One that ends keeps its place, so that a
        search with one place is `greedy`, and one with a place for every possible output tries them all.
        There may be more places than symbols; at the first step the others then stay empty.
    alpha: outputs are compared by log probability / (number of symbols with END) ** alpha, 0 to 10; 0
        prefers short ones. What the cap cut off stands behind all that ended.
    n_best: how many outputs come back at most; None for all that were found, up to K.

    Raises what `greedy` raises.
    """
    K = v.integer("width", width, 1)
    v.number("alpha", alpha, 0, MOST_ALPHA)
    n_best = K if n_best is None else v.integer("n_best", n_best, 1, K)
    x, lengths, caps = _asked(model, x, lengths, most)
    caps = torch.from_numpy(caps).to(x.device)
    with _evaluating(model):
        state = model.start(x, lengths)
        found = [[] for _ in x]
        rows = torch.arange(len(x), device=x.device)  # the sources with beginnings that go on
        free = torch.full_like(rows, K)  # how many places no finished output keeps
        total = torch.zeros(
            len(x), 1, dtype=torch.float64, device=x.device
        )  # log p; −∞ where a place is empty
        symbols, written, maps = torch.full_like(rows, END), None, None
        while len(rows):
            log_p, state, looked = _next(model, symbols, state, total.flatten() > -torch.inf)
            P = total.shape[1]
            total, parents, new = _best(total, log_p, free, K)
            origins = torch.arange(len(rows), device=x.device)[:, None] * P + parents  # rows of the last step
            written = _longer(written, new, origins)
            maps = None if looked is None else _longer(maps, looked[origins], origins)

            there = total > -torch.inf
            ended = there & (new == END)
            leaving = ended | (there & (caps[rows] == written.shape[2])[:, None])
            for k, place in leaving.nonzero().tolist():
                b = int(rows[k])
                found[b].append(_output(written[k, place].tolist(), ended[k, place], total[k, place],
                                        None if maps is None else maps[k, place], lengths[b]))  # fmt: skip
            total = total.masked_fill(leaving, -torch.inf)
            on = (there & ~leaving).any(dim=1)
            rows, free, total = rows[on], (free - ended.sum(dim=1))[on], total[on]
            symbols, written = new[on].flatten(), written[on]
            maps = None if maps is None else maps[on]
            state = state.take(origins[on].flatten())
    return [
        sorted(outputs, key=lambda one: (not one.finished, -one.rated(alpha)))[:n_best] for outputs in found
    ]


@torch.no_grad()
def score(model, x, lengths, y):
    """Return the log probability of given outputs, (B,): the sum over their symbols, with END.

    x, lengths: as in `greedy`. y: what is written, (B, U), with END where it ends; −100, which counts for
        nothing, fills a row up to its end.

    Raises what `greedy` raises.
    """
    x, lengths, _ = _asked(model, x, lengths, None, ("symbols",))
    check_integers(y, "y", "(B, U)")
    y = y.to(x.device)
    ignored = y == IGNORED
    symbols = y.masked_fill(ignored, END).long()
    check_indices(symbols, model.symbols, "y", "(B, U)")
    if len(y) != len(x):
        raise ValueError(f"y must be ({len(x)}, U), one row for each source, got {tuple(y.shape)}")
    if (again := (ignored[:, :-1] & ~ignored[:, 1:]).any(dim=1)).any():
        row = int(again.nonzero()[0])
        raise ValueError(f"y must have {IGNORED} at the end of a row only, got others behind it in row {row}")
    with _evaluating(model):
        log_p = model(x, lengths, shifted(y)).log_softmax(dim=2)
    found = log_p.gather(2, symbols[..., None])[..., 0].masked_fill(ignored, 0).sum(dim=1)
    if found.isnan().any():
        row = int(found.isnan().nonzero()[0])
        raise FloatingPointError(f"model must give scores that are numbers, got NaN for row {row}")
    return found


def _next(model, symbols, state, counted=None):
    """Return the model's next step, if it says something: a log probability above −∞ for some symbol.

    counted: bool (B,), the rows from which that is asked, since other rows are empty places of a beam; None
        for all. NaN is wrong in every row.
    """
    log_p, state, looked = model.step(symbols, state)
    top = log_p.max(dim=1).values  # NaN where one of the row is
    wrong = ~top.isfinite() if counted is None else top.isnan() | (counted & top.isinf())
    if wrong.any():
        row = int(wrong.nonzero()[0])
        raise FloatingPointError(
            f"model must give log probabilities, got {float(top[row])} as the highest of its next symbols"
        )
    return log_p, state, looked


def _best(total, log_p, free, K):
    """Return the best continuations of each source: log p, the place before, the symbol, each (R, P).

    total: log p of the beginnings, (R, P). log_p: of the next symbol, (R·P, V). free: places, (R,).
    """
    (R, P), V = total.shape, log_p.shape[1]
    candidates = (total[:, :, None] + log_p.double().view(R, P, V)).flatten(1)
    best, order = (part[:, :K] for part in candidates.sort(dim=1, descending=True, stable=True))
    taken = torch.arange(best.shape[1], device=best.device) >= free[:, None]
    return best.masked_fill(taken, -torch.inf), order // V, order % V


def _longer(history, new, origins):
    """Return the history (R, P, N, …) of each place's beginning with the step `new`, (R, P, …), behind it."""
    new = new.unsqueeze(2)
    return new if history is None else torch.cat([history.flatten(0, 1)[origins], new], dim=2)


def _output(symbols, finished, log_probability, map_, length):
    """Return an `Output`; the map of weights (N, T) loses the columns of the padding."""
    finished = bool(finished)
    map_ = None if map_ is None else map_[:, : int(length)].cpu().numpy()
    return Output(symbols[:-1] if finished else symbols, finished, float(log_probability), map_)


def _asked(model, x, lengths, most, needs=("start", "step")):
    """Return x, its lengths, and after how many symbols each output stops anyway, an array, all checked.

    x comes back on the model's device. needs: what the model must have.
    """
    v.instance("model", model, nn.Module)
    if not all(hasattr(model, name) for name in needs):
        raise TypeError(f"model must have {' and '.join(needs)}, got {type(model).__name__}")
    if not v.instance("x", x, torch.Tensor).is_floating_point():  # a model of its own may read images
        check_integers(x)
    lengths = checked_lengths(lengths, x).cpu()
    caps = 2 * lengths.numpy() + 10 if most is None else np.full(len(x), v.integer("most", most, 1))
    return x.to(next(model.parameters(), x).device), lengths, caps


@contextmanager
def _evaluating(model):
    """Compute without dropout, and leave the model in the mode in which it was."""
    mode = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(mode)
