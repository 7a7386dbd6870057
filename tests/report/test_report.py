import json
import os
import random
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import report
from rnnkit.report import ranges as stored_ranges
from rnnkit.report import stating

BASICS = {
    "01_basics": {
        "basics.rnn": {"low": 0.742, "high": 0.8},
        "basics.t.rnn_tanh.test": {"low": 0.9, "high": 1},
    }
}
finite = st.floats(-1e12, 1e12)


@pytest.fixture(autouse=True)
def ranges(tmp_path, monkeypatch):
    """Give every test its own file of ranges and a fresh kernel."""
    path = tmp_path / "ranges.json"
    path.write_text(json.dumps(BASICS), encoding="utf-8")
    monkeypatch.setattr(stored_ranges, "PATH", path)
    monkeypatch.delenv("RNNKIT_RECORD", raising=False)
    monkeypatch.delenv("RNNKIT_SEED", raising=False)
    monkeypatch.setattr(stating, "_stated", {})
    return path


class Kernel:
    """Stands for the shell of a notebook kernel and for IPython's display."""

    def __init__(self, monkeypatch):
        self.cell = None
        self.shown = []
        monkeypatch.setattr(stating, "_shell", lambda: self)
        monkeypatch.setattr("IPython.display.display", self.display)

    def get_parent(self):
        return {"metadata": {"cellId": self.cell} if self.cell else {}}

    def display(self, data, raw=False, metadata=None):
        assert raw
        self.shown.append((data, metadata))

    @property
    def glued(self):
        return {
            metadata["scrapbook"]["name"]: data["application/papermill.record/text/plain"]
            for data, metadata in self.shown
            if metadata
        }


@pytest.fixture
def kernel(monkeypatch):
    return Kernel(monkeypatch)


def test_measured_prints_the_form_of_the_book(capsys):
    report.measured("test accuracy", 0.7712, name="basics.rnn")
    assert capsys.readouterr().out == "test accuracy ≈ 0.771 (expected 0.742 to 0.800)\n"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0.7415, "expected"),
        (0.7414, "OUTSIDE"),
        (0.80049, "expected"),
        (0.8006, "OUTSIDE"),
        (-0.77, "OUTSIDE"),
    ],
)
def test_the_printed_number_decides(capsys, value, word):
    report.measured("accuracy", value, name="basics.rnn")
    assert f"({word} 0.742 to 0.800)" in capsys.readouterr().out


def test_unit_stands_behind_value_and_range(capsys, kernel):
    report.measured("loss", 0.75, name="basics.rnn", digits=2, unit="nats")
    assert capsys.readouterr().out == "loss ≈ 0.75 nats (expected 0.74 to 0.80 nats)\n"
    assert kernel.glued == {"basics.rnn": "'≈ 0.75 nats'"}


def test_name_without_range(capsys):
    report.measured("accuracy", 0.5, name="basics.new")
    assert capsys.readouterr().out == "accuracy ≈ 0.500 (no range yet: make calibrate CHAPTER=…)\n"


def test_numbers_of_numpy_are_numbers(capsys):
    report.measured("accuracy", np.float32(0.75), name="basics.rnn")
    assert "≈ 0.750 (expected" in capsys.readouterr().out


BAD_ARGUMENTS = [
    ({"value": float("nan")}, ValueError, "value of basics.rnn must be a finite number, got nan"),
    ({"value": -float("inf")}, ValueError, "value of basics.rnn must be a finite number, got -inf"),
    ({"value": "0.7"}, TypeError, "value of basics.rnn must be a number, got '0.7'"),
    ({"value": None}, TypeError, "value of basics.rnn must be a number, got None"),
    ({"value": True}, TypeError, "value of basics.rnn must be a number, got True"),
    (
        {"value": 1.2, "bounds": (0, 1)},
        ValueError,
        "must be a finite number from 0.0 to 1.0, got 1.2",
    ),
    ({"bounds": (1, 0)}, ValueError, r"bounds must be (low, high) with low < high, got (1, 0)"),
    ({"bounds": (1,)}, ValueError, r"bounds must be (low, high), got (1,)"),
    ({"bounds": 1}, TypeError, "bounds must be tuple or list, got 1 (int)"),
    ({"resolution": 0}, ValueError, "resolution must be a finite number above 0"),
    ({"digits": 2.5}, TypeError, "digits must be an integer, got 2.5"),
    ({"digits": 13}, ValueError, "digits must be an integer from 0 to 12, got 13"),
    ({"name": "Basics.rnn"}, ValueError, "name must be words of a-z, 0-9 and _ with dots between"),
    ({"name": "basics..rnn"}, ValueError, "name must be words"),
    ({"name": "basics.rnn\n"}, ValueError, "name must be words"),
    ({"name": 3}, TypeError, "name must be str, got 3 (int)"),
    ({"label": "a ≈ b"}, ValueError, "label must be one line of text without ≈"),
    ({"label": "a\nb"}, ValueError, "label must be one line of text"),
    ({"unit": "(s)"}, ValueError, "unit must be a word or sign without digits and brackets"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD_ARGUMENTS)
def test_bad_arguments_are_named_and_change_nothing(capsys, monkeypatch, tmp_path, change, error, message):
    monkeypatch.setenv("RNNKIT_RECORD", str(tmp_path / "record"))
    arguments = {"label": "accuracy", "value": 0.75, "name": "basics.rnn", **change}
    with pytest.raises(error, match=re.escape(message)):
        report.measured(arguments.pop("label"), arguments.pop("value"), **arguments)
    assert stating._stated == {}
    assert not (tmp_path / "record").exists()
    assert capsys.readouterr().out == ""


@given(value=finite, low=finite, width=st.floats(0, 1e6), digits=st.integers(0, 6))
def test_bracket_holds_the_range_and_verdict_agrees(value, low, width, digits):
    bottom, top = (float(text) for text in stored_ranges.bracket(low, low + width, digits))
    step = 10.0**-digits
    assert bottom <= low
    assert low + width <= top
    slack = step * 1e-3 + abs(low) * 1e-12
    assert low - bottom < step + slack
    assert top - (low + width) < step + slack
    text = stored_ranges.rounded(value, digits)
    assert len(text.partition(".")[2]) == digits
    assert abs(float(text) - value) <= step / 2 + abs(value) * 1e-12


@given(st.floats(-1e-3, 0), st.integers(0, 2))
def test_there_is_no_negative_zero(value, digits):
    assert not stored_ranges.rounded(value, digits).startswith("-")


def test_a_bracket_that_fits_is_not_widened():
    assert stored_ranges.bracket(0.742, 0.8, 3) == ("0.742", "0.800")


def test_same_name_again(capsys, kernel):
    report.measured("accuracy", 0.75, name="basics.rnn")
    report.measured("accuracy again", 0.75, name="basics.rnn")
    with pytest.raises(ValueError, match=r"name 'basics.rnn' is taken: stated as 0.75, now as 0.76"):
        report.measured("accuracy", 0.76, name="basics.rnn")
    with pytest.raises(ValueError, match="is taken"):
        report.glue("basics.rnn", 3)
    assert len(kernel.shown) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_learner_may_run_a_cell_again(kernel):
    kernel.cell = "first"
    report.measured("accuracy", 0.75, name="basics.rnn")
    report.measured("accuracy", 0.78, name="basics.rnn")
    assert len(kernel.shown) == 2
    kernel.cell = "second"
    with pytest.raises(ValueError, match="is taken"):
        report.measured("accuracy", 0.75, name="basics.rnn")
    report.start()
    report.measured("accuracy", 0.75, name="basics.rnn")


def test_record_keeps_what_the_range_is_made_from(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNKIT_RECORD", str(tmp_path / "record"))
    report.measured("accuracy", 0.75123, name="basics.rnn", digits=2, bounds=(0, None), resolution=0.01)
    report.glue("basics.n", 4)
    report.measured_table({"RNN (tanh)": {"test": 0.9, "n": 3}}, name="basics.t", bounds={"test": (0, 1)})
    records = [json.loads(line) for line in (tmp_path / "record").read_text(encoding="utf-8").splitlines()]
    assert records == [
        {"name": "basics.rnn", "value": 0.75123, "digits": 2, "bounds": [0, None], "resolution": 0.01},
        {"name": "basics.t.rnn_tanh.test", "value": 0.9, "digits": 3, "bounds": [0, 1], "resolution": None},
    ]


def test_glue_is_for_exact_values(kernel):
    report.glue("basics.classes", np.int64(10))
    report.glue("basics.word", "hello")
    assert kernel.glued == {"basics.classes": "10", "basics.word": "'hello'"}
    with pytest.raises(TypeError, match=re.escape("basics.x must be an int or a str, got 0.5 (float)")):
        report.glue("basics.x", 0.5)
    with pytest.raises(ValueError, match=r"basics.y must not hold ≈"):
        report.glue("basics.y", "≈ 3")


def test_glued_value_has_the_form_of_myst_nb(kernel, monkeypatch):
    """The book's builder reads what myst_nb.glue writes, so `report` must write the same."""
    from myst_nb.ext.glue import glue

    ours = (report.glue("basics.word", "hello"), kernel.shown.pop())[1]
    monkeypatch.setattr("myst_nb.ext.glue.ipy_display", kernel.display)
    monkeypatch.setattr(
        "IPython.core.formatters.format_display_data", lambda value: ({"text/plain": repr(value)}, {})
    )
    glue("basics.word", "hello", display=False)
    assert kernel.shown == [ours]


ROWS = {
    "RNN (tanh)": {"test": 0.97, "parameters": 96},
    "logistic regression <l2>": {"parameters": 650, "test": 0.95},
}


class Cells(HTMLParser):
    """Collects the tags with their attributes and the texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *attrs))

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data)


def test_table_as_page(kernel):
    report.measured_table(ROWS, name="basics.t", row_label="model", caption="Digits & rows")
    page = Cells(kernel.shown[0][0]["text/html"])
    assert page.tags[0] == ("table", ("class", "measured"))
    assert page.tags.count(("th", ("scope", "col"))) == 3
    assert page.tags.count(("th", ("scope", "row"))) == 2
    assert page.texts == [
        "Digits & rows",
        *("model", "test", "parameters"),
        *("RNN (tanh)", "≈ 0.970", "expected 0.900 to 1.000", "96"),
        *("logistic regression <l2>", "≈ 0.950", "no range yet: make calibrate CHAPTER=…", "650"),
    ]


def test_table_as_text_and_its_glued_cells(kernel):
    report.measured_table(ROWS, name="basics.t", digits={"test": 2})
    assert kernel.shown[0][0]["text/plain"].splitlines() == [
        "RNN (tanh), test ≈ 0.97 (expected 0.90 to 1.00)",
        "RNN (tanh), parameters 96",
        "logistic regression <l2>, test ≈ 0.95 (no range yet: make calibrate CHAPTER=…)",
        "logistic regression <l2>, parameters 650",
    ]
    assert kernel.glued == {
        "basics.t.rnn_tanh.test": "'≈ 0.97'",
        "basics.t.rnn_tanh.parameters": "96",
        "basics.t.logistic_regression_l2.test": "'≈ 0.95'",
        "basics.t.logistic_regression_l2.parameters": "650",
    }


def test_table_without_a_notebook_is_text(capsys):
    report.measured_table({"RNN (tanh)": {"test": 0.5}}, name="basics.t")
    assert capsys.readouterr().out == "RNN (tanh), test ≈ 0.500 (OUTSIDE 0.900 to 1.000)\n"


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ({}, ValueError, "rows must have at least one row"),
        ([], TypeError, "rows must be Mapping"),
        ({"a": {}}, ValueError, "rows must have at least one column"),
        ({"a": 3}, TypeError, "row 'a' must be Mapping, got 3 (int)"),
        ({1: {"x": 0.5}}, TypeError, "row must be str, got 1 (int)"),
        (
            {"a": {"x": 0.5}, "b": {"y": 0.5}},
            ValueError,
            "row 'b' must have the keys x: missing x; unk",
        ),
        ({"a": {"x": float("nan")}}, ValueError, "value of basics.t.a.x must be a finite number, got nan"),
        ({"β": {"x": 0.5}}, ValueError, "headings need a letter a-z or a digit, got 'β'"),
        (
            {"a": {"x": 0.5}, "A": {"x": 0.6}},
            ValueError,
            "name 'basics.t.a.x' is taken: stated as 0.5",
        ),
    ],
)
def test_bad_tables_are_named_and_change_nothing(kernel, rows, error, message):
    with pytest.raises(error, match=re.escape(message)):
        report.measured_table(rows, name="basics.t")
    assert stating._stated == {}
    assert kernel.shown == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is damaged"),
        ("[]", "it must hold {chapter: {name: range}}"),
        ('{"a": 3}', "it must hold {chapter: {name: range}}"),
        ('{"a": {"n": {"low": 1}}}', "a: n must have finite numbers low <= high, got 1 and None"),
        ('{"a": {"n": {"low": 2, "high": 1}}}', "a: n must have finite numbers low <= high, got 2 and 1"),
        ('{"a": {"n": {"low": NaN, "high": 1}}}', "a: n must have finite numbers"),
        ('{"a": {"n": [1, 2]}}', "a: n must have finite numbers"),
        ('{"a": {"n": {"low": 1, "high": 2}}, "b": {"n": {"low": 1, "high": 2}}}', "n stands in a and in b"),
    ],
)
def test_damaged_ranges(ranges, content, message):
    ranges.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        report.measured("accuracy", 0.75, name="basics.rnn")
    assert "ranges.json is damaged" in str(caught.value)
    assert "git checkout" in str(caught.value)


def test_missing_ranges(ranges):
    ranges.unlink()
    with pytest.raises(FileNotFoundError, match=r"ranges.json is missing .* git checkout"):
        report.measured("accuracy", 0.75, name="basics.rnn")


def draws():
    return random.random(), np.random.random(), torch.rand(1).item()  # noqa: NPY002 - the state that start() seeds


def test_start_makes_everything_repeatable(monkeypatch):
    assert report.start() == 0
    first = draws()
    report.start()
    assert draws() == first
    monkeypatch.setenv("RNNKIT_SEED", "7")
    assert report.start() == 7
    assert not set(draws()) & set(first)
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


@pytest.fixture(autouse=True)
def torch_as_it_was():
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("text", ["-1", "one", "", "1.5", "4294967296", "٣"])
def test_bad_seed(monkeypatch, text):
    monkeypatch.setenv("RNNKIT_SEED", text)
    with pytest.raises(ValueError, match=r"RNNKIT_SEED must be an integer from 0 to 2\*\*32 - 1"):
        report.start()


def test_report_needs_no_torch():
    program = (
        "import sys; sys.modules['torch'] = None; sys.modules['IPython'] = None\n"
        "from rnnkit import report; assert report.start() == 0; report.glue('a', 1)"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RNNKIT_")}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
