"""The drawing of SayIt: the phones of a word, the map of where the network looked, and the candidates.

say_it.js moves the pieces by the same rules.
"""

from rnnkit.widgets.base.drawing import element, fill, format_number, number, state, svg, words
from rnnkit.widgets.say_it.phones import TABLE

END = "·end"  # the name of the symbol that ends a word
WIDTH, LEFT, TOP = 440, 58, 44  # of the map; where its cells begin
COLUMNS, ROWS = 380, 300  # room for the cells
WIDEST, HIGHEST = 44, 32  # of a cell
LEAST = 13  # height of a row whose name is written though it is not chosen
WORTH = 0.1  # the weight of a second letter that is named
NEAR = 12  # phones that are shown on each side of the chosen one


def says(word, phones, ended, rows, u, weights):
    """Return the texts of the figure, for row `u` of a candidate.

    phones: of the candidate. ended: whether it came to its end, "yes" or "no". rows: the names of its phones
    and END. weights: (T,) of this row.
    """
    name = rows[u - 1]
    before, after = phones[: u - 1], phones[u:]
    first, *more = sorted(range(len(word)), key=lambda t: -weights[t])[:2]  # equal ones in their own order
    order = [first, *(t for t in more if weights[t] >= WORTH)]
    looks = [f"letter {t + 1}, “{word[t]}” ({format_number(100 * weights[t], 0)} %)" for t in order]
    return {
        "before": " ".join((["…"] if len(before) > NEAR else []) + before[-NEAR:]),
        "phone": name,
        "after": " ".join(after[:NEAR] + (["…"] if len(after) > NEAR or ended == "no" else [])),
        "where": f"Behind {_phones(len(phones))}: the end." if name == END
        else f"Phone {u} of {len(phones)}: {name}, as in “{TABLE[name].example}”.",
        "looks": " and ".join(looks),
        "limit": "" if ended == "yes"
        else f" Cut after {len(rows)} symbols, 2 for each letter and 10 more: no end came.",
    }  # fmt: skip


def _phones(count):
    return "1 phone" if count == 1 else f"{count} phones"


def spoken(values):
    """Write the phones of the candidate that is shown; the chosen one stands out."""
    return element(
        "p",
        words(values, "says.before", name="span"),
        " ",
        words(values, "says.phone", name="b"),
        " ",
        words(values, "says.after", name="i"),
        class_="say-phones",
    )


def attention(values):
    """Draw how much each phone looked at each letter: a row for each phone, and a column for each letter."""
    T, U, u = values["T"], values["U"], values["phone"]
    width, height = column(T), row(U)
    shown = values["map"]
    places = [f"{middle(t, width):.2f}" for t in range(T)]
    return svg(
        WIDTH, TOP + ROWS + 4,
        element("text", "%", x=LEFT - 8, y=TOP - 9, class_="end muted"),
        element("g", *(
            element("text", letter, x=x, y=16) for letter, x in zip(values["word"], places, strict=True)
        ), class_="say-letters strong"),
        element("g", *(
            element("text", percent(weight), x=x, y=TOP - 9,
                    data_long="" if len(percent(weight)) > 2 else None)
            for weight, x in zip(shown[u - 1], places, strict=True)
        ), class_="say-weights"),
        element("g", *(
            element("text", name(values["rows"], k, u), x=LEFT - 8, y=f"{baseline(k, height):.2f}",
                    class_="end", data_state="now" if k == u - 1 else "no")
            for k in range(U)
        ), class_="say-rows"),
        element("g", *(_cells(k, weights) for k, weights in enumerate(shown)), class_="say-cells",
                transform=f"translate({LEFT} {TOP}) scale({width:.4f} {height:.4f})"),
        element("rect", class_="say-marker", x=LEFT - 1, rx=2, y=f"{TOP + (u - 1) * height - 1:.2f}",
                width=f"{T * width + 1:.2f}", height=f"{height + 1:.2f}"),
        label="Heat map: how much the network looked at each letter, a column, when it said each phone, a "
        "row. Above stand the weights of the chosen row in percent.",
        class_="say-map",
    )  # fmt: skip


def _cells(k, weights):
    cells = [
        element("rect", x=t, width=".94", height=".94", **fill(weight)) for t, weight in enumerate(weights)
    ]
    return element("g", *cells, transform=f"translate(0 {k})")


def column(T):
    """Return how wide a column is."""
    return min(WIDEST, COLUMNS / T)


def row(U):
    """Return how high a row is."""
    return min(HIGHEST, ROWS / U)


def middle(t, width):
    """Return the middle of column t, from 0."""
    return LEFT + (t + 0.47) * width


def baseline(k, height):
    """Return where the name of row k, from 0, is written."""
    return TOP + (k + 0.47) * height + 5


def name(rows, k, u):
    """Return the name of row k, from 0, if there is room for it or it is chosen."""
    return rows[k] if row(len(rows)) >= LEAST or k == u - 1 else ""


def percent(weight):
    """Return a weight as text."""
    return format_number(100 * weight, 0)


def sentence(values):
    """Say which phone is chosen, and where the network looked."""
    return element(
        "p",
        words(values, "says.where", name="b"), " The network gives it ",
        number(values, "now.chance", digits=3, name="span"), ", and looks most at ",
        words(values, "says.looks", name="span"), ".", words(values, "says.limit", name="span"),
        class_="rnn-says say-says",
    )  # fmt: skip


def table(values):
    """List the candidates of beam search."""
    rows = [
        element(
            "tr",
            element("td", str(k + 1)),
            element("td", words(values, f"candidates.{k}.said", name="span")),
            number(values, f"candidates.{k}.log_p", name="td"),
            number(values, f"candidates.{k}.score", name="td"),
            **state(values, f"candidates.{k}.shown"),
        )
        for k in range(len(values["candidates"]))
    ]
    names = ("", "candidate", "log p", "score")
    head = element("tr", element("td"), *(element("th", name, scope="col") for name in names[1:]))
    return element("table", element("thead", head), element("tbody", *rows), class_="say-candidates")


def greedy(values):
    """Say what greedy search finds."""
    return element("p", "Greedy search: ", words(values, "greedy", name="b"), class_="say-greedy")


def legend():
    """Explain the table and the map, and name the phones."""
    names = [element("li", element("b", name), f" {phone.example}") for name, phone in TABLE.items()]
    return element(
        "div",
        element(
            "p",
            "The stronger the colour of a cell, the more the network looked at this letter. Beam search "
            "keeps three beginnings, greedy search one. log p is the logarithm of the probability of all "
            "phones and the end; score is log p divided by their number, and the best comes first. A word "
            "that does not end is cut after 2 symbols for each letter and 10 more. No stress is marked. The "
            "network of chapter 08 wrote the invented words: they are not in the dictionary.",
        ),
        element("details", element("summary", "The 39 phones, each with a word"), element("ul", *names)),
        class_="say-legend",
    )  # fmt: skip
