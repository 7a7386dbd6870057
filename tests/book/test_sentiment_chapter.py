"""Chapter 06: like is compared with like, and what is called better passed the test of the book."""

import re

import pytest
from stored_chapters import cells, code, glued, paragraphs, words

from rnnkit import datasets, results, text
from rnnkit.sentiment import train as recipe

SENTIMENT = "06_sentiment"


def test_the_network_that_read_the_reviews_stands_beside_counts_that_read_them_too():
    """The labels of the reviews are part of the training: a baseline without them is another task."""
    found = [part for part in paragraphs(SENTIMENT) if "sentiment.more.fine_tuned`" in part]
    assert len(found) >= 3  # opening, result, summary
    for part in found:
        assert "sentiment.more.naive_bayes_with_the_reviews`" in part, part
    for part in paragraphs(SENTIMENT):
        assert not ("sentiment.more." in part and "sentiment.folds.naive_bayes`" in part) or part in found


@pytest.mark.parametrize(
    "name", ["sentiment_baselines", "sentiment_paired", "sentiment_order", "imdb_reviews"]
)
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
    for name in ("verdicts", "more", "without_order", "long_verdicts"):
        (cell,) = (
            source
            for source in code(SENTIMENT)
            if re.search(rf"^{name} = show_pairs\(", source, re.MULTILINE)
        )
        assert re.search(rf"assert .*{name}\[", cell), name


def test_unknown_is_not_never_seen():
    """A word that training showed once is unknown, too: that is more sentences than hold a new word."""
    parts = datasets.movie_reviews("rotten_tomatoes").split(seed=0)
    training, _, test = ([text.tokenize(one) for one in part.texts] for part in parts)
    vocabulary = text.Vocabulary.count(training, 2)
    seen = {token for row in training for token in row}
    unknown = sum(any(token not in vocabulary for token in row) for row in test) / len(test)
    new = sum(any(token not in seen for token in row) for row in test) / len(test)
    assert glued(SENTIMENT)["sentiment.words.touched"].strip("'") == f"{unknown:.0%}"
    assert new < unknown - 0.1
    told = words(SENTIMENT)
    assert "hold one that the network does not know, because the training showed it once at most" in told
    assert "training never showed" not in told


def test_the_first_fold_stands_alone():
    """Only its test part was not among the sentences that the settings were tried on."""
    accuracy = results.load("sentiment_paired")["results"]["accuracy"]
    shown = glued(SENTIMENT)
    for name in ("fine-tuned", "naive Bayes with the reviews", "LSTM and naive Bayes"):
        slug = name.lower().replace(" ", "_").replace("-", "_")
        found = shown[f"sentiment.first_fold.{slug}"].strip("'")
        assert found == f"{100 * accuracy[name]['values'][0]:.1f}%"
        assert f"sentiment.first_fold.{slug}" in words(SENTIMENT)


def test_the_factor_of_naive_bayes_is_that_of_the_recipe():
    factor = recipe.RECIPE["naive_bayes"]["temperature"]
    assert f"its score is multiplied by {factor} first" in words(SENTIMENT)


def test_shuffling_changes_answers_though_not_the_accuracy():
    found = results.load("sentiment_baselines")["results"]
    (row,) = (row for row in found["compared"] if row["second"] == "BiLSTM, words shuffled")
    changed = sum(row["only the first right"] + row["only the second right"]) / (2 * found["sentences"])
    assert glued(SENTIMENT)["sentiment.folds.changed"].strip("'") == f"{100 * changed:.0f}%"
    assert changed > 0.02
    for said in ("no difference to the LSTM that", "nothing that we can measure"):
        assert said not in words(SENTIMENT)
