"""Chapters 03 and 04: what their texts must keep to beyond the rules for all notebooks."""

import ast
import re

import numpy as np
import pytest
from places import ROOT
from stored_chapters import GLUED, STEMS, cells, code, glued, prose, texts, words
from torch import nn

from rnnkit import cells as cells_of
from rnnkit import results, tasks
from rnnkit.report import ranges

LSTM, GRU = "03_lstm", "04_gru"
gated = pytest.mark.parametrize("stem", [LSTM, GRU])


@gated
def test_the_opening_shows_no_number_of_an_answer(stem):
    answers = re.search(r"Your four predictions:.*", words(stem))[0]
    said = {name.rsplit(".", 1)[0] for name in GLUED.findall(texts(stem)[0])}
    assert not {name.rsplit(".", 1)[0] for name in GLUED.findall(answers.partition("#")[0])} & said


def test_the_candidate_is_not_counted_among_the_gates():
    sources = [*map(words, STEMS), *(p.read_text("utf-8") for p in (ROOT / "appendix").glob("*.md"))]
    for source in sources:
        assert re.findall(r"\b[Ff]our gates\b|\b4 gates\b", source) == []


def bound(source):
    """Return the names that a cell binds: assigned, looped over, or taken as arguments."""
    tree = ast.parse(source)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}


@gated
def test_letters_mean_what_they_mean_elsewhere(stem):
    """y are scores, z is the update gate of the GRU, and what goes into an activation is a."""
    names = set().union(*map(bound, code(stem)))
    assert "y" not in names
    assert ("z" in names) == (stem == GRU)
    formulas = "\n".join(re.findall(r"```\{math\}.*?```|\$[^$]+\$", prose(stem), re.DOTALL))
    assert not re.search(r"\\prod_|_\{?j k\}?|_k\b", formulas)


VERDICT = re.compile(r"(faster|slower|better|worse|a draw) \(p = ([\d.e-]+)\)")


@gated
def test_better_means_a_test_that_says_so(stem):
    """One criterion for every comparison: p below 0.05 after correction, else a draw."""
    found = [
        (word, float(p))
        for cell in cells(stem)
        if cell.cell_type == "code"
        for output in cell.outputs
        for word, p in VERDICT.findall(str(output.get("data", {}).get("text/plain", "")))
    ]
    assert len(found) >= 12
    for word, p in found:
        assert (word == "a draw") == (p >= 0.05), (word, p)


def at_an_end(settings, rows):
    """Say how many of the chosen learning rates stand at an end of the list."""
    rates = settings["learning rates"]
    chosen = [row["learning rate"] in (min(rates), max(rates)) for row in rows]
    return f"{sum(chosen)} of {len(chosen)}"


def test_what_chapter_04_says_of_the_comparison_follows_from_the_file():
    study = results.load("cells_compared")["results"]
    rows = [entry["GRU compared"]["LSTM"] for entry in study["tasks"].values()]
    said = glued(GRU)
    better = sum(row["p"] < 0.05 and row["mean difference"] < 0 for row in rows)
    worse = sum(row["p"] < 0.05 and row["mean difference"] > 0 for row in rows)
    assert said["gru.study.better_than_lstm"] == f"{better} of {len(rows)}"
    assert said["gru.study.worse_than_lstm"] == f"{worse} of {len(rows)}"
    networks = [row for entry in study["tasks"].values() for row in entry["networks"].values()]
    assert said["gru.study.edge"] == at_an_end(study["settings"], networks)


def test_what_chapter_03_says_of_the_variants_follows_from_the_file():
    study = results.load("lstm_ablation")["results"]
    variants = [row for entry in study["tasks"].values() for row in entry["variants"].values()]
    differences = [row for entry in study["tasks"].values() for row in entry["differences"].values()]
    said = glued(LSTM)
    assert said["lstm.ablation.edge"] == at_an_end(study["settings"], variants)
    assert said["lstm.ablation.comparisons"] == str(len(differences))
    for entry in study["tasks"].values():  # the text calls coupled gates the winner, on both tasks
        updates = {name: row["updates"] for name, row in entry["variants"].items()}
        assert min(updates, key=updates.get) == "coupled gates"
        for pair in ("coupled gates - full LSTM", "coupled gates - input bias -1"):
            assert entry["differences"][pair]["mean"] < 0
            assert entry["differences"][pair]["p"] < 0.05


def test_what_chapter_03_says_of_the_chrono_start_follows_from_the_file():
    study = results.load("adding_chrono")["results"]
    said = glued(LSTM)
    for steps, entry in study["steps"].items():
        for start, row in entry["starts"].items():
            name = f"lstm.chrono.{steps}_steps_{start.lower().replace(' ', '_')}"
            assert said[f"{name}.updates"] == f"{row['updates']:.0f}"
            assert said[f"{name}.solved"] == f"{row['solved']} of 10"
            assert row["solved"] >= 9  # "nearly every run was solved"
        assert all(row["mean"] < 0 and row["p"] < 0.05 for row in entry["chrono compared"].values())
    rows = [row for entry in study["steps"].values() for row in entry["starts"].values()]
    assert at_an_end(study["settings"], rows) == "0 of 6"
    assert sum(len(entry["chrono compared"]) for entry in study["steps"].values()) == 4


def test_what_chapter_04_says_of_speed_follows_from_the_file():
    races = results.load("layer_kernels")["results"]["races"]
    said = glued(GRU)
    for way in ("with", "without"):
        for first, second in (("LSTM", "GRU"), ("GRU", "LSTM")):
            faster = sum(race[way][first][2] < race[way][second][0] for race in races)
            assert said[f"gru.speed.{first.lower()}_{way}"] == f"{faster} of {len(races)}"
    assert said["gru.speed.lstm_with"] == f"{len(races)} of {len(races)}"  # "slower, as PyTorch comes"


SOURCES = [  # what a sentence says, and whose result it is
    (LSTM, "trained with gradient clipping", "sutskever2014sequence"),
    (LSTM, "was all that came from far", "graves2005framewise"),
    (LSTM, "cut** the gradient on purpose", "hochreiter1997long"),
    (LSTM, "steps shows at every step a random number", "le2015simple"),
    (GRU, "cannot count by adding 1", "weiss2018practical"),
]


@pytest.mark.parametrize(("stem", "sentence", "source"), SOURCES, ids=[source for *_, source in SOURCES])
def test_a_result_is_cited_where_it_is_told(stem, sentence, source):
    paragraphs = [" ".join(part.split()) for text in texts(stem) for part in text.split("\n\n")]
    told = [part for part in paragraphs if sentence in part.replace("*was*", "was")]
    assert len(told) == 1
    assert source in told[0]


@gated
def test_a_question_without_a_check_names_what_the_chapter_has(stem):
    defined = {
        node.name: ast.unparse(node)
        for source in code(stem)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    questions = texts(stem)[-2].partition("### Without a check")[2]
    named = [name for name in re.findall(r"`(\w+)`", questions) if name not in {"bias_ih"}]
    assert [name for name in named if name not in defined] == []
    loops = [name for name in named if "tasks.adding" in defined[name]]
    assert loops or "train it" not in questions


def test_an_update_bias_of_3_leaves_more_than_half_to_the_straight_road():
    missing = ranges.read()[GRU]["gru.paths.gru_update_bias_3.missing"]["values"]
    assert 0.1 < min(missing) <= max(missing) < np.log10(2)  # "more than half", not "nearly the whole"


def test_a_shut_forget_gate_can_hold_a_number_too():
    """One unit, f = 0 and i = o = 1: an open direct path is one way to keep something, not the only one."""
    weights = {"weight_ih": np.array([[0.0], [0], [5], [0]]), "weight_hh": np.array([[0.0], [0], [5], [0]])}
    weights |= {"bias_ih": np.array([40.0, -40, 0, 40]), "bias_hh": np.zeros(4)}
    h, c = np.zeros((2, 1)), np.zeros((2, 1))
    for t in range(1000):
        h, c = cells_of.lstm_step(np.array([[0.9], [-0.9]]) * (t == 0), h, c, **weights)
    assert np.allclose(h[:, 0], [0.761, -0.761], rtol=0, atol=1e-3)
    swapped = ranges.read()[LSTM]
    others, keeper = (np.array(swapped[f"lstm.swap.{name}"]["values"]) for name in ("others", "keeper"))
    assert others.max() < 0.02
    assert keeper.min() > 0.1


def test_the_simple_rnn_failed_at_every_rate_as_chapter_03_says():
    study = results.load("cells_compared")["results"]
    rates = study["settings"]["learning rates"]
    assert (min(rates), max(rates)) == (0.001, 0.03)
    tried = study["tasks"]["adding, 50 steps"]["networks"]["RNN (tanh)"]["score at each learning rate"]
    assert min(tried) > tasks.adding_trivial()
    assert "from 0.001 to 0.03" in words(LSTM)


def parted(errors):
    """Say whether some runs come below a tenth of the trivial error, and all others stay near it."""
    shares = np.array(errors) / tasks.adding_trivial()
    solved, failed = shares < 0.1, shares > 0.95
    return solved.any() and failed.any() and (solved | failed).all()


def test_what_chapter_04_says_of_larger_rates_follows_from_the_file():
    """Two groups come with an unsuitable rate, and a good rate lies inside the longer list."""
    study = results.load("adding_rates")["results"]
    said = glued(GRU)
    solved = {}
    for name, by_rate in study["errors"].items():
        slug = name.lower().replace(",", "").replace(" ", "_")
        for rate, errors in by_rate.items():
            solved[name, rate] = sum(error < 0.05 * tasks.adding_trivial() for error in errors)
            assert (
                said[f"gru.rates.{slug}.at_{rate.replace('.', '_')}"]
                == f"{solved[name, rate]} of {len(errors)}"
            )
    assert 0 < solved["LSTM", "0.03"] < solved["LSTM", "0.06"] == solved["LSTM, forget bias 1", "0.1"] == 6
    assert parted(study["errors"]["LSTM"]["0.03"])
    assert parted(study["errors"]["GRU"]["0.3"])
    assert not parted(study["errors"]["GRU"]["0.1"])
    assert "At 0.3 the GRU, too, has two groups" in words(GRU)
    assert max(solved[name, "0.3"] for name in study["errors"]) <= 1
    p = study["GRU compared"]
    assert p["LSTM"] < 0.05 <= p["LSTM, forget bias 1"]  # "still better", "a draw"
    assert said["gru.rates.lstm.p"] == f"{p['LSTM']:.2g}"
    assert "(chosen on these same runs, which flatters all a little)" in words(GRU)


def test_more_updates_did_help_some_simple_rnns_as_a_box_of_chapter_04_says():
    longer = results.load("adding_starts")["results"]
    compared = results.load("cells_compared")["results"]["tasks"]["adding, 50 steps"]
    assert longer["settings"]["T"] == 50
    assert longer["settings"]["batches"] > compared["updates"]
    assert 0 < sum(error < 0.05 for error in longer["errors"]["uniform, tanh"]["0.003"]) < 10
    assert "in chapter 02, with more updates, some did" in words(GRU)
    assert "and was not tried" not in words(GRU)


def test_an_interval_holds_the_mean_as_often_as_it_says_only_if_the_runs_scatter_as_a_bell():
    """Where one run of ten falls into a second group, intervals of six runs hold the mean far less often."""
    rng = np.random.default_rng(0)
    found = {}
    for name, runs in {"bell": rng.normal(0, 1, (4000, 6)), "groups": rng.random((4000, 6)) < 0.1}.items():
        half = 2.571 * runs.std(axis=1, ddof=1) / np.sqrt(6)  # Student's t, 5 degrees of freedom
        found[name] = np.mean(np.abs(runs.mean(axis=1) - {"bell": 0, "groups": 0.1}[name]) <= half)
    assert 0.94 < found["bell"] < 0.96
    assert found["groups"] < 0.6
    assert "in 95 of 100 studies, if the runs scatter about their mean as a bell curve does" in words(GRU)


def test_the_vanilla_lstm_has_peepholes_and_pytorchs_has_none():
    (told,) = (part for part in words(LSTM).split("## ") if part.startswith("A little history"))
    assert "*vanilla LSTM*, has a forget gate and peepholes" in told
    assert "without the peepholes" in told
    names = [name for name, _ in nn.LSTM(2, 3).named_parameters()]
    assert names == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]  # none reads the cell state


def test_training_opens_the_road_for_very_few_units():
    counts = ranges.read()[LSTM]["lstm.keeper.count"]["values"]
    assert 1 <= min(counts) <= max(counts) <= 3
    assert "training opens it, for very few units" in words(LSTM)
    assert "by a single bias" not in words(LSTM)


def test_the_biases_of_the_two_reset_forms_of_keras():
    """As keras.layers.GRU(4) of Keras 3.15.1 has them, built for inputs of 3: (2, 12) and (12,)."""
    said = words(GRU)
    assert "in Keras the two reset forms differ in the shape of their bias" in said
    assert "$(2, 3H)$ with `reset_after=True` and $(3H,)$ without" in said
