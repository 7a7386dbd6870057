"""A trained LSTM invents words: from which chances each letter is drawn, and which of the words exist."""

import string

import numpy as np
import traitlets

from rnnkit import _validation as v
from rnnkit.language import dictionary, packed
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import as_trait_error, bounded, checked, counted
from rnnkit.widgets.base.trained import TrainedFigure
from rnnkit.widgets.base.weights import reader_of
from rnnkit.widgets.invent_words import network, picture

NAME, DICTIONARY = "invent_words", "english_words"  # files in assets/weights
LETTERS = string.ascii_lowercase
SYMBOLS = "\n" + LETTERS  # of the network
MOST_PREFIX = 20  # letters
MOST_HIDDEN = 256
WORDS = 12  # that are drawn
SEEDS = 1000  # between the words of one seed and those of the next: there are at most so many of one


def _prefix(name, value):
    if set(v.instance(name, value, str)) - set(LETTERS) or len(value) > MOST_PREFIX:
        raise ValueError(
            f"{name} must be of at most {MOST_PREFIX} letters from a to z, got {v.describe(value)}"
        )
    return value


def _packed(name, value):
    _, symbols = packed.unpack(value, name, MOST_HIDDEN)
    if symbols != SYMBOLS:
        raise ValueError(
            f"{name}['symbols'] must be the end of a line and the letters a to z, got {symbols!r}"
        )
    return value


stored = reader_of(NAME, "python -m rnnkit train words")
stored_dictionary = reader_of(DICTIONARY, "python -m rnnkit.language.dictionary")


class InventWords(TrainedFigure):
    """A trained LSTM invents words: 12 at a time, each letter drawn by chance.

        InventWords("th")
        InventWords("th", temperature=0.5, top_k=5, seed=3)
        InventWords(model=my_model)

    One picture shows from which chances a letter of one of the words was drawn: what the network says, and
    what temperature and top-k make of it. Below lie the chances side by side, with the random number that
    chose one. A list shows all words, and which of them exist: those that CMUdict has, letters only.

    prefix: how all words begin; at most 20 letters from a to z, or "".
    temperature: a number from 0.1 to 5, by which the scores of the network are divided.
    top_k: how many of the likeliest symbols are drawn from, 1 to 27: the letters, and the end of the word.
    seed: an integer from 0 to 1,000,000. Word k is drawn with `rnnkit.sampling.Draws(1000 * seed + k)`.
    word, t: the word that is shown, 1 to 12, and its draw, from 1. One behind the last shows the last.
    model: a `rnnkit.models.LanguageModel` of 27 symbols, in the order of `rnnkit.language.WORDS`: an
        embedding and one layer of an LSTM with at most 256 units. Its matrices are rounded to one byte a
        number. None for the network that comes with the course.
    weights: those of the network, as `rnnkit.language.packed.pack` makes them.

    A word that does not end is cut after 30 letters, and the figure says so. All but `model` can be set and
    observed; a new prefix is shown at its first draw. Bad values raise TypeError or ValueError and change
    nothing.
    """

    _module = "invent_words"
    _weights = NAME
    _stored = staticmethod(stored)
    _later = (("_dictionary", DICTIONARY),)
    _controls = ("text", "slider", "slider", "slider", "button", "slider", "slider")
    _places_within = True
    prefix = checked(_prefix, default_value="")
    temperature = bounded(0.1, 5, 1.0)
    top_k = counted(1, len(SYMBOLS), len(SYMBOLS))
    seed = counted(0, 1_000_000, 0)
    word = counted(1, WORDS, 1)
    t = counted(1, network.MOST, 1)
    weights = checked(_packed)
    _dictionary = traitlets.Dict().tag(sync=True)

    def __init__(self, prefix="", *, model=None, **settings):
        if model is not None:
            settings["weights"] = as_trait_error(_pack, "model", model)
        super().__init__(prefix=prefix, **self.with_weights(settings))

    @traitlets.default("_dictionary")
    def _words_that_exist(self):
        return stored_dictionary()

    @traitlets.observe("prefix")
    def _show_the_first_draw(self, change):
        if self._picture:
            self.t = 1

    def numbers(self):
        """Return everything that is drawn; computeInventWords in the script gives the same."""
        arrays, _ = packed.unpack(self.weights)
        start = network.read([network.END, *map(SYMBOLS.index, self.prefix)], arrays)
        words = [
            network.write(start, arrays, self.temperature, self.top_k, SEEDS * self.seed + k)
            for k in range(1, WORDS + 1)
        ]
        draws = words[self.word - 1]
        T = len(draws)
        t = min(self.t, T)
        now = draws[t - 1]
        given = now.given
        return {
            "T": T,
            "t": t,
            "word": self.word,
            "words": [
                {**_letters(drawn), "prefix": self.prefix, "shown": "now" if k == self.word else "no"}
                for k, drawn in enumerate(words, start=1)
            ],
            "chances": {"given": given.tolist(), "used": now.used.tolist()},
            "now": {
                "symbol": now.symbol,
                "u": now.u,
                "given": float(given[now.symbol]),
                "used": float(now.used[now.symbol]),
                "bits": float(-np.log2(given[now.symbol])),
            },
            "says": picture.says(self.prefix, **_letters(draws), t=t, word=self.word),
        }

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the places."""
        return element(
            "div",
            self.places(),
            picture.chances(values),
            picture.summary(values),
            picture.table(values["words"], lambda word: dictionary.contains(self._dictionary, word)),
            picture.legend(),
            class_="invent",
        )


def _letters(draws):
    """Return the letters of a word, without its prefix, and whether it came to its end."""
    ended = draws[-1].symbol == network.END
    letters = draws[:-1] if ended else draws
    return {"letters": "".join(SYMBOLS[one.symbol] for one in letters), "ended": "yes" if ended else "no"}


def _pack(name, model):
    """Pack a LanguageModel. Nothing of torch is loaded here: who has a model has torch."""
    from rnnkit.models import LanguageModel

    v.instance(name, model, LanguageModel)
    return packed.pack({key: w.detach().double().numpy() for key, w in model.state_dict().items()}, SYMBOLS)
