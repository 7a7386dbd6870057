"""The canonical form of a notebook: nothing in it but what is the same in every run on one machine."""

import hashlib
import json
import re
from pathlib import Path

import quick_jsonschema  # noqa: F401

# isort: split
import nbformat

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class NotebookError(Exception):
    """A notebook that cannot be read or executed; the message says where and why."""


def read(path):
    """Return the notebook in the file `path`; NotebookError if there is none of format 4."""
    path = Path(path)
    if path.is_dir():
        raise NotebookError(f"{path} is a folder, expected the file of a notebook")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(stored, dict) and stored.get("nbformat", 4) != 4:
            raise ValueError(f"it has format {stored['nbformat']}, expected 4")
        notebook = nbformat.v4.to_notebook(stored)
        refuse_half_characters(notebook)
        nbformat.validate(canonical(notebook))
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist") from None
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
        raise NotebookError(f"{path} is not a notebook: {kind}{error}".splitlines()[0]) from None
    return notebook


def refuse_half_characters(notebook):
    """Raise ValueError, with the number of the cell, where a text holds what no file can store."""
    for number, cell in enumerate(notebook.cells, 1):
        if found := re.search("[\ud800-\udfff]", json.dumps(cell, ensure_ascii=False)):
            raise ValueError(
                f"cell {number} holds {found[0]!a}, half of a character, which no file can store"
            )


def canonical(notebook):
    """Return the notebook reduced to what is the same in every run; `notebook` itself is not changed.

    Cell ids follow from the content of the cell. Of all metadata only tags, mystnb, a folded input and the
    names of glued values stay. A traceback is reduced to its last line: the others hold paths of one machine.
    """
    cells, ids = [], set()
    for cell in notebook.cells:
        kept = {"cell_type": cell.cell_type, "id": _cell_id(cell, ids), "source": cell.source}
        kept["metadata"] = {key: cell.metadata[key] for key in ("mystnb", "tags") if cell.metadata.get(key)}
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            kept["metadata"]["jupyter"] = {"source_hidden": True}
        if cell.get("attachments"):
            kept["attachments"] = cell.attachments
        if cell.cell_type == "code":
            executed = sum(bool(earlier.get("execution_count")) for earlier in cells)
            kept["execution_count"] = executed + 1 if cell.execution_count else None
            kept["outputs"] = [_canonical_output(output, kept) for output in cell.outputs]
        cells.append(kept)
    return nbformat.from_dict(
        {"cells": cells, "metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def text_of(notebook):
    """Return the notebook as the text of its file."""
    return nbformat.v4.writes(notebook) + "\n"


def _cell_id(cell, taken):
    """Return an id made of the content, with a counter for equal cells, and note it in `taken`."""
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    names = (digest, *(f"{digest}-{count}" for count in range(2, len(taken) + 2)))
    free = next(name for name in names if name not in taken)
    taken.add(free)
    return free


def _canonical_output(output, cell):
    kept = {key: value for key, value in output.items() if key != "metadata"}
    if output.output_type in ("display_data", "execute_result"):
        kept["data"] = {key: value for key, value in output.data.items() if key != WIDGET_VIEW}
        kept["metadata"] = {key: value for key, value in output.metadata.items() if key == "scrapbook"}
    if output.output_type == "execute_result":
        kept["execution_count"] = cell["execution_count"]
    if output.output_type == "error":
        kept["traceback"] = [f"{output.ename}: {output.evalue}"]
    return kept
