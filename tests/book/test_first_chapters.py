"""What chapters 01 and 02 teach, in which order, and with which letters."""

import re

import pytest
import torch
from places import ROOT
from stored_chapters import cells, code, prose
from torch.nn import functional as F

FIRST = pytest.mark.parametrize("stem", ["01_rnn_basics", "02_bptt"])
MATHS = re.compile(r"```\{math\}.*?```|\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)


EXPLAINED = {  # what the code of chapter 01 uses: the words of the text that must stand before
    r"nn\.Linear\(": "`nn.Linear(n, m)` is",
    r"\.no_grad\(": "`torch.no_grad()` says",
    r"np\.exp\(": "The *softmax* turns",
    r"\.backward\(": "how the loss would change if",
    r"zero_grad\(": "four moves",
    r"optim\.Adam\(": "**Adam**",
    r"\bepochs\b": "an *epoch* is",
    r"LogisticRegression\(": "A *logistic regression* is",
    r"SVC\(": "*support vector machine*",
    r"cross_entropy\(": "The loss is then the\n*cross-entropy*",
}


@pytest.mark.parametrize("used", EXPLAINED)
def test_what_training_needs_is_explained_before_it_is_used(used):
    before = ""
    for cell in cells("01_rnn_basics"):
        if cell.cell_type == "markdown":
            before += cell.source + "\n"
        elif re.search(used, cell.source):
            assert EXPLAINED[used] in before, cell.source
            return
    raise AssertionError(f"{used} is used nowhere")


# what the landing page's table keeps for something else: L layers, z the update gate, k steps, y scores
TAKEN = {
    "01_rnn_basics": r"\\partial L\b|\\ell\b",
    "02_bptt": r"\bL\b|\\ell\b|\bdz\b|\bz\b|\bz_|\bk_t|\b[ey]_k\b",
}


@FIRST
def test_letters_of_the_notation_table_keep_their_meaning(stem):
    formulas = [formula.replace(r"\mathcal{L}", "") for formula in MATHS.findall(prose(stem))]
    assert [formula for formula in formulas if re.search(TAKEN[stem], formula)] == []
    assert not re.search(r"\bx, y = tasks\.|\bdz\b|\by = torch\.tensor\(targets", "\n".join(code(stem)))


def test_the_letters_of_chapter_02_stand_in_the_notation_table():
    table = (ROOT / "intro.md").read_text("utf-8").partition("(notation)=")[2]
    for symbol in ("a_t", "p_t", "v_t", r"y^\ast", r"\mathcal{L}", "z_t"):
        assert (f"| ${symbol}$ |" in table) == (symbol != "z_t")


def test_the_two_sections_that_answer_chapter_02_stand_under_a_heading_of_their_own():
    outline = re.findall(r"^(#{2,3}) (.*)", prose("02_bptt"), re.MULTILINE)
    section = next(i for i, (depth, title) in enumerate(outline) if title.startswith("The adding problem"))
    assert outline[section][0] == "##"
    assert [title[:11] for _, title in outline[section + 1 : section + 3]] == ["By hand: th", "By training"]


def test_chapter_02_begins_with_the_live_figure_and_one_number():
    before = ""
    for cell in cells("02_bptt"):
        before += cell.source if cell.cell_type == "markdown" else ""
        if cell.source.strip() == "GradientFlow()":
            break
    assert ":label: eq-" not in before
    text = prose("02_bptt")
    for label in ("eq-bptt-bound", "eq-bptt-gelfand"):
        box = text[: text.index(label)].rpartition(":::{admonition} Go deeper")[2]
        assert ":class: dropdown" in box
        assert "\n:::\n" not in box


def test_float_targets_are_probabilities_along_axis_1_as_the_text_says():
    """Chapter 01 and the glossary: the trap of F.cross_entropy with targets of the scores' shape."""
    torch.manual_seed(0)
    logits, labels = torch.randn(5, 3, 4), torch.randint(4, (5, 3))  # (T, B, V), (T, B)
    one_hot = F.one_hot(labels, 4).float()
    flat = F.cross_entropy(logits.reshape(-1, 4), labels.reshape(-1))
    torch.testing.assert_close(F.cross_entropy(logits.reshape(-1, 4), one_hot.reshape(-1, 4)), flat)
    trap = F.cross_entropy(logits, one_hot)
    torch.testing.assert_close(trap, -(one_hot * logits.log_softmax(dim=1)).sum() / 20)
    assert abs(trap - flat) > 0.01
    entry = (ROOT / "appendix" / "glossary.md").read_text("utf-8").partition("\ncross-entropy\n")[2]
    assert "(T, B, V)" in entry[:800]
    assert "probabilities" in entry[:800]


def test_word_vectors_and_the_adding_problem_are_cited_where_they_come_from():
    assert re.search(
        r"words that are used\s+alike .{,40}\{cite:p\}`bengio2003", prose("01_rnn_basics"), re.DOTALL
    )
    opening = cells("02_bptt")[0].source
    assert re.search(r"adding problem\*.{,60}in the form of \{cite:t\}`le2015simple`", opening, re.DOTALL)
