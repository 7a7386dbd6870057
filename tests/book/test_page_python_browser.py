"""Python in the page: the worker of the built book judges as Python does here, and survives any answer."""

import json
import re

import pytest
from places import ROOT

from rnnkit import check
from rnnkit.check.page_output import LIMIT

EXERCISES = check.exercises()
REVIEWS = sum(1 + len(e.also) + sum(len(m.variants) for m in e.mistakes) for e in EXERCISES.values())

START = """address => new Promise(done => {
  window.told = [];
  const worker = window.worker = new Worker(address);
  worker.onerror = event => done([{type: "failed", text: event.message}]);
  worker.onmessage = ({data}) => {
    told.push(data);
    if (["ready", "failed"].includes(data.type)) done(told);
  };
})"""
BEGIN = """([answer, check, chapter]) => void (window.answered = new Promise(done => {
  const told = [];
  worker.onmessage = ({data}) => {
    told.push(data);
    if (["done", "failed"].includes(data.type)) done(told);
  };
  worker.postMessage({type: "run", id: 7, answer, check, chapter});
}))"""

FUNCTIONS = """
exercise = check.{name}
functions = [exercise.reference, *exercise.also, *(v for m in exercise.mistakes for v in m.variants)]
"""
# A short name for each text, since a page shows no more than some kB.
NAMES = """
import hashlib, re
def name(text):
    return hashlib.sha256(comparable(text).encode()).hexdigest()[:12]
def comparable(text):
    # Whole numbers have another size in the page, and rounding goes another way in the last bit.
    return re.sub(r"[0-9][0-9.]*e-(0[89]|1[0-9])", "~0", text.replace("int32", "int64"))
"""
RNN_STEP = """def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)
"""
CHECK = "check.rnn_step(rnn_step)"


class Python:
    """Python in a page of the book, which reaches no other host."""

    def __init__(self, page, base):
        self.page, self.address = page, f"{base}_static/python/worker.js"

    def start(self):
        """Start a worker, and return what it told until it was ready or had failed."""
        return self.page.evaluate(START, self.address)

    def stop(self):
        """End the worker, whatever it is doing."""
        self.page.evaluate("() => worker.terminate()")

    def run(self, answer, check=CHECK, chapter="basics"):
        """Return what was printed and said, and the last message."""
        self.begin(answer, check, chapter)
        return self.end()

    def begin(self, answer, check, chapter):
        """Let the worker run two cells, and do not wait."""
        self.page.evaluate(BEGIN, [answer, check, chapter])

    def end(self):
        """Wait for the worker; return what was printed, then what the checks said, and the last message."""
        *output, last = self.page.evaluate("() => answered")
        assert {piece["type"] for piece in output} <= {"output"}
        assert all(message["id"] == 7 for message in [*output, last])
        return "".join(piece["text"] for piece in output) + last.get("said", ""), last


@pytest.fixture(scope="module")
def python(browser, bases):
    """Return Python in a page, started once for all tests of this file in one process."""
    base = bases["http"]
    context = browser.new_context()
    page = context.new_page()
    elsewhere, asked = [], []

    def refuse(route):
        elsewhere.append(route.request.url)
        route.abort()

    page.on("request", lambda request: asked.append(request.url))
    context.route(re.compile(rf"^(?!data:|blob:|{re.escape(base)})"), refuse)
    page.goto(f"{base}appendix/licences.html")
    before = [url for url in asked if "_static/python/" in url or "_static/editor/" in url]
    python = Python(page, base)
    python.told = python.start()
    assert before == []  # nothing is loaded before somebody asks for it
    assert any(url.endswith("numpy.bin") for url in asked)  # what a worker asks for is seen here too
    yield python
    context.close()
    assert elsewhere == []


def solutions():
    """Give chapter, name, solution and line with the check of every exercise in the notebooks."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        chapter = None
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if found := re.search(r"from rnnkit\.check import (\w+) as check", text):
                chapter = found[1]
            is_solution = cell["metadata"].get("jupyter", {}).get("source_hidden")
            if is_solution and (called := re.search(r"^check\.(\w+)\(\w+\)$", text, re.MULTILINE)):
                yield chapter, called[1], text[: called.start()], called[0]


def test_loading_tells_how_far_it_is(python):
    assert python.told[-1]["type"] == "ready", python.told[-1]
    steps = [message for message in python.told if message["type"] == "progress"]
    loaded = [step["loaded"] for step in steps]
    assert loaded == sorted(loaded)
    assert loaded[0] == 0
    assert loaded[-1] == steps[-1]["total"] <= 9.5e6
    assert len(steps) >= 3


def test_every_exercise_is_solved_by_its_solution(python, capsys):
    found = list(solutions())
    assert {f"{chapter}.{name}" for chapter, name, *_ in found} == set(EXERCISES)
    unsolved = []
    for chapter, name, answer, line in found:
        shown, last = python.run(answer, line, chapter)
        if last.get("solved") is not True or last["error"] or f"✓ {name}" not in shown:
            unsolved.append((name, shown, last))
    assert unsolved == []
    with capsys.disabled():
        print(f"\n{len(found)} exercises were solved in the page")


@pytest.mark.minutes
def test_every_review_says_what_it_says_here(python, capsys):
    count, differing, here = 0, [], {}
    exec(NAMES, here)
    for title, exercise in EXERCISES.items():
        chapter, name = title.split(".")
        setting = FUNCTIONS.format(name=name)
        loop = "for function in functions:\n    print(name(exercise.review(function).text))"
        python.begin(NAMES + setting + loop, "", chapter)
        functions = [exercise.reference, *exercise.also]
        functions += [variant for mistake in exercise.mistakes for variant in mistake.variants]
        texts = [exercise.review(function).text for function in functions]
        shown, last = python.end()
        assert last["error"] is None, last
        for k, (text, there) in enumerate(zip(texts, shown.split(), strict=True)):
            count += 1
            if here["name"](text) != there:
                text_there = python.run(f"{setting}print(exercise.review(functions[{k}]).text)", "", chapter)[
                    0
                ]
                differing.append((text, text_there))
    assert differing == []
    assert count == REVIEWS
    with capsys.disabled():
        print(f"\n{count} reviews of {len(EXERCISES)} exercises are the same in the page")


@pytest.mark.parametrize(
    ("answer", "line", "says"),
    [
        ("def f(x):\n    return (x\n", 2, "SyntaxError: '(' was never closed"),
        ("x = 1\nname = input('Who? ')", 2, "input() has no keyboard"),
        ("def f(n):\n    return f(n + 1)\n\nf(0)", 2, "calls itself again and again"),
        ("exit()", 1, "ended the program"),
        ("import torch", 1, "No module named 'torch'\nThe page has Python, NumPy"),
        ("np.ones((10**5, 10**5))", 1, "needs more memory than"),
        ("x = []\nfor _ in range(9):\n    x.append(np.empty(10**8))", 3, "needs more memory than"),
        ("np.ones(3) @ np.ones(4)", 1, "ValueError: matmul"),
        ("raise KeyboardInterrupt", 1, "KeyboardInterrupt"),
        ("import js\njs.fetch(1, 2, 3, 4).nothing", 2, "AttributeError"),
    ],
)
def test_an_error_is_told_in_the_learners_own_lines(python, answer, line, says):
    _, last = python.run(answer)
    assert last["type"] == "done"
    assert last["solved"] is None
    assert last["error"]["line"] == line
    assert says in last["error"]["text"]
    assert not re.search(r"rnnkit|pyodide|python3|File ", last["error"]["text"])


def test_an_error_inside_the_check_names_the_learners_line_and_no_other(python):
    answer = "import statistics\n\ndef rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):\n"
    shown, last = python.run(answer + "    return statistics.mean([])\n")
    assert last["solved"] is False
    assert "in your line 4: return statistics.mean([])" in shown


def test_a_million_prints_are_cut(python):
    shown, last = python.run("for i in range(10**6):\n    print(i)")
    assert "the rest of them is left out" in shown
    assert len(shown) < LIMIT + 100
    assert last["error"]["line"] is None  # the check finds no function


def test_an_endless_loop_is_ended_and_the_next_worker_answers(python):
    python.page.evaluate(
        "answer => void worker.postMessage({type: 'run', id: 8, answer, check: '', chapter: 'basics'})",
        "while True:\n    pass",
    )
    stopping = (
        "() => { const start = performance.now(); worker.terminate(); return performance.now() - start; }"
    )
    assert python.page.evaluate(stopping) < 100
    assert python.start()[-1]["type"] == "ready"
    assert python.run(RNN_STEP)[1]["solved"] is True


def test_a_broken_stack_is_a_sentence_and_the_next_worker_answers(python):
    endless = "class A:\n    def __repr__(self):\n        return repr(self)\n\nA()"
    for answer in (endless, RNN_STEP):  # what came after it in the same worker is told too
        _, last = python.run(answer)
        assert last["type"] == "failed"
        assert "broke down" in last["text"]
    python.stop()
    assert python.start()[-1]["type"] == "ready"
    assert python.run(RNN_STEP)[1]["solved"] is True


def test_a_lost_connection_is_a_sentence(python):
    for lost in ("files.json", "pyodide.asm.js", "pyodide.asm.wasm", "numpy.bin"):
        python.stop()
        python.page.context.route(f"**/{lost}", lambda route: route.abort())
        told = python.start()
        python.page.context.unroute(f"**/{lost}")
        assert told[-1]["type"] == "failed"
        assert "the download stopped" in told[-1]["text"]
    assert python.start()[-1]["type"] == "ready"


def test_damaged_files_are_a_sentence(python):
    for damaged in ("pyodide.asm.wasm", "numpy.bin"):
        python.stop()
        python.page.context.route(f"**/{damaged}", lambda route: route.fulfill(body=b"no such thing"))
        told = python.start()
        python.page.context.unroute(f"**/{damaged}")
        assert told[-1]["type"] == "failed"
        assert "could not start" in told[-1]["text"]
    assert python.start()[-1]["type"] == "ready"


def test_an_old_browser_is_told_so(python):
    python.stop()
    source = python.page.evaluate("url => fetch(url).then(answer => answer.text())", python.address)
    old = "text => URL.createObjectURL(new Blob(['self.DecompressionStream = undefined;', text]))"
    address, python.address = python.address, python.page.evaluate(old, source)
    told = python.start()
    python.address = address
    assert told == [{"type": "failed", "text": told[-1]["text"]}]
    assert "too old" in told[-1]["text"]
    assert python.start()[-1]["type"] == "ready"
