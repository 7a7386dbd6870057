"""Two networks read a word, one from each end: what does each know about a sound in the middle?"""

import json
from functools import cache

import numpy as np
import traitlets

from rnnkit import _int8, _places
from rnnkit import _validation as v
from rnnkit.cells import gru_step, sigmoid
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import LiveFigure, TraitValueError, as_trait_error, checked, counted
from rnnkit.widgets.base.weights import read_checkpoint
from rnnkit.widgets.two_directions import picture

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = ("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T",
              "TH", "V", "W", "Y", "Z", "ZH")  # fmt: skip
SOUNDS = VOWELS + CONSONANTS  # the order of the rows of the embedding
READERS = ("forward", "backward", "both")
MOST_SOUNDS, MOST_HIDDEN = 12, 12  # that the picture has room for
CHECKPOINT = _places.CHECKPOINTS / "two_directions.json"


def read(text):
    """Return the sounds of `text` as pairs: "OW1 T" gives [("OW", "1"), ("T", "")]."""
    pairs = []
    for word in text.upper().split():
        sound = word[:-1] if word[-1] in "012" and word[:-1] in VOWELS else word
        pairs.append((sound, word.removeprefix(sound)))
    return pairs


def problem_of(text):
    """Return what is wrong with typed sounds, or ""; soundsProblem in the script says the same."""
    pairs = read(text)
    if not pairs:
        return "Sounds, please, such as P AH T EY T OW."
    for sound, digit in pairs:
        if sound not in SOUNDS:
            return f"“{(sound + digit)[:8]}” is not one of the {len(SOUNDS)} sounds."
    if len(pairs) > MOST_SOUNDS:
        return f"At most {MOST_SOUNDS} sounds, please: {len(pairs)} so far."
    if not any(sound in VOWELS for sound, _ in pairs):
        return "A vowel, please, such as AH, IY or OW."
    if sum(digit == "1" for _, digit in pairs) > 1:
        return "Only one vowel can have the 1 of the primary stress."
    return ""


def _sounds(name, value):
    v.instance(name, value, str)
    if problem_of(value):
        raise ValueError(f"{name} must be 1 to {MOST_SOUNDS} sounds of ARPAbet. {problem_of(value)}")
    return " ".join(sound + digit for sound, digit in read(value))


def _weights(name, value):
    _unpacked(name, value)
    return value


def unpack(weights):
    """Return `weights`, as the figure has them, with every matrix and vector as a NumPy array."""
    return _unpacked("weights", weights)


def _unpacked(name, weights):
    v.keys(name, weights, ("embedding", "forward", "backward", "readouts"))
    sizes = {"V": len(SOUNDS)}

    def matrix(name, packed, shape):
        return v.array(name, _int8.decode(packed, name), shape, sizes=sizes)

    result = {"embedding": matrix(f"{name}['embedding']", weights["embedding"], ("V", "D"))}
    result["readouts"] = {}
    v.keys(f"{name}['readouts']", weights["readouts"], READERS)
    for reader, axis in zip(READERS, ("H", "H", "2H"), strict=True):
        here = f"{name}['readouts'][{reader!r}]"
        readout = v.keys(here, weights["readouts"][reader], ("weight", "bias"))
        result["readouts"][reader] = {
            "weight": v.array(f"{here}['weight']", readout["weight"], (axis,), sizes=sizes),
            "bias": v.number(f"{here}['bias']", readout["bias"]),
        }
        sizes |= {"2H": 2 * sizes["H"], "3H": 3 * sizes["H"]}
    v.integer(f"the hidden size of {name}", sizes["H"], 1, MOST_HIDDEN)
    for direction in READERS[:2]:
        here = f"{name}[{direction!r}]"
        shapes = {"weight_ih": ("3H", "D"), "weight_hh": ("3H", "H"), "bias_ih": ("3H",), "bias_hh": ("3H",)}
        given = v.keys(here, weights[direction], shapes)
        result[direction] = {
            key: (matrix if len(shape) == 2 else _vector(sizes))(f"{here}[{key!r}]", given[key], shape)
            for key, shape in shapes.items()
        }
    return result


def _vector(sizes):
    return lambda name, value, shape: v.array(name, value, shape, sizes=sizes)


@cache
def stored():
    """Return the content of data/checkpoints/two_directions.json."""
    return read_checkpoint(CHECKPOINT, "python -m rnnkit train two_directions")


class TwoDirections(LiveFigure):
    """A trained network says which vowel of a word carries the stress, and the reader sees who knew it.

        TwoDirections("photographic", t=7)
        TwoDirections(sounds="R IH1 D ER0")

    One GRU reads the sounds from the beginning, a second one from the end. At every vowel three readouts say
    how likely it is that this vowel carries the primary stress: one has the forward state, one the backward
    state, one has both. The one-way readers may not wait: they score a vowel with what they have read up to
    there. Each picks the vowel of the word with its highest score. All were trained together.

    word: a word of the figure's list; its sounds are taken where none are given.
    sounds: 1 to 12 sounds of ARPAbet, as in the CMU Pronouncing Dictionary. A vowel may have its stress as a
        digit: the one with the 1 is the answer. The network does not see the digits.
    t: the sound that is shown, from 1.
    weights: those of the network, as data/checkpoints/two_directions.json has them.

    Sounds, t and weights can be set and observed; if t is beyond new sounds, it becomes the last of them. Bad
    values raise TypeError or ValueError and change nothing.
    """

    _module = "two_directions"
    _controls = ("slider", "choice", "text")
    _places_within = True
    sounds = checked(_sounds, default_value="F OW1 T AH0 G R AE2 F")
    t = counted(1, MOST_SOUNDS, 1)
    weights = checked(_weights)

    def __init__(self, word="photograph", **settings):
        v.choice("word", word, stored()["words"])
        given = settings.get("weights", stored()["weights"])
        settings = {"sounds": stored()["words"][word], "t": 2, **settings}
        super().__init__(**settings | {"weights": as_trait_error(_weights, "weights", given)})

    @traitlets.validate("t")
    def _t_is_in_the_word(self, proposal):
        T = len(self.sounds.split())
        if proposal["value"] > T:
            raise TraitValueError(f"t must be an integer from 1 to {T}, got {proposal['value']}")
        return proposal["value"]

    @traitlets.observe("sounds")
    def _stay_in_the_word(self, change):
        if self._picture:
            self.t = min(self.t, len(self.sounds.split()))

    @traitlets.observe("weights")
    def _show_new_weights(self, change):
        self.show_anew()

    def numbers(self):
        """Return everything that is drawn, for MOST_SOUNDS columns, those beyond the word empty."""
        pairs, w = read(self.sounds), unpack(self.weights)
        T = len(pairs)
        x = [w["embedding"][[SOUNDS.index(sound)]] for sound, _ in pairs]
        forward = _states(x, w["forward"])
        backward = _states(x[::-1], w["backward"])[::-1]
        seen = {"forward": forward, "backward": backward, "both": np.hstack([forward, backward])}
        vowels = [sound in VOWELS for sound, _ in pairs]
        stressed = next((k for k, (_, digit) in enumerate(pairs) if digit == "1"), None)
        empty = [[0.0] * forward.shape[1]] * (MOST_SOUNDS - T)
        values = {
            "t": self.t,
            "columns": [_column(pairs, self.t - 1, k, stressed) for k in range(MOST_SOUNDS)],
            "states": {name: seen[name].tolist() + empty for name in READERS[:2]},
            "readers": {
                name: _reader(seen[name], w["readouts"][name], pairs, vowels, stressed, self.t - 1)
                for name in READERS
            },
        }
        return values | {"says": picture.says([sound for sound, _ in pairs], vowels, stressed, self.t)}

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        return element(
            "div",
            picture.chains(values),
            picture.answers(values),
            self.places(),
            picture.summary(values),
            class_="two",
            data_words=json.dumps(stored()["words"]),
        )


def _states(x, weights):
    """Return the states (T, H) of a GRU that reads the inputs x, each (1, D), in their order."""
    h, states = np.zeros((1, weights["weight_hh"].shape[1])), []
    for x_t in x:
        h = gru_step(x_t, h, **weights)
        states.append(h[0])
    return np.array(states)


def _column(pairs, now, k, stressed):
    """Describe the place k: which sound stands there, and who has read it when the place `now` is asked."""
    if k >= len(pairs):
        return {
            "sound": "",
            "kind": "none",
            "shown": "no",
            "truth": "no",
            "forward": "none",
            "backward": "none",
        }
    return {
        "sound": pairs[k][0],
        "kind": "vowel" if pairs[k][0] in VOWELS else "consonant",
        "shown": "now" if k == now else "no",
        "truth": "stress" if k == stressed else "no",
        "forward": "read" if k <= now else "ahead",
        "backward": "read" if k >= now else "ahead",
    }


def _reader(states, readout, pairs, vowels, stressed, now):
    """Return the probabilities of one readout, which vowel it picks, and whether that is right."""
    scores = states @ readout["weight"] + readout["bias"]
    empty = MOST_SOUNDS - len(pairs)
    p = [float(p_k) if vowel else None for p_k, vowel in zip(sigmoid(scores), vowels, strict=True)]
    pick = int(np.where(vowels, scores, -np.inf).argmax())
    mark = "unknown" if stressed is None else "right" if pick == stressed else "wrong"
    return {
        "p": p + [None] * empty,
        "now": p[now],
        "marks": [mark if k == pick else "no" for k in range(MOST_SOUNDS)],
        "pick": f"{pairs[pick][0]}, sound {pick + 1}" + ("" if stressed is None else f": {mark}"),
    }
