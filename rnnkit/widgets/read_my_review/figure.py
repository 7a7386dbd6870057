"""A trained LSTM reads what the reader types: what it thinks after every word, and what its units do."""

import json

import numpy as np
import traitlets

from rnnkit import _validation as v
from rnnkit import text as texts
from rnnkit.cells import sigmoid
from rnnkit.sentiment import packed
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import TraitValueError, as_trait_error, checked, counted
from rnnkit.widgets.base.trained import TrainedFigure
from rnnkit.widgets.base.weights import reader_of
from rnnkit.widgets.read_my_review import network, picture

NAME = "sentiment"  # of the weights that come with the course
MOST_WORDS = 60  # that are read; a sentence of a film review has 59 at most
MOST_CHARACTERS = 100_000  # of the text: about 20,000 words
SHOWN = 20  # characters of a word
FIRST, FIRST_T = (
    "but: blame comes last",
    4,
)  # what a figure without a text opens with: praise, before the "but"
SENTENCES = {
    "praise": "A warm, funny and moving film.",
    "blame": "A dull, lifeless and predictable film.",
    "negation: good": "This film is good.",
    "negation: not good": "This film is not good.",
    "negation: not bad": "This film is not bad at all.",
    "negation: never boring": "It is long, but it is never boring.",
    "but: praise comes last": "The plot is thin, but the actors are wonderful.",
    "but: blame comes last": "The actors are wonderful, but the plot is thin and dull.",
    "irony: paint": "A masterpiece for everybody who likes to watch paint dry.",
    "irony: great": "Oh great, one more sequel that nobody asked for.",
    "unknown words": "A splendiferous, zorptastic romp by Xyzzy.",
}
"""What the figure offers to read. Nobody has told the network which of them are hard."""


def _text(name, value):
    if len(v.instance(name, value, str)) > MOST_CHARACTERS:
        raise ValueError(f"{name} must be of at most {MOST_CHARACTERS} characters, got {len(value)}")
    if not texts.tokenize(value):
        raise ValueError(f"{name} must hold at least one word, got {v.describe(value)}")
    return value


def _packed(name, value):
    packed.unpack(value, name, network.MOST_HIDDEN)
    return value


stored = reader_of(NAME, "python -m rnnkit train sentiment")


class ReadMyReview(TrainedFigure):
    """A trained LSTM reads any text, word by word, and says how likely it is that the text praises.

        ReadMyReview("The actors are good, but the plot is dull.")
        ReadMyReview("Not bad.", model=my_classifier, vocabulary=its_vocabulary)

    One picture shows the gates, the cell state and the output of one unit after every word, another those of
    all units after one word. With each stands the unit's part in the score, which is the logarithm of the
    odds of praise: its readout weights times the largest and the mean output of the unit so far.

    text: what is read; with at least one word, and at most 100,000 characters. Of more than 60 words only the
        first 60 are read, and the figure says so. None for one of the sentences that the figure offers.
    model, vocabulary: a `rnnkit.models.ReviewClassifier` of direction "forward" with at most 64 units, and
        its `rnnkit.text.Vocabulary`. Its matrices are rounded to one byte a number. None for the network that
        comes with the course.
    t: the word that is shown, from 1; None for the last, or where no text is given for one before its end.
    unit: the unit that is shown, from 1; None for the one that counts most at the end of the text.
    weights: those of the network, as `rnnkit.sentiment.reader.pack` makes them.

    Text, t, unit and weights can be set and observed; a new text is shown at its last word. Nothing in a text
    is interpreted: HTML is read as the words and marks that it consists of. Bad values raise TypeError or
    ValueError and change nothing.
    """

    _module = "read_my_review"
    _weights = NAME
    _stored = staticmethod(stored)
    _controls = ("choice", "area")
    _places_within = True
    text = checked(_text, default_value=SENTENCES[FIRST])
    t = counted(1, MOST_WORDS, 1)
    unit = counted(1, network.MOST_HIDDEN, 1)
    weights = checked(_packed)

    def __init__(self, text=None, *, model=None, vocabulary=None, t=None, unit=None, **settings):
        if (model is None) != (vocabulary is None):
            raise ValueError("model and vocabulary must be given together")
        if model is not None:
            from rnnkit.sentiment import reader  # torch: only where a classifier has it already

            settings["weights"] = reader.pack(model, vocabulary)
        settings = self.with_weights(settings)
        if text is None:
            text, t = SENTENCES[FIRST], FIRST_T if t is None else t
        text = as_trait_error(_text, "text", text)
        tokens = texts.tokenize(text)[:MOST_WORDS]
        t = len(tokens) if t is None else t
        unit = network.strongest(tokens, settings["weights"]) if unit is None else unit
        super().__init__(text=text, t=t, unit=unit, **settings)

    @traitlets.validate("t")
    def _t_is_in_the_text(self, proposal):
        return _at_most("t", proposal["value"], _length(self.text))

    @traitlets.validate("unit")
    def _unit_is_in_the_layer(self, proposal):
        return _at_most("unit", proposal["value"], len(self.weights[packed.READOUT]) // 2)

    @traitlets.observe("text")
    def _show_the_last_word(self, change):
        if self._picture:
            self.t = _length(self.text)

    @traitlets.observe("weights")
    def _show_new_weights(self, change):
        if self._picture:
            self.unit = min(self.unit, len(self.weights[packed.READOUT]) // 2)
        super()._show_new_weights(change)

    def numbers(self):
        """Return everything that is drawn; computeReadMyReview in the script gives the same."""
        every = texts.tokenize(self.text)
        tokens = every[:MOST_WORDS]
        indices, values, bias = network.read(tokens, self.weights)
        score = values["score"].sum(axis=1) + bias
        p, moved = sigmoid(score), np.diff(score, prepend=bias)
        T, k, u = len(tokens), self.t - 1, self.unit - 1
        words = [
            {
                "word": token[:SHOWN] + ("…" if len(token) > SHOWN else ""),
                "known": "no" if index == texts.UNK else "yes",
                "shown": "now" if place == k else "no",
                "p": float(p[place]),
            }
            for place, (token, index) in enumerate(zip(tokens, indices, strict=True))
        ]
        return {
            "T": T,
            "t": self.t,
            "unit": self.unit,
            "words": words,
            "time": {row: values[row][:, u].tolist() for row in picture.ROWS},
            "units": {row: values[row][k].tolist() for row in picture.ROWS},
            "now": {
                "p": float(p[k]),
                "moved": float(moved[k]),
                **{row: float(values[row][k, u]) for row in picture.ROWS},
            },
            "end": float(p[-1]),
            "says": picture.says(words, len(every), self.t, self.unit),
        }

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the places."""
        return element(
            "div",
            self.places(),
            picture.reading(values),
            picture.summary(values),
            element("div", class_="review-time"),
            picture.through_time(values),
            element("div", class_="review-unit"),
            picture.over_units(values),
            picture.legend(),
            class_="review",
            data_sentences=json.dumps(SENTENCES),
        )


def _length(text):
    return min(len(texts.tokenize(text)), MOST_WORDS)


def _at_most(name, value, last):
    if value > last:
        raise TraitValueError(f"{name} must be an integer from 1 to {last}, got {value}")
    return value
