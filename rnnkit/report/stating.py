"""How a notebook states a number.

An exact number is the same on every machine: print it, or `glue` it for use in the text. A measured number
(accuracy, loss after training) is not: `measured` and `measured_table` print it with the range that several
seeds gave, `test accuracy ≈ 0.771 (expected 0.742 to 0.800)`, and glue it, so that the text can say
{glue:text}`basics.digits.rnn` and show `≈ 0.771`. The ranges are never typed: `make calibrate` writes them.
"""

import html
import json
import os
import random
import re
import sys
from collections.abc import Mapping
from numbers import Integral

import numpy as np

from rnnkit import _validation as v
from rnnkit.report import numbers, ranges

GLUE_PREFIX = "application/papermill.record/"  # hides a glued value from the reader of the cell

_stated = {}  # name: (the notebook cell that stated it, value)


def start():
    """Make the chapter repeatable and return its seed: RNNKIT_SEED from the environment, else 0.

    Seeds `random`, NumPy and, where it is installed, torch, which also gets one thread and deterministic
    algorithms. Raises ValueError if RNNKIT_SEED is not an integer from 0 to 2³² − 1.
    """
    text = os.environ.get("RNNKIT_SEED", "0")
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) >= 2**32:
        raise ValueError(f"RNNKIT_SEED must be an integer from 0 to 2**32 - 1, got {text!r}")
    seed = int(text)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - scikit-learn draws from the global state unless told otherwise
    try:
        import torch
    except ImportError:
        pass
    else:
        os.environ.setdefault(
            "CUBLAS_WORKSPACE_CONFIG", ":4096:8"
        )  # else deterministic products on CUDA raise
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
    _stated.clear()
    return seed


def measured(label, value, *, name, digits=3, unit="", bounds=None, resolution=None):
    """Print a measured number with its expected range and glue it as `name`.

    label: what was measured, as the reader sees it.
    value: a finite number.
    name: of a-z, 0-9, dots and underscores, unique in the book, as in "basics.digits.rnn".
    digits: digits after the decimal point, 0 to 12.
    unit: printed after the number.
    bounds: (low, high), None for an open side: what is possible at all, as in (0, 1) for an accuracy.
    resolution: the smallest step between two possible values, as in 1/450 for an accuracy on 450 samples;
        the range reaches at least this far to both sides of the mean.

    The number as printed is what counts: it is OUTSIDE if it, rounded, lies beyond the range.

    Raises TypeError or ValueError that names the argument; ValueError if `name` was stated with another
    value, unless JupyterLab runs the same cell again; FileNotFoundError or ValueError if the ranges cannot be
    read.
    """
    numbers.require_line("label", label)
    number = numbers.Measured(name, value, digits, bounds, resolution, unit)
    verdict = number.verdict(ranges.by_name(ranges.read()))
    new = _state([number])
    print(f"{label} {number.text} ({verdict})")
    _glue(new)


def measured_table(rows, *, name, digits=3, bounds=None, row_label="", caption=None, resolution=None):
    """Show a table of measured numbers, each by the rule of `measured`, and glue every cell.

    rows: {row: {column: value}}, the same columns in every row. A float is measured; an int or a str is exact
        and shown as it is (a number of parameters, say).
    name: the cells are glued as f"{name}.{row}.{column}", in lower case and with "_" for what is neither a-z
        nor 0-9: "digits", "RNN (tanh)", "test accuracy" give "digits.rnn_tanh.test_accuracy".
    digits, bounds, resolution: as in `measured`, for all columns, or a dict {column: …}.
    row_label: heading of the first column. caption: title of the table; None for a general one.

    Raises as `measured`, before anything is shown.
    """
    numbers.require_name(name)
    columns = _columns(rows)
    numbers.require_line("row_label", row_label)
    if caption is None:
        caption = "Measured values, and the range to expect with other seeds and on other machines"
    numbers.require_line("caption", caption)
    expected = ranges.by_name(ranges.read())
    options = {"digits": digits, "bounds": bounds, "resolution": resolution}
    table = {}
    for row, values in rows.items():
        for column in columns:
            value = values[column]
            key = f"{name}.{numbers.slug(row)}.{numbers.slug(column)}"
            if isinstance(value, (str, Integral)):
                table[row, column] = numbers.Exact(key, value)
            else:
                table[row, column] = numbers.Measured(key, value, **_options(column, options))
    verdicts = {place: number.verdict(expected) for place, number in table.items()}
    new = _state(table.values())
    plain = "\n".join(
        f"{row}, {column} {number.text}" + (f" ({verdicts[row, column]})" if verdicts[row, column] else "")
        for (row, column), number in table.items()
    )
    _show(_page(rows, columns, table, verdicts, row_label, caption), plain)
    _glue(new)


def glue(name, value):
    """Glue an exact value, an int or a str, for use in the text as {glue:text}`name`.

    Raises TypeError for anything else: a float is either measured, or exact to digits that a str shows.
    """
    _glue(_state([numbers.Exact(name, value)]))


def _state(stated):
    """Note and record what is stated, all or nothing; return the numbers that are not glued yet."""
    cell = _cell_id()
    new, noted = [], {}
    for number in stated:
        again = number.name in _stated
        stated_in, old = _stated.get(number.name, (None, None))
        if again and cell is not None and stated_in == cell:
            again = False  # a learner runs the cell once more
        if number.name in noted or (again and old != number.value):
            old = noted.get(number.name, (None, old))[1]
            raise ValueError(f"name {number.name!r} is taken: stated as {old!r}, now as {number.value!r}")
        noted[number.name] = cell, number.value
        if not again:
            new.append(number)
    _write_record(number.record for number in new if number.record)
    _stated.update(noted)
    return new


def _cell_id():
    """Return the id of the running cell where the front end tells it (JupyterLab does), else None."""
    shell = _shell()
    return shell.get_parent().get("metadata", {}).get("cellId") if shell else None


def _shell():
    """Return the IPython shell of a notebook kernel; None in a plain script or test."""
    ipython = sys.modules.get("IPython")  # a kernel has imported it
    shell = ipython and ipython.get_ipython()
    return shell if hasattr(shell, "get_parent") else None


def _write_record(records):
    """Append what was measured, one JSON line each, to the file that RNNKIT_RECORD names."""
    path = os.environ.get("RNNKIT_RECORD")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)


def _page(rows, columns, table, verdicts, row_label, caption):
    """Return the table as HTML; without a style sheet, too, the ranges stand small under their numbers."""
    corner = f'<th scope="col">{html.escape(row_label)}</th>' if row_label else "<td></td>"
    head = corner + "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
    lines = ['<table class="measured">', f"<caption>{html.escape(caption)}</caption>"]
    lines += [f"<thead><tr>{head}</tr></thead>", "<tbody>"]
    for row in rows:
        cells = f'<th scope="row">{html.escape(row)}</th>'
        for column in columns:
            verdict = verdicts[row, column]
            small = f"<br><small>{html.escape(verdict)}</small>" if verdict else ""
            cells += f"<td>{html.escape(table[row, column].text)}{small}</td>"
        lines.append(f"<tr>{cells}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])


def _show(page, plain):
    """Show HTML with its plain twin in a notebook, the plain text elsewhere."""
    if _shell() is None:
        print(plain)
    else:
        from IPython.display import display

        display({"text/html": page, "text/plain": plain}, raw=True)


def _glue(stated):
    """Store numbers in the notebook as `myst_nb.glue` does, whose import takes longer than many a cell."""
    if _shell() is not None:
        from IPython.display import display

        for number in stated:
            metadata = {"scrapbook": {"name": number.name, "mime_prefix": GLUE_PREFIX}}
            display({f"{GLUE_PREFIX}text/plain": repr(number.glued)}, raw=True, metadata=metadata)


def _columns(rows):
    """Return the column names of a table {row: {column: value}}."""
    v.instance("rows", rows, Mapping)
    if not rows:
        raise ValueError("rows must have at least one row, got an empty dict")
    for row, values in rows.items():
        numbers.require_line("row", row)
        v.instance(f"row {row!r}", values, Mapping)
    columns = list(next(iter(rows.values())))
    if not columns:
        raise ValueError("rows must have at least one column")
    for row, values in rows.items():
        v.keys(f"row {row!r}", values, columns)
    for column in columns:
        numbers.require_line("column", column)
    return columns


def _options(column, options):
    """Pick the options for one column out of {option: value for all columns or dict by column}."""
    return {
        key: option[column] if isinstance(option, Mapping) else option
        for key, option in options.items()
        if not isinstance(option, Mapping) or column in option
    }
