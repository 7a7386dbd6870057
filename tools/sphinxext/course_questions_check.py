"""The questions of a page: where they stand, and what each must fulfil.

- It has a name of its own, such as `basics-predict-length`, and stands in a box of class `predict` or
  `recap`.
- It has 2 to 5 choices, a numbered list of one paragraph each, and an explanation for each in its answer box.
- An explanation begins with **Right.** or **Wrong.**; exactly one is right.
- A prediction is answered exactly once, below it on the same page, in a box of class `answer dropdown` with
  its name and `-answer`; a question of a `recap` holds its answer box in itself.
"""

import re
from dataclasses import dataclass

from docutils import nodes

ANSWER = "-answer"
NAME = re.compile(r"[a-z][a-z0-9-]*")
FEWEST, MOST = 2, 5
RIGHT, WRONG = "Right.", "Wrong."


@dataclass
class Question:
    """A question without a fault: `box` and `answer` are its boxes."""

    name: str
    box: nodes.admonition
    predicted: bool
    answer: nodes.admonition = None

    @property
    def choices(self):
        """The list of the choices."""
        return _lists(self.box)[0]

    @property
    def explanations(self):
        """The list of the explanations, in the order of the choices."""
        return _lists(self.answer)[0]

    @property
    def line(self):
        """The line where the question stands in the source."""
        return self.box.line


class Faults(list):
    """What is wrong, as (node, sentence)."""

    def add(self, node, sentence):
        """Note a fault; return None."""
        self.append((node, sentence))


def find_questions(tree):
    """Return the questions of a page that are without fault, in their order, and the list of faults."""
    faults, found, answers = Faults(), {}, {}
    boxes = list(tree.findall(nodes.admonition))
    for box in boxes:
        if _is(box, "question"):
            if (question := _question(box, found, faults)) is not None:
                found[question.name] = question
        elif _is(box, "answer"):
            _take_answer(box, found, answers, faults)
        elif _is(box, "predict", "recap") and not any(_is(inner, "question") for inner in _boxes(box)):
            faults.add(box, f"the box {_title(box)!r} holds no question: boxes of class question are missing")
    good = []
    for question in found.values():
        known = len(faults)
        _check(question, answers.get(question.name, []), faults)
        if len(faults) == known:
            good.append(question)
    return good, faults


def _question(box, found, faults):
    """Return the question in a box, or note what keeps it from being one."""
    name = _name(box)
    if not NAME.fullmatch(name):
        wish = "a line such as ':name: basics-predict-length', of small letters, digits and hyphens"
        return faults.add(box, f"question {_title(box)!r}: needs {wish}, got {name!r}")
    around = _around(box, "predict", "recap")
    if around is None:
        return faults.add(box, f"question {name!r}: must stand in a box of class predict or recap")
    if name in found:
        return faults.add(box, f"question {name!r}: this page has one of this name already")
    return Question(name, box, predicted=_is(around, "predict"))


def _take_answer(box, found, answers, faults):
    """Sort an answer box to its question: that around it, or the prediction above that it names."""
    around = _around(box, "question")
    if around is not None:
        question = found.get(_name(around))
        if question is None or question.box is not around:
            return  # a fault that has been told
        if question.predicted:
            faults.add(box, f"question {question.name!r}: a prediction must not hold its answer")
        else:
            answers.setdefault(question.name, []).append(box)
        return
    name = _name(box)
    asked = name.removesuffix(ANSWER)
    if not name.endswith(ANSWER) or asked not in found or not found[asked].predicted:
        faults.add(box, f"answer {name or _title(box)!r}: no prediction above it has the name {asked!r}")
    else:
        answers.setdefault(asked, []).append(box)


def _check(question, answers, faults):
    """Note what is wrong with a question, or give it its answer."""

    def fault(sentence, node=question.box):
        faults.add(node, f"question {question.name!r}: {sentence}")

    lists = _lists(question.box)
    counts = [len(found) for found in lists]
    if len(counts) != 1 or not FEWEST <= counts[0] <= MOST:
        wish = f"needs one numbered list of {FEWEST} to {MOST} choices"
        return fault(f"{wish}, got {' and '.join(map(str, counts)) or 'none'}")
    for number, item in enumerate(lists[0], 1):
        if len(item) != 1 or not isinstance(item[0], nodes.paragraph):
            return fault(f"choice {number} must be one paragraph")
    if len(answers) != 1:
        place = f"named {question.name + ANSWER!r} below it" if question.predicted else "inside it"
        return fault(f"needs one box of class answer {place}, got {len(answers)}")
    question.answer = answers[0]
    if not _is(question.answer, "dropdown"):
        return fault("its answer must be folded: ':class: answer dropdown'", question.answer)
    return _check_explanations(question, counts[0], lambda sentence: fault(sentence, question.answer))


def _check_explanations(question, count, fault):
    lists = _lists(question.answer)
    explained = len(lists[0]) if len(lists) == 1 else 0
    if explained != count:
        return fault(f"has {count} choices, so its answer needs a numbered list of {count}, got {explained}")
    for number, item in enumerate(lists[0], 1):
        if _first_word(item) not in (RIGHT, WRONG):
            return fault(f"explanation {number} must begin with **{RIGHT}** or **{WRONG}**")
    right = [_first_word(item) for item in lists[0]].count(RIGHT)
    if right != 1:
        return fault(f"exactly one explanation must begin with **{RIGHT}**, got {right}")
    return None


def _first_word(item):
    """Return what is bold at the beginning of a list item, or nothing."""
    pieces = item[0].children if len(item) else ()
    first = next((piece for piece in pieces if piece.astext()), None)
    return first.astext() if isinstance(first, nodes.strong) else ""


def _is(node, *classes):
    return isinstance(node, nodes.admonition) and bool({*classes} & {*node["classes"]})


def _boxes(box):
    return [inner for inner in box.findall(nodes.admonition) if inner is not box]


def _around(node, *classes):
    """Return the nearest box around the node that has one of the classes, or None."""
    while (node := node.parent) is not None:
        if _is(node, *classes):
            return node
    return None


def _lists(box):
    return [child for child in box.children if isinstance(child, nodes.enumerated_list)]


def _name(box):
    return next(iter([*box["names"], *box.get("dupnames", [])]), "")


def _title(box):
    return box[0].astext()
