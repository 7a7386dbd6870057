"""The Unroller: a recurrent network reads a word, and the reader moves time and training."""

from functools import cache

import numpy as np
import traitlets

from rnnkit import _places
from rnnkit import _validation as v
from rnnkit.cells import rnn_step
from rnnkit.widgets.base.figure import LiveFigure, TraitValueError, as_trait_error, checked
from rnnkit.widgets.base.weights import read_checkpoint
from rnnkit.widgets.unroller.picture import draw

ALPHABET = "ehlo"
STEPS = 5  # letters of a word
MOST_HIDDEN = 6  # hidden numbers that the picture has room for
MOST_UPDATES = 10**9  # after which weights are stored
LARGEST = 1e6  # of weights: the boxes have room for −1e6
CHECKPOINT = _places.CHECKPOINTS / "unroller.json"
SHAPES = {
    "weight_ih": ("H", "D"),
    "weight_hh": ("H", "H"),
    "bias_ih": ("H",),
    "bias_hh": ("H",),
    "weight_hy": ("V", "H"),
    "bias_y": ("V",),
}


def _word(name, value):
    """Return `value` if it is a word of five letters over the alphabet."""
    v.instance(name, value, str)
    if len(value) != STEPS or set(value) - set(ALPHABET):
        raise ValueError(f"{name} must be {STEPS} of the letters {', '.join(ALPHABET)}, got {value[:40]!r}")
    return value


def _answer(name, value):
    return value if value == "" else _word(name, value)


def _step(name, value):
    return v.integer(name, value, 0, STEPS)


def _epoch(name, value):
    return v.integer(name, value, 0, MOST_UPDATES)


def _weights(name, value):
    """Return one set of weights, or a list of sets, as a list of dicts of plain lists with their epochs."""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list | tuple) or not value:
        raise TypeError(f"{name} must be a dict of arrays or a list of such dicts, got {v.describe(value)}")
    sizes = {"D": len(ALPHABET), "V": len(ALPHABET)}
    result = []
    for index, one in enumerate(value):
        here = f"{name}[{index}]"
        v.instance(here, one, dict)
        epoch = _epoch(f"{here}['epoch']", one.get("epoch", index))
        arrays = v.keys(here, {key: w for key, w in one.items() if key != "epoch"}, SHAPES)
        plain = {key: _array(f"{here}[{key!r}]", arrays[key], shape, sizes) for key, shape in SHAPES.items()}
        result.append({"epoch": epoch, **plain})
    if sizes["H"] > MOST_HIDDEN:
        raise ValueError(f"{name} must have at most {MOST_HIDDEN} hidden units, got {sizes['H']}")
    epochs = [one["epoch"] for one in result]
    if epochs != sorted(set(epochs)):
        raise ValueError(f"the epochs in {name} must grow, got {epochs}")
    return result


def _array(name, value, shape, sizes):
    result = v.array(name, value, shape, sizes=sizes)
    if np.abs(result).max() > LARGEST:
        raise ValueError(f"{name} must be numbers from {-LARGEST:g} to {LARGEST:g}, got {result.tolist()}")
    return result.tolist()


def weights_of(rnn, readout):
    """Return the weights of a one-layer `torch.nn.RNN` (or RNNCell) and a `torch.nn.Linear` as arrays.

    The keys are those of `Unroller`: weight_ih, weight_hh, bias_ih, bias_hh, weight_hy, bias_y.
    """
    state = {name.removesuffix("_l0"): w.detach().double().numpy() for name, w in rnn.named_parameters()}
    last = {"weight_hy": readout.weight, "bias_y": readout.bias}
    return state | {name: w.detach().double().numpy() for name, w in last.items()}


@cache
def _trained():
    return read_checkpoint(CHECKPOINT, "python -m rnnkit train unroller")["weights"]


class Unroller(LiveFigure):
    """A network of at most six hidden numbers reads five letters and answers after each one.

    word: what is read, five of the letters e, h, l, o.
    answer: what was wanted after each letter, or "" where nobody knows; then there is no loss.
    t: the step that is shown, from 0 (nothing read) to 5.
    weights: a dict with weight_ih (H, 4), weight_hh (H, H), bias_ih, bias_hh (H,), weight_hy (4, H) and
        bias_y (4,), or a list of such dicts from several moments of a training, each with its "epoch".
        Without them: a network that learned hello -> ohlol. `Unroller.from_torch(rnn, readout)` takes those
        of your model.
    epoch: which of these moments is shown; without it the last one.

    All of them can be set and observed later. Bad values raise TypeError or ValueError and change nothing.
    """

    _module = "unroller"
    _controls = ("slider", "slider", "text")
    word = checked(_word, default_value="hello")
    answer = checked(_answer, default_value="ohlol")
    t = checked(_step, default_value=3)
    epoch = checked(_epoch, default_value=0)
    weights = checked(_weights)

    def __init__(self, **traits):
        given = traits["weights"] if "weights" in traits else _trained()
        weights = as_trait_error(_weights, "weights", given)
        super().__init__(**{"epoch": weights[-1]["epoch"], **traits, "weights": weights})

    @classmethod
    def from_torch(cls, rnn, readout, **traits):
        """Return the figure for a one-layer `torch.nn.RNN(4, H)` and a `torch.nn.Linear(H, 4)`."""
        return cls(weights=weights_of(rnn, readout), **traits)

    @traitlets.validate("epoch")
    def _epoch_is_stored(self, proposal):
        epochs = [one["epoch"] for one in self.weights]
        if proposal["value"] not in epochs:
            raise TraitValueError(
                f"epoch must be one of {', '.join(map(str, epochs))}, got {proposal['value']}"
            )
        return proposal["value"]

    @traitlets.observe("weights")
    def _show_new_weights(self, change):
        if self._picture:
            epochs = [one["epoch"] for one in self.weights]
            self.epoch = self.epoch if self.epoch in epochs else epochs[-1]
        self.show_anew()

    def numbers(self):
        """Return every number of the picture; computeUnroller in unroller.js gives the same."""
        stored = next(one for one in self.weights if one["epoch"] == self.epoch)
        w = {name: np.array(stored[name]) for name in SHAPES}
        h = np.zeros((1, len(w["bias_ih"])))
        states, steps = [h[0].tolist()], []
        for index, letter in enumerate(self.word):
            x = np.eye(len(ALPHABET))[[ALPHABET.index(letter)]]
            h = rnn_step(x, h, w["weight_ih"], w["weight_hh"], w["bias_ih"], w["bias_hh"])
            states.append(h[0].tolist())
            y = h[0] @ w["weight_hy"].T + w["bias_y"]
            log_p = y - y.max() - np.log(np.exp(y - y.max()).sum())
            said, wanted = ALPHABET[int(y.argmax())], self.answer[index : index + 1]
            steps.append(
                {
                    "letter": letter,
                    "x": x[0].tolist(),
                    "y": y.tolist(),
                    "p": np.exp(log_p).tolist(),
                    "said": said,
                    "wanted": wanted or "–",
                    "loss": float(-log_p[ALPHABET.index(wanted)]) if wanted else None,
                    "verdict": ("right" if said == wanted else "wrong") if wanted else "unknown",
                    "when": ("past" if index + 1 < self.t else "now" if index + 1 == self.t else "later"),
                }
            )
        nothing = {"x": [0.0] * 4, "y": [None] * 4, "p": [None] * 4, "loss": None, "letter": "–"}
        now = {**(steps[self.t - 1] if self.t else nothing), "before": states[max(self.t - 1, 0)]}
        return {
            "t": self.t,
            "epoch": self.epoch,
            "weights": {name: stored[name] for name in SHAPES},
            "states": states,
            "whens": ["now" if self.t == 0 else "past", *(step["when"] for step in steps)],
            "steps": steps,
            "now": {key: now[key] for key in ("letter", "x", "y", "p", "loss", "before")},
            "h": states[self.t],
            "chosen": ["yes" if x else "no" for x in now["x"]],
            "read": self.word[: self.t] or "nothing yet",
            "said": "".join(step["said"] for step in steps[: self.t]) or "–",
            "wanted": self.answer[: self.t] or "–",
            "mean_loss": float(np.mean([step["loss"] for step in steps])) if self.answer else None,
        }

    def picture(self, values):
        """Return the drawing: the network unrolled in time, and the step t in detail."""
        largest = max(abs(w) for one in self.weights for name in SHAPES for w in np.ravel(one[name]))
        return draw(values, ALPHABET, scale=max(1.0, float(largest)))
