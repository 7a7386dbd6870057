"""Chapter 06: like is compared with like, and what is called better passed the test of the book."""

import re

import pytest
from stored_chapters import cells, code, paragraphs

from rnnkit import results

SENTIMENT = "06_sentiment"


def test_the_network_that_read_the_reviews_stands_beside_counts_that_read_them_too():
    """The labels of the reviews are part of the training: a baseline without them is another task."""
    found = [part for part in paragraphs(SENTIMENT) if "sentiment.more.fine_tuned`" in part]
    assert len(found) >= 3  # opening, result, summary
    for part in found:
        assert "sentiment.more.naive_bayes_with_the_reviews`" in part, part
    for part in paragraphs(SENTIMENT):
        assert not ("sentiment.more." in part and "sentiment.folds.naive_bayes`" in part) or part in found


@pytest.mark.parametrize("name", ["sentiment_baselines", "sentiment_paired", "imdb_reviews"])
def test_every_verdict_is_on_the_page(name):
    """A table shows each comparison of the study, in the words of the study."""
    shown = "\n".join(
        output["data"].get("text/plain", "")
        for cell in cells(SENTIMENT)
        for output in cell.get("outputs", ())
        if "data" in output
    )
    for row in results.load(name)["results"]["compared"]:
        assert f"{row['first']} against {row['second']}, verdict {row['verdict']}" in shown


def test_every_comparison_in_the_text_is_asserted():
    """The sentences say better or a draw: the cell that shows the table fails if the study says otherwise."""
    for name in ("verdicts", "more", "long_verdicts"):
        (cell,) = (
            source
            for source in code(SENTIMENT)
            if re.search(rf"^{name} = show_pairs\(", source, re.MULTILINE)
        )
        assert re.search(rf"assert .*{name}\[", cell), name
