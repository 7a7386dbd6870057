"""Questions with choices: "Predict first", answered later in the chapter, and "Check yourself".

They are written with boxes that every reader of MyST knows, so that JupyterLab shows the same questions:

    ::::{admonition} Predict first
    :class: predict

    :::{admonition} Does a longer text need more weights?
    :class: question
    :name: basics-predict-length

    1. Yes, each letter has its own.
    2. No.
    :::
    ::::

and, where the chapter answers it, a box of class `answer dropdown` named `basics-predict-length-answer` with
one explanation for each choice, a numbered list too. A box of class `recap` holds questions that have their
answer box in themselves. course_questions_check.py tells what each must fulfil.

On the page a choice is a radio button and an answer is folded, also without a script;
assets/questions/questions.js keeps what was chosen and shows its explanation.
"""

from html import escape

from course_glossary import plain_formula
from course_questions_check import ANSWER, find_questions
from docutils import nodes
from sphinx.util import logging

STORE = "try/store.js"
SCRIPT = "questions/questions.js"
STYLE = "questions/questions.css"
SUMMARY = "Each choice explained"

logger = logging.getLogger(__name__)


def check(app, tree):
    """Warn of what is wrong with the questions of a page, and note their names."""
    questions, complaints = find_questions(tree)
    for node, sentence in complaints:
        logger.warning(sentence, location=node)
    for question in questions:
        question.choices["classes"].append("choices")  # no running text: a link in it would be in the way
    names = {question.name: question.line for question in questions}
    _names(app.env)[app.env.docname] = names


def check_names(app, env):
    """Warn of names that two pages use: what a reader chose is kept under the name alone."""
    pages = {}
    for page, names in sorted(_names(env).items()):
        for name, line in names.items():
            if name in pages:
                sentence = f"question {name!r}: {pages[name]} has one of this name too"
                logger.warning(sentence, location=(page, line))
            pages.setdefault(name, page)


def show(app, tree, page):
    """Write the questions of the tree as fields with radio buttons."""
    if app.builder.format != "html":
        return
    for question in find_questions(tree)[0]:
        choices = [[child.deepcopy() for child in item[0].children] for item in question.choices]
        explained = _explanations(question, choices)
        if question.predicted:
            answer_name = f"{question.name}{ANSWER}"
            where = f"To the answer, in “{escape(_section_title(question.answer))}”"
            below = [_link(answer_name, where)]
            back = _link(question.name, "Back to the predictions")
            answer = _field(question.answer, question.name, answer_name, choices, [*explained, back])
            _replace(question.answer, [_html('<div class="admonition predict">'), *answer, _html("</div>")])
        else:
            below = explained
            question.box.remove(question.answer)
        _replace(question.box, _field(question.box, question.name, question.name, choices, below))


def _replace(node, others):
    """Put other nodes in the place of one; its own method would hand on the node's id."""
    place = node.parent.index(node)
    node.parent[place : place + 1] = others


def _field(box, name, anchor, choices, below):
    """Return the nodes of a field: title and text of `box`, radio buttons, and what stands below them."""
    title, *body = box.children
    text = [child for child in body if not isinstance(child, nodes.enumerated_list)]
    radios = []
    for number, choice in enumerate(choices):
        spoken = _spoken(choice)
        radio = f'<input type="radio" name="{anchor}" value="{number}" autocomplete="off"{spoken}>'
        radios += [_html(f"<label>{radio}"), *_inline(choice), _html("</label>")]
    return [
        _html(f'<fieldset class="question" id="{anchor}" data-question="{name}"><legend>'),
        *_inline(title.children),
        _html("</legend>"),
        *text,
        _html('<div class="choices">'),
        *radios,
        _html("</div>"),
        *below,
        _html("</fieldset>"),
    ]


def _explanations(question, choices):
    """Return the folded list of what is said to each choice; the choice itself stands before it."""
    found = [_html(f'<details class="answer"><summary>{SUMMARY}</summary><ol class="explanations">')]
    for choice, item in zip(choices, question.explanations, strict=True):
        chosen = nodes.paragraph("", "", *_copies(choice), classes=["choice"])
        found += [_html("<li>"), chosen, *item.children, _html("</li>")]
    return [*found, _html("</ol></details>")]


def _spoken(choice):
    """Return an attribute that names a choice of nothing but a formula: not every program reads MathML."""
    if any(not isinstance(child, nodes.math) and child.astext().strip() for child in choice):
        return ""
    text = "".join(plain_formula(child.astext()) for child in choice)
    return f' aria-label="{escape(text)}"'


def _inline(children):
    return [nodes.inline("", "", *_copies(children))]


def _copies(children):
    return [child.deepcopy() for child in children]


def _link(anchor, words):
    return _html(f'<p class="question-link"><a href="#{anchor}">{words}</a></p>')


def _section_title(node):
    while not isinstance(node, nodes.section):
        node = node.parent
    return next(node.findall(nodes.title)).astext()


def _html(text):
    return nodes.raw("", text, format="html")


def add_assets(app, pagename, templatename, context, doctree):
    """Let a page with questions load what they need, and no other page."""
    if 'class="question"' in context.get("body", ""):
        app.add_css_file(STYLE)
        app.add_js_file(STORE, priority=400, defer="defer")  # before the script that needs it
        app.add_js_file(SCRIPT, defer="defer")


def _names(env):
    """Return the names of all questions: {page: {name: line}}."""
    if not hasattr(env, "course_questions"):
        env.course_questions = {}
    return env.course_questions


def forget(app, env, page):
    """Forget the names of a page that is read again."""
    _names(env).pop(page, None)


def merge(app, env, pages, other):
    """Take the names of the pages that another process has read."""
    _names(env).update({page: names for page, names in _names(other).items() if page in pages})


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("doctree-read", check)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check_names)
    app.connect("doctree-resolved", show, priority=800)  # after the glossary has linked the running text
    app.connect("html-page-context", add_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
