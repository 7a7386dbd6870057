"""What a reader has done is kept in the browser: assets/try/store.js, with a storage made for the test."""

import json

import pytest
from places import ROOT
from py_mini_racer import JSEvalException, MiniRacer

SOURCE = (ROOT / "assets/try/store.js").read_text("utf-8")
STORAGE = """
var stored = {}, refuse = "", told = [], seen = [], hears = {};
var localStorage = {
  getItem(key) { if (refuse === "SecurityError") throw {name: refuse}; return stored[key] ?? null; },
  setItem(key, text) { if (refuse) throw {name: refuse}; stored[key] = text; },
};
function addEventListener(name, heard) { hears[name] = heard; }
"""
LISTEN = "courseStore.complaints(s => told.push(s)); courseStore.watch(e => seen.push(e.elsewhere));"


@pytest.fixture
def tab():
    """Return a function that opens a store on this text; it returns one that runs code there."""
    engines = []

    def opened(text=None, refuse=""):
        engines.append(engine := MiniRacer())
        engine.eval(STORAGE)
        engine.eval(f"refuse = {json.dumps(refuse)}; stored['rnn-course'] = {json.dumps(text)};")
        engine.eval(SOURCE + LISTEN)
        return lambda code: json.loads(engine.eval(f"JSON.stringify((() => {{ {code} }})() ?? null)"))

    yield opened
    for engine in engines:
        engine.close()


def kept(run):
    return json.loads(run("return stored['rnn-course']"))


def test_what_is_set_is_stored_under_one_key(tab):
    run = tab()
    assert run("return courseStore.set('answers', 'basics-ex-shapes', 'def f(): ...')") is True
    run("courseStore.set('solved', 'basics-ex-shapes', true); courseStore.set('choices', 'q-1', 2)")
    assert kept(run) == {
        "version": 1,
        "answers": {"basics-ex-shapes": "def f(): ..."},
        "solved": {"basics-ex-shapes": True},
        "choices": {"q-1": 2},
    }
    assert run("return Object.keys(stored)") == ["rnn-course"]
    assert run("return courseStore.get('choices', 'q-1')") == 2
    run("courseStore.set('choices', 'q-1', undefined)")
    assert run("return courseStore.all('choices')") == {}
    assert run("return [told, seen]") == [[], [False] * 4]


def test_two_tabs_keep_each_others_entries(tab):
    run = tab('{"version": 1, "answers": {"a": "mine"}}')
    run('stored["rnn-course"] = JSON.stringify({version: 1, answers: {a: "mine", b: "theirs"}})')
    run("courseStore.set('answers', 'c', 'new')")
    assert kept(run)["answers"] == {"a": "mine", "b": "theirs", "c": "new"}
    run('stored["rnn-course"] = JSON.stringify({version: 1, answers: {a: "changed"}})')
    run("hears.storage({key: 'rnn-course'}); hears.storage({key: 'mode'})")
    assert run("return courseStore.all('answers')") == {"a": "changed"}
    assert run("return seen") == [False, True]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("SecurityError", "This browser keeps nothing for this page"),
        ("QuotaExceededError", "The storage of this browser is full"),
    ],
)
def test_a_storage_that_refuses_is_said_once_and_the_page_goes_on(tab, error, sentence):
    run = tab(refuse=error)
    for value in (1, 2):
        assert run(f"return courseStore.set('choices', 'q', {value})") is False
    assert run("return courseStore.get('choices', 'q')") == 2
    (told,) = run("return told")
    assert told.startswith(sentence)
    run("refuse = ''; courseStore.set('choices', 'r', 0)")
    assert kept(run)["choices"] == {"q": 2, "r": 0}
    assert run("return told") == [told, ""]


@pytest.mark.parametrize("text", ["{", "[]]", '{"version": 1, "answers": 3}', '{"solved": {"a": 0}}'])
def test_a_damaged_storage_is_said_and_begun_anew(tab, text):
    run = tab(text)
    assert run("return told") == [
        "What this browser had kept of the course could not be read, so it begins anew."
    ]
    assert run("return courseStore.set('solved', 'b', true)") is True
    assert kept(run)["solved"] == {"b": True}


def test_good_entries_of_a_damaged_storage_stay(tab):
    run = tab('{"version": 1, "answers": {"a": "text", "b": 3}, "choices": {"q": -1}}')
    assert run("return [courseStore.all('answers'), courseStore.all('choices')]") == [{"a": "text"}, {}]


def test_a_file_brings_everything_to_another_browser(tab):
    run = tab('{"version": 1, "answers": {"a": "x\\n"}, "solved": {"a": true}, "choices": {"q": 0}}')
    file = run("return courseStore.exported()")
    run = tab('{"version": 1, "answers": {"a": "old", "b": "stays"}}')
    run(f"undo = courseStore.imported({json.dumps(file)})")
    assert kept(run) == {
        "version": 1,
        "answers": {"a": "x\n", "b": "stays"},
        "solved": {"a": True},
        "choices": {"q": 0},
    }
    run("undo()")
    assert kept(run) == {"version": 1, "answers": {"a": "old", "b": "stays"}, "solved": {}, "choices": {}}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("", "not a file with the progress"),
        ("null", "not a file with the progress"),
        ('{"version": 2, "answers": {}}', "not a file with the progress"),
        ('{"version": 1, "answers": []}', r"damaged \(answers\)"),
        ('{"version": 1, "answers": {"a": 1}}', r"damaged \(answers, a\)"),
        ('{"version": 1, "answers": {"__proto__": "x"}}', r"damaged \(answers, __proto__\)"),
        ('{"version": 1, "choices": {"q": 1.5}}', r"damaged \(choices, q\)"),
        ('{"version": 1, "solved": {"a": false}}', r"damaged \(solved, a\)"),
        (json.dumps({"version": 1, "answers": {"a": "x" * 2_000_000}}), "not a file with the progress"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_changed(tab, file, sentence):
    run = tab('{"version": 1, "answers": {"a": "mine"}}')
    with pytest.raises(JSEvalException, match=sentence + ".*; nothing was changed"):
        run(f"courseStore.imported({json.dumps(file)})")
    assert run("return [courseStore.all('answers'), seen]") == [{"a": "mine"}, []]


def test_clearing_can_be_undone(tab):
    run = tab('{"version": 1, "answers": {"a": "mine"}, "solved": {"a": true}}')
    run("undo = courseStore.clear()")
    assert kept(run) == {"version": 1, "answers": {}, "solved": {}, "choices": {}}
    run("undo()")
    assert kept(run)["answers"] == {"a": "mine"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("courseStore.get('answer', 'a')", "kind must be answers or solved or choices, got answer"),
        ("courseStore.set('answers', '__proto__', 'x')", "name must be a label .*, got __proto__"),
        ("courseStore.set('choices', 'q', '1')", "choices cannot hold 1"),
    ],
)
def test_a_wrong_call_is_an_error(tab, call, message):
    run = tab()
    with pytest.raises(JSEvalException, match=message):
        run(call)


def test_a_name_of_the_language_is_no_entry(tab):
    assert tab()("return [courseStore.get('answers', 'constructor') ?? 'none']") == ["none"]
