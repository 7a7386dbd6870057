"""The page on speed: its parts show the numbers of the stored files."""

import re

import course_benchmarks
import course_benchmarks_memory
import course_benchmarks_tables
import pytest
from course_benchmarks_plot import ratio_plot
from places import ROOT

from benchmarks import alternating, rivals
from benchmarks import layers as bench
from rnnkit import results

TASKS = ("forward", "training", "inference")


@pytest.fixture
def record():
    return results.load("layer_speed")


def test_the_tables_show_the_numbers_of_the_file(record):
    for task in TASKS:
        _, *tables = course_benchmarks.races(record, task)
        shown = [row.astext().split("\n\n") for table in tables for row in table[1].children[-1].children]
        rows = [
            row for name in rivals.GATES for row in record["results"]["races"]
            if (row["layer"], row["task"]) == (name, task)
        ]  # fmt: skip
        assert len(shown) == len(rows)
        for cells, row in zip(shown, rows, strict=True):
            assert cells[0].replace("\u202f", " ") == ", ".join(map(str, row["size"].values()))
            assert float(cells[1]) == pytest.approx(row["milliseconds"]["rnnkit"][1], rel=0.006)
            assert float(cells[2]) == pytest.approx(row["milliseconds"]["torch.nn"][1], rel=0.006)
            for cell, rival in zip(cells[3:-2], row["ratio"], strict=True):
                first, median, third = (f"{q:.2f}" for q in row["ratio"][rival])
                assert cell.replace("\u202f", " ").replace("\u2060", "") == f"{median} ({first}–{third})"
            shares = [100 * row["share"][rival] for rival in ("rnnkit", "torch.nn")]
            assert [float(cell) for cell in cells[-2:]] == pytest.approx(shares, rel=0.05, abs=0.06)


def test_growth_and_machine_are_those_of_the_file(record):
    tables = course_benchmarks.growth(record, "growth")
    text = "\n".join(table.astext() for table in tables)
    for found in record["results"]["growth"]:
        for exponent in found["exponent"].values():
            assert f"{exponent:.2f}" in text
    (paragraph,) = course_benchmarks.about(record, "about")
    assert record["hardware"] in paragraph.astext()
    assert record["versions"]["torch"] in paragraph.astext()
    (lines,) = course_benchmarks.summary(record, "summary")
    assert [line.astext().split(":")[0] for line in lines] == list(rivals.GATES)


def test_the_fastest_are_counted_at_all_sizes(record):
    for row in record["results"]["races"]:
        if row["task"] == "training" and row["size"]["B"] == 1:  # three of the ten
            row["milliseconds"]["another"] = [0, 1e-9, 1]
    (found,) = course_benchmarks.fastest(record, "fastest")
    rows = [row.astext().split("\n\n") for row in found[1].children[-1].children]
    assert len(rows) == len(TASKS)
    for name, *cells in rows:
        assert len(cells) == len(rivals.GATES)
        for cell in cells:
            counts = dict(part.rsplit(" ", 1) for part in cell.split(", "))
            assert sum(map(int, counts.values())) == len(bench.SIZES)
            assert counts.get("another") == ("3" if name == "Training step" else None)


def test_batches_of_two_lengths_are_those_of_their_file():
    record = results.load("layer_alternating")
    races = record["results"]["races"]
    assert [(row["layer"], row["label"]) for row in races] == [
        (name, label) for name in rivals.GATES for label in alternating.SIZES.values()
    ]
    (found,) = course_benchmarks_memory.alternating(record, "alternating")
    rows = [row.astext().split("\n\n") for row in found[1].children[-1].children]
    for cells, row in zip(rows, races, strict=True):
        first, second = row["size"]["T"]
        assert cells[0].startswith(f"{row['layer']}: {row['size']['B']},")
        assert f"{first} and {second}" in cells[0]
        for cell, rival in zip(cells[3:], ("torch.nn", "rnnkit, two layers"), strict=True):
            assert cell.startswith(f"{row['ratio'][rival][1]:.2f} (")


class TestWhatThePageSays:
    """Sentences that a new measurement may make wrong."""

    page = " ".join((ROOT / "appendix/speed.md").read_text(encoding="utf-8").split())

    def test_the_layer_that_comes_to_the_peak(self, record):
        shares = {
            (share, row["layer"], row["task"], row["size"]["H"], rival)
            for row in record["results"]["races"]
            for rival, share in row["share"].items()
        }
        highest, *where = max(shares)
        assert where == ["LSTM", "inference", 512, "onnxruntime"]
        assert highest > 1 - 1 / 20
        assert (
            "the LSTM of onnxruntime with 512 units, in inference: it comes to within a twentieth"
            in self.page
        )
        assert not re.search(r"can(not| never)? reach 100 %", self.page)

    def test_which_compiled_loops_gain_where_a_step_is_small(self, record):
        assert "flax and onnxruntime gain most on rnnkit where a step is small" in self.page
        assert "The loops of torch.nn for RNN and GRU do not" in self.page
        for layer in rivals.GATES:
            rows = [
                row for row in record["results"]["races"]
                if (row["layer"], row["task"]) == (layer, "inference")
            ]  # fmt: skip
            best = {
                rival: max(rows, key=lambda row, rival=rival: row["ratio"][rival][1])["label"]
                for rival in ("flax", "onnxruntime", "torch.nn")
            }
            assert (best["flax"], best["onnxruntime"]) == ("all small", "all small")
            assert layer == "LSTM" or best["torch.nn"] in ("edge: 512 units", "language model")


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(0.5234, "0.523"), (9.999, "10.00"), (24.16, "24.2"), (1234.0, "1234")]
)
def test_times_have_three_digits(milliseconds, shown):
    assert course_benchmarks_tables.milliseconds(milliseconds) == shown


def test_the_drawing_has_a_mark_for_each_race_and_a_name(record):
    rows = [row for row in record["results"]["races"] if row["task"] == "training"]
    svg = ratio_plot(rows, "torch.nn", "stem")
    assert svg.count('<g style="fill:') == len(rows) + len(rivals.GATES)  # and the legend
    assert 'role="img" aria-labelledby="stem-name"><title id="stem-name">Time of rnnkit' in svg
    for size, label in bench.SIZES.items():
        assert f">{', '.join(map(str, size))}</text>" in svg
        assert f">{label}</text>" in svg
