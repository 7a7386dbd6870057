"""An exercise in a page of the book: what comes of two cells, whatever stands in them."""

import re
import sys

import numpy as np
import pytest
import stored_chapters

from rnnkit import check
from rnnkit.check import in_page, page_output
from rnnkit.check.engine import Exercise

SOLUTION = """def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)
"""
CHECK = "check.rnn_step(rnn_step)"


def run(answer, line="", chapter="basics"):
    """What was printed and then what the checks said, whether it is solved, the error's text and line."""
    pieces = []
    told = in_page.run(answer, line, chapter, pieces.append)
    assert told.keys() == {"solved", "said", "error", "full"}
    error = told["error"] or {"text": None, "line": None}
    return "".join(pieces) + told["said"], told["solved"], error["text"], error["line"]


# Verdicts


def test_a_solution_is_solved_in_the_words_of_the_notebook():
    exercise = check.exercises()["basics.rnn_step"]
    text = exercise.review(exercise.reference).text
    assert run(SOLUTION, CHECK) == (f"{text}\n", True, None, None)


def test_a_wrong_answer_and_a_stub_are_not_solved():
    shown, solved, error, _ = run(SOLUTION.replace("np.tanh", ""), CHECK)
    assert solved is False
    assert error is None
    assert "the activation is missing" in shown
    shown, solved, *_ = run("def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):\n    ...\n", CHECK)
    assert solved is False
    assert shown.startswith("○ rnn_step: not solved yet")


def test_the_verdict_is_that_of_the_check_not_a_printed_sign():
    assert run("print('✓ rnn_step: 4 of 4 right.')") == ("✓ rnn_step: 4 of 4 right.\n", None, None, None)


def test_an_answer_that_fails_has_no_verdict():
    _, solved, error, line = run(f"{SOLUTION}\nnothing", CHECK)
    assert solved is None
    assert line == 4
    assert error.startswith("Line 4:\n    nothing\nNameError: name 'nothing' is not defined\n")
    assert error.endswith("are in the notebook.")


def test_a_verdict_that_the_answer_asked_for_counts_although_it_fails_later():
    """A solution of the book calls its check itself, and may go on with what only the notebook has."""
    shown, solved, error, line = run(f"{SOLUTION}\n{CHECK}\ntorch", CHECK)
    assert shown.startswith("✓ rnn_step")
    assert solved is True
    assert line == 5
    assert "'torch' is not defined" in error
    assert run(f"{SOLUTION.replace('np.tanh', '')}\n{CHECK}\ntorch", CHECK)[1] is False


def test_what_the_check_says_is_whole_whatever_the_answer_prints():
    told = in_page.run(f"print('x' * 100_000)\n{SOLUTION}", CHECK, "basics", lambda text: None)
    exercise = check.exercises()["basics.rnn_step"]
    assert told["said"] == f"{exercise.review(exercise.reference).text}\n"


def test_too_little_memory_is_told_to_the_page():
    told = [in_page.run(f"raise {error}", CHECK, "basics", print) for error in ("MemoryError", "ValueError")]
    assert [one["full"] for one in told] == [True, False]


def test_the_verdict_is_the_one_of_this_exercise():
    other = "def cross_entropy(logits, targets):\n    ...\n\ncheck.cross_entropy(cross_entropy)"
    assert run(f"{SOLUTION}\n{CHECK}\n{other}\ntorch", CHECK)[1] is True
    assert run(f"{SOLUTION}\n{CHECK}\ntorch", "check.cross_entropy(cross_entropy)")[1] is None


def test_an_error_in_the_learners_function_is_told_with_the_learners_line():
    shown, solved, error, _ = run(SOLUTION.replace("x @", "x[0, 0, 0] @"), CHECK)
    assert solved is False
    assert error is None
    assert "in your line 2: return np.tanh(x[0, 0, 0] @" in shown


def test_a_line_of_the_standard_library_is_not_the_learners():
    shown, *_ = run("import statistics\n" + SOLUTION.replace("np.tanh(", "statistics.mean([]) + ("), CHECK)
    assert "in your line 3: return statistics.mean([])" in shown


@pytest.mark.parametrize("chapter", in_page.CHAPTERS)
def test_check_has_the_exercises_of_the_chapter(chapter):
    names = [name.split(".")[1] for name in check.exercises() if name.startswith(f"{chapter}.")]
    assert names
    for name in names:
        shown, *_ = run(f"print(check.{name}.name, check.{name})\nlen(check.{name}.cases)", "", chapter)
        exercise = check.exercises()[f"{chapter}.{name}"]
        assert shown == f"{name} {exercise!r}\n{len(exercise.cases)}\n"
    shown, _, error, _ = run("check.nothing", "", chapter)
    assert error.startswith(
        "Line 1:\n    check.nothing\nAttributeError: check has no exercise 'nothing'. It has: "
    )
    assert all(name in error for name in names)


def test_the_chapters_are_those_of_the_package():
    chapters = {name.split(".")[0] for name in check.exercises()}
    assert set(in_page.CHAPTERS) == chapters
    with pytest.raises(ValueError, match=r"^chapter must be one of basics, .*, got 'sums'$"):
        in_page.run("", "", "sums", print)


@pytest.mark.parametrize("stem", stored_chapters.STEMS)
def test_a_cell_finds_what_its_chapter_imports_for_it(stem):
    code = "\n".join(stored_chapters.code(stem))
    chapter = re.search(r"^from rnnkit\.check import (\w+) as check$", code, re.MULTILINE)[1]
    assert ("from rnnkit.cells import sigmoid" in code) == (chapter in in_page.WITH_SIGMOID)
    *_, error, _ = run("sigmoid", "", chapter)
    assert bool(error) != (chapter in in_page.WITH_SIGMOID)
    assert run("math.sqrt(np.ones(4).sum())", "", chapter)[0] == "2.0\n"


# Output


def test_a_last_expression_is_shown_as_in_a_notebook():
    assert run("x = 3\nx + 1", "x")[0] == "4\n3\n"
    assert run("x = None\nx")[0] == ""
    assert run("")[0] == ""


def test_output_and_errors_come_in_their_order():
    assert run("import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)")[0] == "1\n2\n3\n"


def test_output_is_limited_and_comes_in_pieces():
    pieces = []
    told = in_page.run("for i in range(10**5):\n    print(i)", "", "basics", pieces.append)
    assert told == {"solved": None, "said": "", "error": None, "full": False}
    text = "".join(pieces)
    assert text == "".join(f"{i}\n" for i in range(10**4))[: page_output.LIMIT] + page_output.LEFT_OUT
    assert max(map(len, pieces)) <= page_output.PIECE
    assert len(pieces) < 20


def test_exactly_the_limit_is_no_more_than_it():
    assert run(f"print('x' * {page_output.LIMIT}, end='')")[0] == "x" * page_output.LIMIT
    assert page_output.LEFT_OUT in run(f"print('x' * {page_output.LIMIT})")[0]


def test_a_slow_program_shows_what_it_has_printed(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(page_output.time, "monotonic", lambda: next(clock))
    pieces = []
    in_page.run("print(1, end='')\nprint(2, end='')", "", "basics", pieces.append)
    assert pieces == ["1", "2"]


def test_what_no_message_can_carry_is_written_out():
    assert run(r"print('\ud800')")[0] == "\\ud800\n"


def test_a_print_of_no_text_is_the_learners_error():
    assert run("import sys\nsys.stdout.write(3)")[2].endswith(
        "TypeError: write() argument must be str, not int"
    )


# Errors


@pytest.mark.parametrize(
    ("answer", "line", "text"),
    [
        ("x = 1\nprint(", 2, "Line 2:\n    print(\n         ^\nSyntaxError: '(' was never closed"),
        (
            "def f(x):\n    return x @ 1\n\n\nf(2)",
            2,
            "Line 5:\n    f(2)\nLine 2, in f:\n    return x @ 1\n"
            "TypeError: unsupported operand type(s) for @: 'int' and 'int'",
        ),
        (
            "input('Name? ')",
            1,
            "Line 1:\n    input('Name? ')\n"
            "EOFError: input() has no keyboard in the page. Write the value into your code instead.",
        ),
        (
            "import torches",
            1,
            "Line 1:\n    import torches\nModuleNotFoundError: No module named 'torches'\n"
            "The page has Python, NumPy and the checks. What needs more runs in the notebook.",
        ),
        ("assert False", 1, "Line 1:\n    assert False\nAssertionError"),
        ("raise KeyboardInterrupt", 1, "Line 1:\n    raise KeyboardInterrupt\nKeyboardInterrupt"),
    ],
)
def test_an_error_is_told_in_words(answer, line, text):
    assert run(answer)[2:] == (text, line)


@pytest.mark.parametrize("way", ["exit()", "quit(3)", "raise SystemExit('no')", "import sys; sys.exit(1)"])
def test_the_end_of_the_program_is_not_the_end_of_the_page(way):
    error, line = run(way)[2:]
    assert line == 1
    assert error == (
        f"Line 1:\n    {way}\nSystemExit\n"
        "Your code ended the program here. In the page there is nothing to end: leave it out."
    )


def test_a_function_without_end_is_told_in_few_lines():
    error, line = run("def f(n):\n    return f(n + 1)\n\nf(0)")[2:]
    assert line == 2
    assert error.startswith("Line 4:\n    f(0)\nLine 2, in f:\n")
    assert re.search(r"\n… \d+ more such lines …\n", error)
    assert error.endswith("Is there a case in which it stops?")
    assert len(error.splitlines()) < 20


@pytest.mark.parametrize("error", ["np.ones((10**6, 10**7))", "np.ones(2**62)"])
def test_too_much_memory_is_told_as_such(error):
    text, line = run(f"x = {error}")[2:]
    assert line == 1
    assert "Error: " in text
    assert text.endswith(
        "This needs more memory than Python in the page can have. Are the sizes as you meant them?"
    )


def test_an_error_in_the_check_has_no_line_in_the_answer():
    error, line = run("x = 1", CHECK)[2:]
    assert line is None
    assert error == f"The check, line 1:\n    {CHECK}\nNameError: name 'rnn_step' is not defined"


def test_an_error_that_cannot_show_itself_is_named():
    answer = "class Odd(Exception):\n    def __str__(self):\n        exit()\n\nraise Odd"
    assert run(answer)[2] == "Line 5:\n    raise Odd\nOdd"


def test_a_long_message_is_cut():
    assert len(run("raise ValueError('x' * 10**6)")[2]) < 1200


@pytest.mark.parametrize(
    "answer",
    ["np.linalg.inv(np.zeros((2, 2)))", "check.rnn_step.inputs('none')", "import json\njson.loads('{')"],
)
def test_no_line_of_a_library_is_shown(answer):
    error, line = run(answer)[2:]
    assert line == len(answer.splitlines())
    assert error.count("Line ") == 1
    assert ".py" not in error


# One run and the next


def test_every_run_has_a_namespace_of_its_own():
    run("left = 1\nnp.left = 1")
    try:
        assert "NameError: name 'left' is not defined" in run("left")[2]
    finally:
        del np.left


def test_settings_are_those_of_before():
    before = sys.getrecursionlimit(), np.geterr(), np.get_printoptions(), sys.stdout
    changes = "np.seterr(all='raise')\nnp.set_printoptions(precision=2)"
    run(f"import sys\nsys.setrecursionlimit(5000)\n{changes}\n1/0")
    assert (sys.getrecursionlimit(), np.geterr(), np.get_printoptions(), sys.stdout) == before


def test_the_answer_travels_as_json():
    sent = []
    told = in_page.run_as_json("print('ü')", "", "basics", sent.append)
    assert told == '{"solved": null, "said": "", "error": null, "full": false}'
    assert sent == ["ü\n"]


def test_what_a_chapter_calls_check_is_made_of_exercises():
    face = in_page.Face("gru", [])
    assert all(isinstance(one._exercise, Exercise) for one in vars(face).values())
