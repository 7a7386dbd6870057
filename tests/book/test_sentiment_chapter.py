"""Chapter 06: like is compared with like, and what is called better passed the test of the book."""

import re

import canonical
import pytest
from places import ROOT

from rnnkit import results

NOTEBOOK = canonical.read(ROOT / "chapters" / "06_sentiment.ipynb")
TEXTS = [cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown"]
PARAGRAPHS = [part for text in TEXTS for part in re.split(r"\n\n|\n(?=- )", text)]


def test_the_network_that_read_the_reviews_stands_beside_counts_that_read_them_too():
    """The labels of the reviews are part of the training: a baseline without them is another task."""
    found = [part for part in PARAGRAPHS if "sentiment.more.fine_tuned`" in part]
    assert len(found) >= 3  # opening, result, summary
    for part in found:
        assert "sentiment.more.naive_bayes_with_the_reviews`" in part, part
    for part in PARAGRAPHS:
        assert not ("sentiment.more." in part and "sentiment.folds.naive_bayes`" in part) or part in found


@pytest.mark.parametrize("name", ["sentiment_baselines", "sentiment_paired", "imdb_reviews"])
def test_every_verdict_is_on_the_page(name):
    """A table shows each comparison of the study, in the words of the study."""
    shown = "\n".join(
        output["data"].get("text/plain", "")
        for cell in NOTEBOOK.cells
        for output in cell.get("outputs", ())
        if "data" in output
    )
    for row in results.load(name)["results"]["compared"]:
        assert f"{row['first']} against {row['second']}, verdict {row['verdict']}" in shown


def test_every_comparison_in_the_text_is_asserted():
    """The sentences say better or a draw: the cell that shows the table fails if the study says otherwise."""
    code = [cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"]
    for name in ("verdicts", "more", "long_verdicts"):
        (cell,) = (source for source in code if re.search(rf"^{name} = show_pairs\(", source, re.MULTILINE))
        assert re.search(rf"assert .*{name}\[", cell), name


def test_two_good_places_to_stop():
    stops = [k for k, cell in enumerate(NOTEBOOK.cells) if "{admonition} A good place to stop" in cell.source]
    exercises = next(k for k, cell in enumerate(NOTEBOOK.cells) if cell.source.startswith("## Exercises"))
    assert len(stops) == 2
    assert 0.1 < stops[0] / exercises < 0.5 < stops[1] / exercises < 0.95
