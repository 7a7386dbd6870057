"""Exercises that can be tried in the page: each is marked in the HTML, and every page knows all of them.

An exercise, the code cell for the answer, the cell with the check and the solution stand one after the other
in a chapter. The two cells get a box around them, from which the scripts in assets/try/ make an editor. Where
course_python finds no interpreter and editor to put into the book, pages stay as they are.
"""

import json
from html import escape

from course_python import engine_is_there
from docutils import nodes
from sphinx.util import logging
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from rnnkit.check.in_page import CHAPTERS, ready

EVERYWHERE = ("store.js", "marks.js")  # the marks in the sidebar are on every page
PROGRESS = 'class="try-progress'

logger = logging.getLogger(__name__)


def parts(exercise):
    """Return answer cell, check cell and solution after an exercise; fewer if something else is there."""
    siblings = exercise.parent.children
    after = siblings[siblings.index(exercise) + 1 :][:3]
    found = []
    for node, is_it in zip(after, (_is_code, _is_code, is_solution_node), strict=False):
        if not is_it(node):
            break
        found.append(node)
    return found


def _is_code(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def chapter_of(label):
    """Return the room of rnnkit.check that judges the exercise `label`, "basics" for "basics-ex-shapes"."""
    chapter, separator, name = label.partition("-ex-")
    return chapter if separator and name and chapter in CHAPTERS else None


def collect(app, tree):
    """Note the labels of the page's exercises; what keeps one from running in the page is a warning."""
    labels = []
    for exercise in tree.findall(is_exercise_node):
        label, found = exercise["label"], parts(exercise)
        if not any(_is_code(node) for node in found):
            continue  # an exercise for paper
        if len(found) < 3:
            logger.warning(
                "exercise %s needs an answer cell, a check cell, a solution", label, location=exercise
            )
        elif chapter_of(label) is None:
            names = ", ".join(sorted(CHAPTERS))
            logger.warning("exercise %s needs a label CHAPTER-ex-NAME of %s", label, names, location=exercise)
        else:
            labels.append(label)
    _table(app.env)[app.env.docname] = labels


def _table(env):
    if not hasattr(env, "course_exercises"):
        env.course_exercises = {}
    return env.course_exercises


def forget(app, env, page):
    """Forget the exercises of a page that is read again or gone."""
    _table(env).pop(page, None)


def merge(app, env, pages, other):
    """Take over what another process has read."""
    _table(env).update({page: _table(other).get(page, []) for page in pages})


def exercises(app):
    """Return {page: labels of its exercises}, sorted by page; empty without the interpreter."""
    if not engine_is_there(app):
        return {}
    return {page: labels for page, labels in sorted(_table(app.env).items()) if labels}


def pages_to_write(app, env):
    """Let all pages be written again when the exercises have changed, since each page knows their number."""
    before, env.course_exercises_written = getattr(env, "course_exercises_written", None), exercises(app)
    return env.found_docs if before != env.course_exercises_written else []


def mark(app, tree, page):
    """Put a box around the two cells of each exercise, with room for the buttons between them."""
    if app.builder.format != "html":
        return
    known = exercises(app).get(page, ())
    for exercise in list(tree.findall(is_exercise_node)):
        label = exercise["label"]
        if label in known:
            answer, check, solution = parts(exercise)
            chapter = chapter_of(label)
            names = {"exercise": label, "chapter": chapter, "solution": solution["ids"][0]}
            names["ready"] = ", ".join(ready(chapter))
            data = "".join(f' data-{name}="{escape(value)}"' for name, value in names.items())
            siblings = exercise.parent
            siblings.insert(siblings.index(answer), _html(f'<div class="try"{data}>'))
            siblings.insert(siblings.index(check), _html('<div class="try-bar"></div>'))
            siblings.insert(siblings.index(solution), _html("</div>"))


def _html(text):
    return nodes.raw("", text, format="html")


def add_scripts(app, pagename, templatename, context, doctree):
    """Let the page load what it needs before anybody presses a button, and know all exercises."""
    known, body = exercises(app), context.get("body", "")
    scripts = list(EVERYWHERE) if known or PROGRESS in body else []
    scripts += ["open.js"] if pagename in known else []
    scripts += ["progress.js"] if PROGRESS in body else []
    if not scripts:
        return
    app.add_css_file("try/try.css")
    for priority, name in enumerate(scripts, start=400):
        app.add_js_file(f"try/{name}", priority=priority, defer="defer")
    data = json.dumps(known, separators=(",", ":")).replace("<", "\\u003c")
    table = f'\n<script type="application/json" id="course-exercises">{data}</script>'
    context["metatags"] = context.get("metatags", "") + table


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("doctree-read", collect, priority=900)  # after sphinx_exercise has joined solutions
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", pages_to_write)
    app.connect("doctree-resolved", mark, priority=900)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
