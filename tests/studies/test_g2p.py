"""The study of networks that say words: that it computes what it says, and that its file follows."""

import course_data
import numpy as np
import pytest

from rnnkit import datasets, g2p, report, results
from rnnkit.g2p import reader
from studies import g2p as study
from studies.shared import g2p_errors as errors

CAT = g2p.Entry("cat", (("K", "AE", "T"),))
READ = g2p.Entry("read", (("R", "EH", "D"), ("R", "IY", "D")))
ENTRIES = [CAT, READ, g2p.Entry("toast", (("T", "OW", "S", "T"),))]
SAID = [("K", "AE", "T"), ("R", "IY", "D"), ("T", "AA", "S", "T", "AH")]


@pytest.fixture(scope="module")
def stored():
    return results.load("g2p")


class TestEdits:
    def test_by_hand(self):
        assert errors.edits(("K", "AE", "T"), ("K", "AE", "T")) == []
        assert errors.edits(("K", "AH", "T"), ("K", "AE", "T")) == [("AE", "AH")]
        assert errors.edits(("K", "T"), ("K", "AE", "T")) == [("AE", errors.NOTHING)]
        assert errors.edits(("S", "K", "T"), ("K", "T")) == [(errors.NOTHING, "S")]
        assert errors.edits((), ("K",)) == [("K", errors.NOTHING)]

    def test_as_many_as_the_distance(self):
        rng = np.random.default_rng(0)
        for _ in range(200):
            said, listed = (tuple(rng.choice(["B", "IY", "AH"], rng.integers(1, 7))) for _ in range(2))
            judged = g2p.judge([said], [g2p.Entry("w", (listed,))])
            assert len(errors.edits(said, listed)) == judged.edits[0]

    def test_confusions(self):
        found = errors.confusions(SAID, ENTRIES, g2p.judge(SAID, ENTRIES))
        assert found["edits"] == 2
        assert found["kinds"] == {"vowel for vowel": 1, "a vowel too many": 1}
        assert found["share of vowels among the listed phones"] == 3 / 10
        assert found["commonest, listed and said"] == [["OW", "AA", 1], [errors.NOTHING, "AH", 1]]

    @pytest.mark.parametrize(
        ("pair", "kind"),
        [
            (("B", "P"), "consonant for consonant"),
            (("B", "AH"), "vowel for consonant or back"),
            (("AH", "W"), "vowel for consonant or back"),
            (("B", errors.NOTHING), "a consonant too few"),
            ((errors.NOTHING, "B"), "a consonant too many"),
            (("AH", errors.NOTHING), "a vowel too few"),
        ],
    )
    def test_kinds(self, pair, kind):
        assert errors._kind(*pair) == kind


class TestGroups:
    def test_by_length(self):
        found = errors.by_length(ENTRIES, g2p.judge(SAID, ENTRIES))
        assert list(found) == ["1 to 4", "5 to 6"]
        assert found["1 to 4"] == {"words": 2, "WER": 0.0, "WER, first listed": 50.0, "PER": 0.0}
        assert found["5 to 6"] == {"words": 1, "WER": 100.0, "WER, first listed": 100.0, "PER": 50.0}

    def test_every_length_has_its_group(self):
        assert errors.LENGTHS[0][0] == 1
        assert errors.LENGTHS[-1][1] == g2p.MOST_LETTERS
        assert all(a[1] + 1 == b[0] for a, b in zip(errors.LENGTHS, errors.LENGTHS[1:], strict=False))

    def test_by_pronunciations(self):
        best = [[SAID[0]], [("R", "IY", "D"), ("R", "EH", "D"), ("R",)], [SAID[2]]]
        found = errors.by_pronunciations(ENTRIES, g2p.judge(SAID, ENTRIES), best)
        assert (found["one"]["words"], found["several"]["words"]) == (2, 1)
        assert found["several"]["WER, first listed"] == 100.0
        assert (found["two listed ones among the best"], found["one listed one among the best"]) == (1.0, 1.0)

    def test_where_a_word_stands(self):
        texts = ["Rose met Anna.", "A rose is a rose; IBM is not."]
        found = errors.kinds_of_words(["rose", "anna", "is", "zyx", "ibm", "a"], texts)
        small, capital, nowhere = "in small letters", "only with a capital", "nowhere"
        assert found == [small, capital, small, nowhere, nowhere, small]

    def test_examples_are_the_first_wrong_ones(self):
        judged = g2p.judge(SAID, ENTRIES)
        (found,) = errors.examples(SAID, ENTRIES, judged, np.ones(3, bool))
        assert found == {"word": "toast", "said": "T AA S T AH", "listed": "T OW S T"}
        assert errors.examples(SAID, ENTRIES, judged, np.array([True, True, False])) == []


class TestFile:
    def test_it_says_how_it_was_made(self, stored):
        assert stored["command"] == study.COMMAND
        assert stored["seeds"] == list(study.SEEDS)
        assert len(study.SEEDS) >= 5
        assert stored["data"]["cmudict"] == datasets.CMUDICT_SHA256
        assert stored["results"]["networks"]["chapter"]["recipe"] == study.CHAPTER
        assert stored["results"]["published"] == study.PUBLISHED

    def test_what_was_asked_for_was_reached(self, stored):
        rows = stored["results"]["networks"]
        assert rows["chapter"]["greedy"]["of each seed"]["WER"][0] <= 36  # what the chapter trains
        assert rows["chapter"]["beam of 3"]["WER"] <= 36
        assert rows["page"]["greedy"]["WER"] <= 30.5
        assert rows["page"]["greedy"]["PER"] <= 7.7
        assert rows["page"]["bytes of the script, compressed"] <= 320_000
        assert rows["large"]["greedy"]["WER"] <= 28
        assert rows["large"]["seconds"] < 3600

    @pytest.mark.parametrize("name", ["chapter", "page", "large"])
    def test_rates_follow_from_the_answers(self, stored, name):
        found, N = stored["results"], stored["results"]["words"]["test"]
        for kind in ("greedy", f"beam of {study.BEAMS[name]}"):
            row = found["networks"][name][kind]
            wer = [100 * (1 - report.unpack_answers(one, N).mean()) for one in row["right"]]
            assert row["WER"] == pytest.approx(np.mean(wer))
            assert len(wer) == (len(study.SEEDS) if name == "chapter" else 1)
            assert row["WER, first listed"] >= row["WER"] > row["PER"]

    def test_the_shipped_networks_are_those_of_the_records(self, stored):
        for name, file in study.SHIPPED.items():
            about, row = reader.record(file), stored["results"]["networks"][name]
            assert row["parameters"] == about["parameters"]
            assert row["seconds"] == about["seconds"]
            for kind, rates in about["error rates in percent"].items():
                assert row[kind]["WER"] == pytest.approx(rates["test"]["WER"], abs=0.02)

    def test_verdicts_follow_from_the_answers(self, stored):
        found, N = stored["results"], stored["results"]["words"]["test"]
        right = {
            f"{name}, {kind}": [report.unpack_answers(one, N) for one in row[kind]["right"]]
            for name, row in found["networks"].items()
            for kind in ("greedy", f"beam of {study.BEAMS[name]}")
        }
        for row in found["compared"]:
            first, second = right[row["first"]], right[row["second"]]
            pairs = [report.mcnemar(first[k % len(first)], one) for k, one in enumerate(second)]
            assert row["verdict"] == report.verdict(pairs, len(found["compared"]))

    def test_the_groups_are_partitions(self, stored):
        found = stored["results"]["errors of the page's network, greedy"]
        N = stored["results"]["words"]["test"]
        listed = found["by listed pronunciations"]
        assert listed["one"]["words"] + listed["several"]["words"] == N
        for groups in (found["by letters"], found["in texts"]):
            assert sum(row["words"] for row in groups.values()) == N
            wrong = sum(row["words"] * row["WER"] for row in groups.values()) / N
            assert wrong == pytest.approx(stored["results"]["networks"]["page"]["greedy"]["WER"])
        assert sum(found["confusions"]["kinds"].values()) == found["confusions"]["edits"]


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(g2p, "entries", course_data.entries)
    few, reviews = datasets.speeches()[:2], {"imdb": datasets.Reviews(("Rose met Anna.",), [1])}
    monkeypatch.setattr(datasets, "speeches", lambda: few)  # to look words up in all texts takes its time
    monkeypatch.setattr(datasets, "movie_reviews", reviews.__getitem__)
    monkeypatch.setattr(results, "save", lambda *given, **more: pytest.fail("it wrote a file"))
    study.main(["--quick"])
    assert "a quick run: nothing was written" in capsys.readouterr().out
