"""The drawing of the Unroller: all steps, and one step with the weights that all steps share."""

import re

from rnnkit.widgets.base.drawing import Markup, element, heat, join, number, state, svg, words

CELL, ROW = 40, 20  # a number with two decimals
SMALL = 28  # width of a number with one decimal
PITCH, LEFT, TOP = 48, 66, 84  # from column to column; centre of the first column; upper edge of its numbers


def draw(values, alphabet, scale):
    """Return both panels and a sentence that says the same; a weight of `scale` has the strongest colour."""
    panels = element(
        "div", _unrolled(values, alphabet), _one_step(values, alphabet, scale), class_="rnn-panels unroll"
    )
    return join((panels, _sentence(values)))


def _unrolled(values, alphabet):
    """Draw one column for each step: the letter below, the state above it, probabilities and loss on top."""
    H, V = len(values["h"]), len(alphabet)
    h_top = TOP + V * ROW + 26
    x_top = h_top + H * ROW + 26
    middle = h_top + H * ROW / 2
    parts = [
        _label("step", 14),
        _label("wanted", 34),
        _label("answer", 52),
        _label("loss", 72),
        *(_label(f"p({letter})", TOP + k * ROW + 14) for k, letter in enumerate(alphabet)),
        _symbol("W", "hy", 2, h_top - 9, class_="start muted"),
        _symbol("h", "t", 2, middle - 4, class_="start h"),
        _symbol("W", "hh", 2, middle + 14, class_="start muted"),
        _symbol("W", "ih", 2, x_top - 9, class_="start muted"),
        _symbol("x", "t", 2, x_top + 17, class_="start x"),
    ]
    for t in range(len(values["states"])):
        x = LEFT + t * PITCH
        column = [
            element("rect", x=x - PITCH / 2, y=0, width=PITCH, height=x_top + 30, rx=6, class_="lane"),
            _text(t, x, 14, class_="muted"),
            *_numbers(values, f"states.{t}", H, x - CELL / 2, h_top, CELL),
        ]
        if t:
            step = f"steps.{t - 1}"
            column += [
                words(values, f"{step}.wanted", x=x, y=34, class_="muted"),
                words(values, f"{step}.said", x=x, y=52, class_="strong", **state(values, f"{step}.verdict")),
                number(values, f"{step}.loss", x=x, y=72),
                *_numbers(values, f"{step}.p", V, x - CELL / 2, TOP, CELL),
                _arrow(x, h_top - 2, x, TOP + V * ROW + 3, "y"),
                _arrow(x, x_top - 2, x, h_top + H * ROW + 3, "x"),
                _arrow(x - PITCH + CELL / 2, middle, x - CELL / 2 - 1, middle, "h"),
                element("rect", x=x - CELL / 2, y=x_top, width=CELL, height=26, rx=4, class_="frame"),
                words(values, f"{step}.letter", x=x, y=x_top + 18, class_="x"),
            ]
        parts.append(element("g", *column, class_="step", **state(values, f"whens.{t}")))
    return svg(
        LEFT + 5 * PITCH + CELL / 2 + 2,
        x_top + 30,
        *parts,
        class_="unroll-steps",
        label="The network unrolled over five steps",
    )


def _one_step(values, alphabet, scale):
    """Draw the weights, with what they are multiplied with above their columns."""
    H, V = len(values["h"]), len(alphabet)
    w_hh, top = V * SMALL + 8, 52
    b_ih = w_hh + H * SMALL + 6
    h_at = b_ih + 2 * SMALL + 20
    second = top + H * ROW + 88
    b_y = H * SMALL + 8 + 14
    y_at = b_y + SMALL + 24
    parts = [
        *_matrix(values, "weight_ih", "ih", H, V, 0, top, scale),
        *(_text(letter, (k + 0.5) * SMALL, top - 20, class_="small x") for k, letter in enumerate(alphabet)),
        _heads(values, "now.x", V, 0, top, digits=0),
        *(
            element(
                "rect",
                x=k * SMALL,
                y=top,
                width=SMALL,
                height=H * ROW,
                class_="chosen",
                **state(values, f"chosen.{k}"),
            )
            for k in range(V)
        ),
        *_matrix(values, "weight_hh", "hh", H, H, w_hh, top, scale),
        _symbol("h", "t−1", w_hh + H * SMALL / 2, top - 20, class_="small h"),
        _heads(values, "now.before", H, w_hh, top),
        *_column(values, "weights.bias_ih", "ih", H, b_ih, top, scale),
        *_column(values, "weights.bias_hh", "hh", H, b_ih + SMALL, top, scale),
        _arrow(b_ih + 2 * SMALL + 4, top + H * ROW / 2, h_at - 2, top + H * ROW / 2, "h"),
        _symbol("h", "t", h_at + CELL / 2, top - 6, class_="h"),
        *_numbers(values, "h", H, h_at, top, CELL),
        _formula("h_t = tanh(W_ih x_t + b_ih + W_hh h_t−1 + b_hh)", top + H * ROW + 18),
        *(_text(letter, 6, second + k * ROW + 14, class_="small y") for k, letter in enumerate(alphabet)),
        *_matrix(values, "weight_hy", "hy", V, H, 14, second, scale),
        _symbol("h", "t", 14 + H * SMALL / 2, second - 20, class_="small h"),
        _heads(values, "h", H, 14, second),
        *_column(values, "weights.bias_y", "y", V, b_y, second, scale),
        _arrow(b_y + SMALL + 4, second + V * ROW / 2, y_at - 2, second + V * ROW / 2, "y"),
        _symbol("y", "t", y_at + CELL / 2, second - 6, class_="y"),
        *_numbers(values, "now.y", V, y_at, second, CELL, scale=4.0),
        _text("p", y_at + CELL * 1.5 + 8, second - 6, class_="y"),
        *_numbers(values, "now.p", V, y_at + CELL + 8, second, CELL),
        _formula("y_t = W_hy h_t + b_y and p = softmax(y_t)", second + V * ROW + 18),
        _text("Blue: above 0. Orange: below 0.", 0, second + V * ROW + 36, class_="start small muted"),
    ]
    width = max(h_at + CELL, y_at + 2 * CELL + 8) + 2
    return svg(width, second + V * ROW + 42, *parts, label="One step, with the weights that all steps share")


def _sentence(values):
    """Say what the pictures show; this text is also for those who do not see them."""
    bold = {"name": "b"}
    return element(
        "p",
        "After ",
        number(values, "epoch", 0, **bold),
        " updates of the weights, at step ",
        number(values, "t", 0, **bold),
        " of 5. Read: ",
        words(values, "read", **bold),
        ". Answered: ",
        words(values, "said", **bold),
        ". Wanted: ",
        words(values, "wanted", **bold),
        ". Loss of this step: ",
        number(values, "now.loss", 2, **bold),
        ", mean over the word: ",
        number(values, "mean_loss", 2, **bold),
        ".",
        class_="rnn-says",
        aria_live="polite",
    )


def _numbers(values, path, count, x, top, width, scale=1.0, digits=2, room=None):
    """Draw the vector at `path` as a column of coloured numbers."""
    places = [(f"{path}.{k}", x, top + k * ROW) for k in range(count)]
    return _coloured(values, places, width, scale, digits, room)


def _matrix(values, name, subscript, rows, columns, x, top, scale):
    """Draw the matrix `name` of the weights, with its symbol above the heads of its columns."""
    places = [
        (f"weights.{name}.{r}.{k}", x + k * SMALL, top + r * ROW) for k in range(columns) for r in range(rows)
    ]
    symbol = _symbol("W", subscript, x + columns * SMALL / 2, top - 38)
    return [symbol, *_coloured(values, places, SMALL - 1, scale, digits=1, room=3)]


def _coloured(values, places, width, scale, digits, room):
    """Draw the number at every path of `places`, (path, left, top), on its colour."""
    boxes = [heat(values, path, scale, x=x, y=y, width=width, height=ROW - 2, rx=2) for path, x, y in places]
    numbers = [
        number(values, path, digits, "tspan", room, x=x + width / 2, y=y + 13.5) for path, x, y in places
    ]
    return [*boxes, _text_of(numbers)]


def _text_of(numbers, class_="small"):
    """Return one text of many numbers: a browser lays it out in half the time that as many texts take."""
    return element("text", *numbers, class_=class_)


def _column(values, path, subscript, rows, x, top, scale):
    return [
        _symbol("b", subscript, x + SMALL / 2, top - 38),
        *_numbers(values, path, rows, x, top, SMALL - 1, scale, digits=1, room=3),
    ]


def _heads(values, path, count, x, top, digits=1):
    """Write above each column of a matrix the number that it is multiplied with."""
    numbers = (
        number(values, f"{path}.{k}", digits, "tspan", x=x + (k + 0.5) * SMALL, y=top - 6)
        for k in range(count)
    )
    return _text_of(numbers, class_="small muted")


def _arrow(x0, y0, x1, y1, kind):
    dx, dy = (4, 0) if y0 == y1 else (0, -4)
    head = f"M{x1 - dx + dy:g} {y1 - dy + dx:g}L{x1:g} {y1:g}L{x1 - dx - dy:g} {y1 - dy - dx:g}"
    return element("path", d=f"M{x0:g} {y0:g}L{x1:g} {y1:g}{head}", class_=f"wire {kind}")


def _text(text, x, y, **attributes):
    return element("text", text, x=x, y=y, **attributes)


def _label(text, y):
    return _text(text, 2, y, class_="start small muted")


def _symbol(letter, subscript, x, y, **attributes):
    return element("text", letter, _low(subscript), x=x, y=y, **attributes)


def _formula(text, y):
    """Write a formula in which "_" puts the next word below the line."""
    pieces = re.split(r"_([a-z]+(?:−1)?)", text)
    written = [_low(piece) if index % 2 else piece for index, piece in enumerate(pieces)]
    return element("text", *written, x=0, y=y, class_="start small")


def _low(text):
    return Markup(element("tspan", text, dy=3, font_size="75%") + element("tspan", "\u200b", dy=-3))
