"""The drawing of ReadMyReview: the text with a bar below each word, and two maps of gates and states.

read_my_review.js moves the pieces by the same rules.
"""

import math

from rnnkit.widgets.base.drawing import element, fill, format_number, number, svg, words

ROWS = {"i": "i", "f": "f", "g": "g", "o": "o", "c": "c", "h": "h", "score": "ink"}  # and their colours
WIDTH, LEFT, TOP, ROW = 420, 52, 3, 24  # of a map; edges of its cells; height of a row
STRETCHED = {"c": 1, "score": 3}  # rows without a bound, and by how much; a unit's part in the score is small
TIME, UNITS = 310, 368  # width of the cells of both maps


def says(tokens, count, t, unit):
    """Return the texts of the figure: `tokens` are the words that are read, `count` is how many there are."""
    T, word = len(tokens), tokens[t - 1]["word"]
    unknown = sum(token["known"] == "no" for token in tokens)
    return {
        "where": f"Word {t} of {T}, “{word}”",
        "known": "" if tokens[t - 1]["known"] == "yes" else " (unknown)",
        "unknown": "It knows every word." if not unknown
        else f"Not in its vocabulary, and all the same to it: {unknown} of {_words(T)}.",
        "limit": f" It reads the first {T} of {count} words." if count > T else "",
        "time": f"Unit {unit}, word by word",
        "units": f"All units after word {t}, “{word}”",
    }  # fmt: skip


def _words(count):
    return "1 word" if count == 1 else f"{count} words"


def reading(values):
    """Write the text; below each word stands a bar, up for praise and down for blame, and the probability."""
    return element(
        "p",
        *map(_word, values["words"]),
        class_="review-words",
        tabindex=0,
        role="group",
        aria_label="The text, and after each word the probability that it praises",
    )


def _word(word):
    return element(
        "span",
        element("bdi", word["word"]),
        element("i", class_="review-bar", **bar(word["p"])),
        element("b", format_number(word["p"])),
        class_="review-word",
        data_state=word["shown"],
        data_known=word["known"],
    )


def bar(p):
    """Return the attributes of a bar: its height, from 0 to 1, and its side of the middle line."""
    height = _in_steps(abs(2 * p - 1))
    return {"style": f"--height:{height:.2f}", "data_side": "praise" if p >= 0.5 else "blame"}


def through_time(values):
    """Draw one unit after every word, with its numbers after the word that is shown."""
    numbers = [
        number(values, f"now.{row}", class_=f"{colour} end", x=WIDTH, y=_middle(k))
        for k, (row, colour) in enumerate(ROWS.items())
    ]
    return _map(
        values, "time", values["t"], TIME, *numbers,
        label="Heat map: gates, cell state, output and score of one unit after every word.",
    )  # fmt: skip


def over_units(values):
    """Draw all units after one word."""
    return _map(
        values, "units", values["unit"], UNITS,
        label="Heat map: gates, cell state, output and score of every unit after one word.",
    )  # fmt: skip


def _map(values, name, shown, width, *others, label):
    run = values[name]
    count = len(run["i"])
    columns = [_column(run, k) for k in range(count)]
    places = marker(shown, count, width)
    names = [
        element("text", row, class_=f"{colour} start", x=0, y=_middle(k))
        for k, (row, colour) in enumerate(ROWS.items())
    ]
    return element(
        "div",
        words(values, f"says.{name}", name="p", class_="review-caption"),
        svg(
            WIDTH, TOP * 2 + ROW * len(ROWS), *names,
            element("g", *columns, class_="cells", transform=places["scale"]),
            element("rect", class_="marker", y=TOP, height=ROW * len(ROWS), rx=2,
                    x=places["x"], width=places["width"]),
            *others, label=label, class_=f"review-map review-{name}-map",
        ),
        class_=f"review-{name}-part",
    )  # fmt: skip


def _middle(row):
    return TOP + ROW * row + 17


def _column(run, k):
    cells = [
        element(
            "rect", class_=f"cell-{row}", x=k, y=r, width=".92", height=".92",
            data_sign="-" if run[row][k] < 0 else "+", **fill(strength(row, run[row][k])),
        )
        for r, row in enumerate(ROWS)
    ]  # fmt: skip
    return element("g", *cells)


def marker(shown, count, width):
    """Return where the marker of column `shown` of `count` stands, and how the cells are stretched."""
    column = width / count
    return {
        "x": f"{LEFT + (shown - 1) * column:.2f}",
        "width": f"{column:.2f}",
        "scale": f"translate({LEFT} {TOP}) scale({column:.4f} {ROW})",
    }


def strength(row, value):
    """Return how strong the colour of a cell is, 0 to 1; c and the parts of the score have no bound."""
    return _in_steps(abs(math.tanh(STRETCHED[row] * value) if row in STRETCHED else value))


def _in_steps(part):
    """Round a number from 0 to 1 to twentieths, which for a bar are the pixels of its height.

    Finer steps can hardly be seen, but each piece that changes takes time.
    """
    return math.floor(20 * part + 0.5) / 20


def summary(values):
    """Say what the network thinks after the word that is shown, and at the end."""
    return element(
        "p",
        words(values, "says.where", name="b"),
        words(values, "says.known", name="span"),
        ": after it, the probability of praise is ", number(values, "now.p", name="b"),
        ". The word moved the score by ", number(values, "now.moved", name="span"),
        ". After the last word the probability is ", number(values, "end", name="b"), ". ",
        words(values, "says.unknown", name="span"),
        words(values, "says.limit", name="span"),
        class_="rnn-says review-says",
    )  # fmt: skip


def legend():
    """Explain the signs."""
    return element(
        "p",
        "A bar above the line: praise is more likely than blame. A word with a question mark is not in the "
        "vocabulary. In the maps, a coloured cell is a positive number, a grey one a negative number, and a "
        "stronger one is larger. The last row is what the unit adds to the score: blue for praise, orange "
        "for blame. All units together, and a constant, are the score.",
        class_="review-legend",
    )  # fmt: skip
