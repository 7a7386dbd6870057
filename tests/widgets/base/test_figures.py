"""What every live figure keeps to, without a browser. A new figure is tested by being listed in FIGURES."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from figure_settings import random_figures
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT
from py_mini_racer import JSEvalException, MiniRacer

from rnnkit.widgets import FIGURES
from rnnkit.widgets.base import scripts
from rnnkit.widgets.base.drawing import Markup, element, format_number, heat, lookup, number, words
from rnnkit.widgets.base.figure import LiveFigure, TraitTypeError, TraitValueError, checked
from rnnkit.widgets.base.scripts import FOLDER, STYLE, module_source, page_source, script_source
from rnnkit.widgets.base.still import without_still
from rnnkit.widgets.base.weights import read_weights

LIMIT = 25_000  # bytes of the script of one figure and the styles of all, compressed as a server would
EVERY = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
HOSTILE = "</div><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


@pytest.fixture(scope="module")
def engines():
    """Return a JavaScript engine for each figure, with everything in scope that a page has, but no page."""
    made = {}
    for stem in FIGURES:
        made[stem] = MiniRacer()
        made[stem].eval(script_source(stem))
    yield made
    for engine in made.values():
        engine.close()


def same(one, other, path=""):
    """Raise unless both are equal: texts exactly, numbers to 1e-12 of their size."""
    if isinstance(one, dict):
        assert set(one) == set(other), path
        for key in one:
            same(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), path
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{path}.{index}")
    elif isinstance(one, float):
        assert abs(other - one) <= 1e-12 + 1e-10 * abs(one), (path, one, other)
    else:
        assert one == other, path


def outcome(compute, state):
    """Return what `compute` gives for the state, and the message of its error, one of which is empty."""
    try:
        return compute(state), ""
    except JSEvalException as error:
        return None, str(error)


@EVERY
class TestEveryFigure:
    def test_script_computes_what_numpy_computes(self, figure, engines):
        for shown in random_figures(figure):
            same(shown.numbers(), engines[figure._module].call(f"compute{figure.__name__}", shown.props()))

    def test_missing_and_broken_settings_are_an_error_that_names_them(self, figure, engines):
        props = figure().props()
        compute = partial(engines[figure._module].call, f"compute{figure.__name__}")
        whole, refused = compute(props), set()
        for name in props:
            for bad in (None, "<b>", {"a": 1}, [[]], [["x"]]):
                values, problem = outcome(compute, {**props, name: bad})
                assert values == whole or "must be" in problem, f"{name} = {bad}: {problem}"
                if problem:
                    refused.add(name)
        assert refused

    def test_html_holds_the_settings_and_no_script(self, figure):
        shown = figure()
        html = shown.to_html()
        props = re.search(r"data-props=\"([^\"]*)\"", html)[1].replace("&quot;", '"')
        here = {
            name: value for name, value in shown.props().items() if not (shown._weights and name == "weights")
        }
        assert json.loads(props) == here
        assert list(json.loads(props)) == sorted(here)
        assert not re.search(r"<script|\bid=|\son\w+=|\bnan\b|\binf\b|0x[0-9a-f]{6}", html)
        assert html.count("<div") == html.count("</div>")

    def test_every_shown_number_has_its_digits(self, figure):
        values = figure().numbers()
        shown = re.findall(r'data-number="([^"]+)" data-digits="(\d)"[^>]*>([^<]*)<', figure().to_html())
        assert shown
        for path, digits, text in shown:
            assert text == format_number(lookup(values, path), int(digits)), path

    def test_pictures_have_names(self, figure):
        for svg in re.findall(r"<svg[^>]*>", figure().to_html()):
            assert re.search(r'role="img" aria-label="[^"]{10,}"', svg)

    def test_bundle_has_the_widget_its_html_and_a_stable_text(self, figure):
        shown = figure()
        data, _ = shown._repr_mimebundle_()
        assert without_still(data["text/html"]) == shown.to_html()
        assert data["text/plain"] == repr(shown)
        assert "object at" not in data["text/plain"]
        assert "application/vnd.jupyter.widget-view+json" in data

    def test_unknown_setting_is_an_error(self, figure):
        with pytest.raises(TypeError, match=f"{figure.__name__} has the settings .*: unknown colour"):
            figure(colour="red")

    def test_scripts_are_whole(self, figure):
        module, page = module_source(figure._module), page_source(figure._module)
        assert module.rstrip().endswith("export default living(render);")
        assert not re.search(r"^\s*(import|export)\b", page, re.MULTILINE)
        with MiniRacer() as engine:  # a page without a figure: it must parse, and find nothing to do
            engine.eval("var document = { querySelectorAll: () => [], currentScript: null };" + page)


def test_html_is_the_same_in_a_new_process_without_torch():
    code = (
        "import sys; sys.modules['torch'] = None; from rnnkit.widgets import FIGURES\n"
        "for f in FIGURES.values(): print(f().to_html(), repr(f()))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    ).stdout
    assert shown == "".join(f"{f().to_html()} {f()!r}\n" for f in FIGURES.values())


@EVERY
def test_what_a_page_loads_for_a_figure_is_light(figure):
    loaded = page_source(figure._module) + STYLE  # no page loads the script of another figure
    assert len(gzip.compress(loaded.encode(), 9, mtime=0)) < LIMIT


def test_colours_are_those_of_the_palette():
    palette = (ROOT / "assets/palette.css").read_text("utf-8")
    for start, own in (
        (":root", r"\.rnn-widget"),
        (r'html\[data-theme="dark"\]', r"body\[[^{]*\.rnn-widget"),
    ):
        block = re.search(start + r"\s*\{([^}]*)\}", palette)[1]
        here = re.search(r"^" + own + r"\s*\{([^}]*)\}", STYLE, re.MULTILINE)[1]
        wanted = dict(re.findall(r"--c-(\w+):\s*(#\w+)", block))
        assert {
            name: value for _, name, value in re.findall(r"--(\w+): var\(--c-(\w+), (#\w+)\)", here)
        } == wanted


def test_example_in_the_guide_is_a_figure(tmp_path, monkeypatch):
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = re.search(r"## Add a live figure\n(.*?)\n## ", guide, re.DOTALL)[1]
    python, script = (re.search(rf"```{name}\n(.*?)```", section, re.DOTALL)[1] for name in ("python", "js"))
    shutil.copytree(FOLDER / "base", tmp_path / "base")
    (tmp_path / "neuron").mkdir()
    (tmp_path / "neuron/neuron.js").write_text(script, "utf-8")
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    scope = {}
    exec(compile(python, "neuron.py", "exec"), scope)
    neuron = scope["Neuron"](w=-0.5)
    assert "−0.46" in neuron.to_html()
    with pytest.raises(ValueError, match="w must be a finite number from -3 to 3, got 4"):
        neuron.w = 4
    with MiniRacer() as engine:
        engine.eval(module_source("neuron").replace("export default", ""))
        same(neuron.numbers(), engine.call("computeNeuron", neuron.props()))


# ---- the pieces of a picture


def test_text_of_a_picture_cannot_become_html():
    assert "<script" not in element("text", HOSTILE, title=HOSTILE)
    assert "<script" not in words({"a": HOSTILE}, "a")
    assert element("b", Markup("<i>"), "<i>") == "<b><i>&lt;i&gt;</b>"


def test_bound_pieces_carry_their_path_and_their_value():
    values = {"a": [{"b": -1.005}], "none": None}
    assert number(values, "a.0.b") == '<text data-number="a.0.b" data-digits="2">−1.00</text>'
    assert number(values, "none", name="b") == '<b data-number="none" data-digits="2">–</b>'
    drawn = heat(values, "a.0.b", 2.0, x=1)
    assert 'data-sign="-" style="fill-opacity: 0.171;" x="1"' in drawn
    assert 'style="fill-opacity: 0.000;"' in heat(values, "none")
    with pytest.raises(KeyError):
        number(values, "missing")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.125, 2, "0.13"),
        (-0.125, 2, "−0.13"),
        (-0.004, 2, "0.00"),
        (0, 0, "0"),
        (2.5, 0, "3"),
        (None, 2, "–"),
        (99.99, 2, "99.99"),
        (99.996, 2, "100.0"),
        (-123.45, 2, "−123.5"),
        (9999.5, 2, "1.0e4"),
        (-12345.0, 2, "−1.2e4"),
        (99.96, 1, "100"),
        (-1e6, 1, "−1e6"),
        (12345.0, 0, "12345"),
        (1e300, 0, "1e300"),
    ],
)
def test_number_format(value, digits, text):
    assert format_number(value, digits) == text


@given(st.one_of(st.floats(-1e6, 1e6), st.floats(allow_nan=False, allow_infinity=False)), st.integers(0, 4))
def test_number_format_is_the_same_in_the_script(engines, value, digits):
    assert next(iter(engines.values())).call("formatNumber", value, digits) == format_number(value, digits)


@given(st.floats(-1e9, 1e9), st.integers(1, 3))
def test_no_number_is_longer_than_its_box(value, digits):
    text = format_number(value, digits).removeprefix("−")
    assert len(re.sub(r"\D", "", text)) <= digits + 2
    exact = float(text)
    assert abs(exact - abs(value)) <= max(0.5 * 10**-digits, 0.5 * 10 ** (1 - digits) * abs(value)) * 1.001


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_number_format_rejects_what_is_no_number(value):
    with pytest.raises(ValueError, match="value must be a finite number"):
        format_number(value)


# ---- the base class


class Named(LiveFigure):
    _module = "unroller"  # any script will do: it is not run
    name = checked(lambda label, value: _short(label, value), default_value="a")

    def numbers(self):
        return {"name": self.name}

    def picture(self, values):
        return words(values, "name", name="p")


def _short(label, value):
    if not isinstance(value, str):
        raise TypeError(f"{label} must be a text")
    if len(value) > 99:
        raise ValueError(f"{label} must be short")
    return value


def test_large_weights_are_a_file_and_not_in_the_page(tmp_path):
    class Large(Named):
        _weights = "large"
        weights = checked(lambda label, value: value, default_value=None)

    (tmp_path / "large.js").write_text('rnnWeights("large", {"W": [[0.5, -1.25]]});\n', "utf-8")
    weights = read_weights("large", tmp_path)
    html = Large(weights=weights).to_html()
    assert weights == {"W": [[0.5, -1.25]]}
    assert 'data-weights="large"' in html
    assert "1.25" not in html
    assert "data-weights" not in Named().to_html()
    (tmp_path / "large.js").write_text("alert(1)", "utf-8")
    with pytest.raises(ValueError, match=r"large.js must be one call rnnWeights"):
        read_weights("large", tmp_path)


def test_hostile_text_stays_text():
    html = Named(name=HOSTILE).to_html()
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("<") == 2 * 3  # the host, the text, the place of the controls


def test_fixed_columns_outweigh_the_books_rule_for_tables():
    """In a cell's output the theme sets `.bd-content div.output table` to auto: two classes, two elements."""
    fixed = re.findall(r"^([^{}]+)\{[^}]*table-layout: fixed", STYLE, re.MULTILINE)
    assert len(fixed) >= 3
    for selector in fixed:
        assert len(re.findall(r"\.", selector)) >= 3, selector


@pytest.mark.parametrize(
    ("value", "builtin", "error"), [(1, TypeError, TraitTypeError), ("a" * 100, ValueError, TraitValueError)]
)
def test_bad_value_is_an_error_and_changes_nothing(value, builtin, error):
    shown = Named(name="before")
    with pytest.raises(builtin, match="name must be") as caught:
        shown.name = value
    assert caught.type is error
    assert shown.name == "before"
    with pytest.raises(builtin, match="name must be"), shown.hold_trait_notifications():
        shown.name = value
    assert shown.name == "before"


def test_a_trait_is_observed_and_linked_with_other_widgets():
    import ipywidgets
    import traitlets

    shown, seen = Named(), []
    shown.observe(lambda change: seen.append(change.new), "name")
    text = ipywidgets.Text()
    traitlets.link((shown, "name"), (text, "value"))
    text.value = "b"
    assert (shown.name, seen) == ("b", ["b"])
    assert ipywidgets.VBox([shown, text]).children[0] is shown
