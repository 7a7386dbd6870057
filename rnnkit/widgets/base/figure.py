"""The base of all live figures: one Python class, one JavaScript file, and a picture for where neither runs.

In JupyterLab the figure is an anywidget: its traits and the page follow each other. In the book there is no
kernel. There the same object is its HTML twin: a picture drawn in Python from the same numbers, with the
traits beside it, which a script (tools/sphinxext/course_figures.py) brings to life. Where there is no book
and no kernel, a reader of the stored notebook sees a still picture (still.py).
"""

import json

import anywidget
import traitlets

from rnnkit import _validation as v
from rnnkit.widgets.base.drawing import Markup, element, join
from rnnkit.widgets.base.scripts import STYLE, module_source
from rnnkit.widgets.base.still import with_still


class TraitTypeError(traitlets.TraitError, TypeError):
    """A trait was given a value of a wrong kind; the trait keeps its old value."""


class TraitValueError(traitlets.TraitError, ValueError):
    """A trait was given a wrong value of the right kind; the trait keeps its old value."""


def checked(check, **metadata):
    """Return a trait whose value is what `check(name, value)` returns, shared with the page.

    check: a function in the form of rnnkit._validation. The TypeError or ValueError that it raises becomes a
    TraitError as well, so that traitlets puts back what was there before.
    """

    class Checked(traitlets.TraitType):
        def validate(self, obj, value):
            return as_trait_error(check, self.name, value)

    return Checked(**metadata).tag(sync=True)


def bounded(low, high, default=0.0):
    """Return a trait for a number from `low` to `high`."""
    return checked(lambda name, value: v.number(name, value, low, high), default_value=default)


def counted(low, high, default):
    """Return a trait for an integer from `low` to `high`."""
    return checked(lambda name, value: v.integer(name, value, low, high), default_value=default)


def one_of(options, default):
    """Return a trait for one of the texts `options`."""
    return checked(lambda name, value: v.choice(name, value, options), default_value=default)


def as_trait_error(check, *arguments):
    """Return `check(*arguments)`; a TypeError or ValueError in it becomes a TraitError of the same kind."""
    try:
        return check(*arguments)
    except TypeError as error:
        raise TraitTypeError(str(error)) from None
    except ValueError as error:
        raise TraitValueError(str(error)) from None


class LiveFigure(anywidget.AnyWidget):
    """A figure that a reader moves.

    A subclass says which JavaScript file moves it (`_module`, the name of its folder), which controls it has
    (`_controls`: "slider", "choice", "text" or "button", in their order), and has

    - traits, each made with `checked` and a default;
    - `numbers()`: everything that is drawn, as nested dicts and lists. Its twin in JavaScript is
      `compute` + the name of the class, a pure function of the traits;
    - `picture(values)`: the drawing as Markup, made with `rnnkit.widgets.base.drawing`. The controls stand
      below it, unless it holds their places itself (`_places_within`), with `places()` or in its own way.

    A figure with more than 20 kB of weights names their file, assets/weights/NAME.js, in `_weights`, and has
    them in its trait `weights`, as a `TrainedFigure` does. A page loads them when the figure comes near.
    What a page needs only once the figure is alive are traits with an underscore, listed with their files in
    `_later`: a page has undefined there until the file has come, and null if it does not come.

    CONTRIBUTING.md shows a figure from beginning to end.
    """

    _module = ""
    _weights = None
    _later = ()
    _controls = ()
    _places_within = False
    _picture = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        """Give the class its script and its style sheet."""
        if "_module" in cls.__dict__:  # anywidget makes a nameless subclass for every instance
            cls._esm = module_source(cls._module)
            cls._css = STYLE
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits):
        unknown = sorted(set(traits) - set(self.own_traits()) - {"layout"})
        if unknown:
            known = ", ".join(self.own_traits())
            raise TypeError(f"{type(self).__name__} has the settings {known}: unknown {', '.join(unknown)}")
        super().__init__(**traits)
        self._picture = self.static_html()

    def notify_change(self, change):
        """Tell of a change; the page hears in one message of it and of those that it leads to.

        One by one, the page would draw new weights with an epoch that they do not have.
        """
        with self.hold_sync():
            super().notify_change(change)

    @classmethod
    def own_traits(cls):
        """Return the names of the traits that the figure shares with the page, sorted."""
        shared = {name for name in cls.class_trait_names(sync=True) if not name.startswith("_")}
        return sorted(shared - set(anywidget.AnyWidget.class_trait_names()))

    def props(self):
        """Return the traits as a dict of numbers, texts and lists: all that the page needs to know."""
        return {name: getattr(self, name) for name in self.own_traits()}

    def numbers(self):
        """Return everything that is drawn, as nested dicts and lists of numbers and texts."""
        raise NotImplementedError

    def picture(self, values):
        """Return the drawing of `values`, which is what `numbers()` returns, as Markup."""
        raise NotImplementedError

    def places(self):
        """Return the place of the controls, kept free: nothing moves when they come."""
        places = [element("div", class_=f"rnn-control rnn-{kind}") for kind in self._controls]
        return element("div", *places, class_="rnn-controls", aria_hidden="true")

    def static_html(self):
        """Return the picture of the present state, with the places of its controls."""
        picture = self.picture(self.numbers())
        return join((picture,) if self._places_within else (picture, self.places()))

    def show_anew(self):
        """Draw the static picture again, where it was drawn already: the page cannot do so itself."""
        if self._picture:
            self._picture = self.static_html()

    def to_html(self):
        """Return the figure as it stands in a page without a kernel: the same text in every run."""
        return self._host(Markup(self.static_html()))

    def _host(self, *children):
        """Return the element that a script finds, with the traits beside it."""
        here = {
            name: value for name, value in self.props().items() if not (self._weights and name == "weights")
        }
        props = json.dumps(here, sort_keys=True, allow_nan=False, ensure_ascii=False)
        return element(
            "div",
            *children,
            class_="rnn-widget",
            data_module=self._module,
            data_props=props,
            data_weights=self._weights,
            data_later=json.dumps(dict(self._later)) if self._later else None,
        )

    def __repr__(self):
        short = {name: value for name, value in self.props().items() if not isinstance(value, list | dict)}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in short.items())})"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        html = with_still(self.static_html(), STYLE, self._host)
        return {**data, "text/plain": repr(self), "text/html": str(html)}, metadata
