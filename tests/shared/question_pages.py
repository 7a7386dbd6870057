"""A page with questions of both kinds, for the tests."""

import nbformat

PREDICT = """\
::::{admonition} Predict first
:class: predict
Choose before you read on.

:::{admonition} Are there more weights?
:class: question
:name: small-predict-length
Twice as many letters are read.

1. Yes, $2 W$.
2. No, `the same`.
3. Who knows?
:::
::::
"""
ANSWER = """\
:::{admonition} Your prediction: more weights?
:class: answer dropdown
:name: small-predict-length-answer

1. **Wrong.** It would be a window.
2. **Right.** They are used at every step.
3. **Wrong.** We do.
:::
"""
RECAP = """\
:::::{admonition} Check yourself
:class: recap

::::{admonition} Which shape?
:class: question
:name: small-check-shape

1. $(B, H)$
2. `(T, H)`

:::{admonition} Answer
:class: answer dropdown
1. **Right.** One row for each sequence.
2. **Wrong.** This is one sequence.
:::
::::

::::{admonition} What grows?
:class: question
:name: small-check-steps

1. The weights.
2. The steps.

:::{admonition} Answer
:class: answer dropdown
1. **Wrong.** They are shared.
2. **Right.** The loop runs longer.
:::
::::
:::::
"""


def question_notebook():
    """Return a notebook with the same text."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(question_page())], metadata=kernel)


def question_page():
    """Return the text of the page."""
    return f"# Questions\n\n{PREDICT}\n{ANSWER}\n## After\n\n{RECAP}"
