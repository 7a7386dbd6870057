"""A page with two exercises for the browser tests, and a Python that obeys comments in the answer."""

import nbformat
import pytest
from book_browser import open_page
from places import ROOT

EXERCISE = """```{{exercise}} {title}
:label: {label}

Write it.
```"""
SOLUTION = "```{{solution-start}} {label}\n:label: {label}-solution\n:class: dropdown\n```"
END = "```{solution-end}\n```"
STUB = "def {name}(x, h):\n    # your code here\n    ..."
STORED = "not solved yet: it returns None\n"
LABELS = {"basics-ex-rnn-step": "rnn_step", "basics-ex-shapes": "shapes"}
CARD = """# Exercises

::::{grid}
:::{grid-item-card} These
:link: exercises
:link-type: doc

A card.
:::
::::

:::{container} try-progress
What is kept.
:::"""
FAKE = (ROOT / "tests/shared/fake_python.js").read_text("utf-8")


def write_exercises(source):
    """Add the page to the book in `source`."""
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    texts = [CARD]
    for label, name in LABELS.items():
        texts += [
            EXERCISE.format(title=name, label=label),
            [STUB.format(name=name)],
            [f"check.{name}({name})"],
        ]
        texts += [SOLUTION.format(label=label), ["1"], END]
    notebook = nbformat.v4.new_notebook(metadata=kernel)
    for k, text in enumerate(texts):
        if isinstance(text, list):
            said = (
                [nbformat.v4.new_output("stream", name="stdout", text=STORED)] if "check." in text[0] else []
            )
            notebook.cells.append(nbformat.v4.new_code_cell(text[0], id=f"cell{k}", outputs=said))
        else:
            notebook.cells.append(nbformat.v4.new_markdown_cell(text, id=f"cell{k}"))
    nbformat.write(notebook, source / "exercises.ipynb")


def open_exercises(context, base, mode="", script=""):
    """Open the page with the fake Python in the place of the real one; return it and what went wrong.

    mode: of the loading, see fake_python.js; script: JavaScript that runs before those of the page.
    """
    context.unroute("**/_static/python/worker.js*")
    body = f"const mode = {mode!r};\n{FAKE}"
    context.route(
        "**/_static/python/worker.js*", lambda route: route.fulfill(body=body, content_type="text/javascript")
    )
    if script:
        context.add_init_script(script)
    page, problems = open_page(context, base + "exercises.html")
    if not page.locator(".try").count():
        pytest.skip("the small book was built without the files for exercises in the page")
    return page, problems


class Exercise:
    """One exercise on the page, as a reader sees it."""

    def __init__(self, page, number=0):
        self.page, self.box = page, page.locator(".try").nth(number)
        self.field = self.box.locator(".cm-content, textarea")
        self.said = self.box.locator(".try-result > .try-said")
        self.verdict = self.box.get_by_role("group", name="What the check says")

    def button(self, name):
        """Return the button with this name."""
        return self.box.get_by_role("button", name=name, exact=True)

    def open(self, press="Try it here"):
        """Press the first button and wait for the editor."""
        self.button(press).click()
        self.field.wait_for()
        return self

    def write(self, text):
        """Put `text` in place of the answer, in one piece as by the clipboard."""
        self.field.focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def run(self, text, until):
        """Write, check, and wait until `until` is said."""
        self.write(text)
        self.page.keyboard.press("Control+Enter")
        self.wait(until)

    def wait(self, sentence):
        """Wait until the sentence is said."""
        self.said.filter(has_text=sentence).wait_for(timeout=10_000)

    def text(self):
        """Return what stands in the editor."""
        return self.field.evaluate(
            "e => e.value ?? [...e.querySelectorAll('.cm-line')].map(l => l.textContent).join('\\n')"
        )
