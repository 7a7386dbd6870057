"""A trained network says how any word is pronounced: its phones, where it looked, and what else it found."""

import json

import traitlets

from rnnkit import _validation as v
from rnnkit.g2p import packed
from rnnkit.g2p.spelling import LETTERS, PHONES, encode_word
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import as_trait_error, checked, counted
from rnnkit.widgets.base.trained import TrainedFigure
from rnnkit.widgets.base.weights import reader_of
from rnnkit.widgets.say_it import invent, network, picture
from rnnkit.widgets.say_it.phones import respelling

NAME = "say_it"  # of the weights that come with the course
MOST_LETTERS = 20  # of a word
MOST_HIDDEN = 256
WIDTH = 3  # of the beam, and how many candidates are shown
FIRST = "knighthood"  # what a figure without a word says


def _word(name, value):
    if not v.instance(name, value, str) or set(value) - set(LETTERS) or len(value) > MOST_LETTERS:
        raise ValueError(
            f"{name} must be of 1 to {MOST_LETTERS} letters from a to z, got {v.describe(value)}"
        )
    return value


def _packed(name, value):
    _, letters, phones = packed.unpack(value, name, MOST_HIDDEN)
    if letters != LETTERS:
        raise ValueError(f"{name}['letters'] must be the letters a to z, got {letters!r}")
    if phones != list(PHONES):
        raise ValueError(f"{name}['phones'] must be the 39 of rnnkit.g2p.PHONES, got {' '.join(phones)!r}")
    return value


stored = reader_of(NAME, "python -m rnnkit train g2p")


class SayIt(TrainedFigure):
    """A trained network says how any word is pronounced, and shows where it looked for each phone.

        SayIt("rhythm")
        SayIt("rhythm", candidate=2, phone=3)
        SayIt("rhythm", model=my_model)

    An LSTM reads the letters in both directions, another one writes phones with dot attention. A map shows
    how much it looked at each letter when it said each phone. A table lists what beam search with three
    places found: candidates with the logarithm of their probability, and their score, which is this divided
    by the number of symbols.

    word: what is said; 1 to 20 letters from a to z.
    candidate: the candidate that is shown, 1 to 3.
    phone: the phone of it that is shown, from 1; behind the phones comes the end, and one behind that shows
        the end.
    model: a `rnnkit.seq2seq.Seq2Seq` of 27 letters and 40 phones, in the order of `rnnkit.g2p`: one layer
        that reads in both directions, one layer that writes, dot attention, at most 256 units. Its matrices
        are rounded to one byte a number. None for the network that comes with the course.
    weights: those of the network, as `rnnkit.g2p.packed.pack` makes them.

    A candidate that does not end is cut after 2 phones for each letter and 10 more, and the figure says so.
    All but `model` can be set and observed; a new word is shown at its first candidate and phone. Bad values
    raise TypeError or ValueError and change nothing.
    """

    _module = "say_it"
    _weights = NAME
    _stored = staticmethod(stored)
    _controls = ("text", "button", "button", "slider", "slider")
    _places_within = True
    word = checked(_word, default_value=FIRST)
    candidate = counted(1, WIDTH, 1)
    phone = counted(1, network.most(MOST_LETTERS), 1)
    weights = checked(_packed)

    def __init__(self, word=FIRST, *, model=None, **settings):
        if model is not None:
            settings["weights"] = as_trait_error(_pack, "model", model)
        super().__init__(word=word, **self.with_weights(settings))

    @traitlets.observe("word")
    def _show_the_best(self, change):
        if self._picture:
            self.candidate = self.phone = 1

    def numbers(self):
        """Return everything that is drawn; computeSayIt in the script gives the same."""
        arrays, _, _ = packed.unpack(self.weights)
        read = network.read(encode_word(self.word), arrays)
        found = network.search(read, arrays, WIDTH)
        (greedy,) = network.search(read, arrays, 1)
        shown = found[self.candidate - 1]
        rows = [picture.END if symbol == network.END else PHONES[symbol - 1] for symbol in shown.symbols]
        u = min(self.phone, len(rows))
        weights, phones, ended = shown.weights[u - 1].tolist(), _phones(shown), _ended(shown)
        same = [k for k, one in enumerate(found, start=1) if one.symbols == greedy.symbols]
        return {
            "T": len(self.word),
            "U": len(rows),
            "word": self.word,
            "candidate": self.candidate,
            "phone": u,
            "rows": rows,
            "map": [row.tolist() for row in shown.weights],
            "candidates": [
                {
                    "said": _said(one),
                    "log_p": one.total,
                    "score": one.score,
                    "shown": "now" if k == self.candidate else "no",
                }
                for k, one in enumerate(found, start=1)
            ],
            "greedy": f"candidate {same[0]}" if same else _said(greedy),
            "now": {"chance": float(network.np.exp(shown.logs[u - 1])), "weights": weights},
            "says": picture.says(self.word, phones, ended, rows, u, weights),
            "spelling": respelling(phones),
        }

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the places."""
        return element(
            "div",
            self.places(),
            picture.spoken(values),
            picture.attention(values),
            element(
                "div",
                picture.table(values),
                picture.greedy(values),
                picture.sentence(values),
                class_="say-beam",
            ),
            picture.legend(),
            class_="say",
            data_invented=json.dumps(invent.stored()),
        )


def _phones(said):
    """Return the phones of a candidate, a list without END."""
    return [PHONES[symbol - 1] for symbol in said.symbols if symbol != network.END]


def _said(one):
    """Return the phones of a candidate as text."""
    return " ".join(_phones(one) + ([] if one.finished else ["…"])) or "nothing"


def _ended(said):
    return "yes" if said.finished else "no"


def _pack(name, model):
    """Pack a Seq2Seq. Nothing of torch is loaded here: who has a model has torch."""
    from rnnkit.seq2seq import Seq2Seq

    v.instance(name, model, Seq2Seq)
    arrays = {key: w.detach().double().numpy() for key, w in model.state_dict().items()}
    if other := sorted(arrays.keys() ^ {*packed.MATRICES, *packed.VECTORS}):
        raise ValueError(
            f"{name} must have dot attention, one layer that reads in both directions and one that writes, "
            f"got one {'with' if other[0] in arrays else 'without'} {other[0]}"
        )
    sizes = [len(arrays[key]) for key in (packed.ENC_EMBEDDING, packed.DEC_EMBEDDING)]
    if sizes != [len(LETTERS) + 1, len(PHONES) + 1]:
        raise ValueError(f"{name} must read 27 symbols and write 40, got {sizes[0]} and {sizes[1]}")
    H = len(arrays[packed.COMBINE_BIAS])
    if H > MOST_HIDDEN:
        raise ValueError(f"{name} must have at most {MOST_HIDDEN} units, got {H}")
    return packed.pack(arrays, LETTERS, PHONES, name)
