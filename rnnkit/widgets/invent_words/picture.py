"""The drawing of InventWords: the chances of the next letter as bars and as pieces of a line, and the words.

invent_words.js moves the pieces by the same rules.
"""

from rnnkit.widgets.base.drawing import element, number, svg, words

NAMES = ("·end", *"abcdefghijklmnopqrstuvwxyz")  # of the symbols
WIDTH, HEIGHT = 440, 268
LEFT, END_WIDTH, COLUMN = 32, 34, 14.3  # of the bars: their left edge, width of the first, and of the others
TOP, FLOOR = 34, 178  # of the bars, for chances of 1 and 0
LINE, LINE_TOP, LINE_HEIGHT = 408, 216, 22  # the line from 0 to 1, below the bars
ROOM, END_ROOM = 12, 36  # that a name needs in a piece of the line
TAIL = 12  # letters of a long beginning that are shown


def says(prefix, letters, ended, t, word):
    """Return the texts of the figure, for draw `t` of a word: `letters` follow the prefix."""
    before, symbol, after = letters[: t - 1], letters[t - 1 : t] or "·end", letters[t:]
    begun = prefix + before
    tail = "…" + begun[-TAIL:] if len(begun) > TAIL else begun
    return {
        "title": f"The next letter after “{tail}”" if begun else "The first letter",
        "before": begun,
        "symbol": symbol,
        "after": after + ("" if ended == "yes" else "…"),
        "where": f"Word {word}, draw {t}: “{symbol}”.",
        "limit": "" if ended == "yes" else " After 30 letters the word had no end, and was cut.",
    }


def chances(values):
    """Draw the chances: a bar for every symbol, and below them a line from 0 to 1 with the random number."""
    kinds = values["chances"]
    now = values["now"]["symbol"]
    pieces = pieces_of(kinds["used"])
    pin = pin_at(values["now"]["u"])
    return svg(
        WIDTH, HEIGHT,
        words(values, "says.title", class_="start strong", x=0, y=16),
        *_axis(),
        *(_bars(kind, kinds[kind], inset) for kind, inset in (("given", 0.12), ("used", 0.3))),
        element("g", *(
            element("text", name, x=f"{middle(k):.1f}", y=FLOOR + 17, data_state=_now(k, now))
            for k, name in enumerate(NAMES)
        ), class_="invent-names"),
        element("g", *(
            element("rect", x=piece["x"], width=piece["width"], height=LINE_HEIGHT, data_state=_now(k, now))
            for k, piece in enumerate(pieces)
        ), class_="invent-line", transform=f"translate({LEFT} {LINE_TOP}) scale({LINE} 1)"),
        element("g", *(
            element("text", piece["name"], x=piece["middle"], y=LINE_TOP + 16, data_state=_now(k, now))
            for k, piece in enumerate(pieces)
        ), class_="invent-pieces"),
        element("path", class_="invent-pin", d=f"M0 {LINE_TOP - 8}V{LINE_TOP + LINE_HEIGHT + 5}",
                transform=f"translate({pin} 0)"),
        element("text", "0", x=LEFT - 12, y=LINE_TOP + 16, class_="muted"),
        element("g", number(values, "now.u", digits=3, class_="strong", y=LINE_TOP + LINE_HEIGHT + 20),
                class_="invent-u", transform=f"translate({pin} 0)"),
        label="Bar chart: how likely each letter and the end are next. Below, the line from 0 to 1 in pieces "
        "as long as the chances, with the random number that chose one.",
        class_="invent-chances",
    )  # fmt: skip


def _axis():
    for chance in (0, 0.5, 1):
        y = FLOOR - (FLOOR - TOP) * chance
        yield element("path", class_="frame", d=f"M{LEFT} {y:g}H{WIDTH}")
        yield element("text", f"{chance:g}", class_="end muted", x=LEFT - 6, y=f"{y + 4:g}")


def _bars(kind, p, inset):
    """Draw bars that stand on the floor; the group is upside down, so that a height is all that changes."""
    bars = [
        element(
            "rect", x=f"{left(k) + inset * COLUMN:.2f}", width=f"{width(k) - 2 * inset * COLUMN:.2f}",
            height=height(chance),
        )
        for k, chance in enumerate(p)
    ]  # fmt: skip
    return element("g", *bars, class_=f"invent-{kind}", transform=f"translate(0 {FLOOR}) scale(1 -1)")


def left(k):
    """Return where the column of symbol k begins."""
    return LEFT + (END_WIDTH + (k - 1) * COLUMN if k else 0)


def width(k):
    """Return how wide the column of symbol k is: the name of the end is longer than a letter."""
    return COLUMN if k else END_WIDTH


def middle(k):
    """Return the middle of the column of symbol k."""
    return left(k) + width(k) / 2


def height(chance):
    """Return how high a bar is."""
    return f"{(FLOOR - TOP) * chance:.1f}"


def pieces_of(p):
    """Return the pieces of the line: where each begins, its width, and its name where there is room."""
    pieces, start = [], 0.0
    for k, chance in enumerate(p):
        room = chance * LINE >= (ROOM if k else END_ROOM)
        pieces.append(
            {
                "x": f"{start:.4f}",
                "width": f"{chance:.4f}",
                "middle": f"{LEFT + LINE * (start + chance / 2):.1f}",
                "name": NAMES[k] if room else "",
            }
        )
        start += chance
    return pieces


def pin_at(u):
    """Return where on the line the random number stands."""
    return f"{LEFT + LINE * u:.1f}"


def _now(k, symbol):
    return "now" if k == symbol else "no"


def summary(values):
    """Write the word that is shown, and say what this draw was."""
    word = element(
        "p",
        words(values, "says.before", name="span"),
        words(values, "says.symbol", name="b"),
        words(values, "says.after", name="i"),
        class_="invent-word",
    )
    sentence = element(
        "p",
        words(values, "says.where", name="b"),
        " The network gives it ", number(values, "now.given", digits=3, name="span"),
        ", which costs ", number(values, "now.bits", name="span"), " bits. With temperature and top-k it is ",
        number(values, "now.used", digits=3, name="span"), ". The random number ",
        number(values, "now.u", digits=3, name="span"), " lies in its piece of the line.",
        words(values, "says.limit", name="span"),
        class_="rnn-says invent-says",
    )  # fmt: skip
    return element("div", word, sentence, class_="invent-summary")


def table(drawn, exists):
    """List the words; exists(word) says whether there is such a word."""
    rows = [
        element(
            "tr",
            element(
                "td", element("span", word["prefix"]), element("span", word["letters"] + cut(word["ended"]))
            ),
            element("td", element("span", mark(word, exists))),
            data_state=word["shown"],
            data_mark=mark(word, exists),
        )
        for word in drawn
    ]
    head = element("tr", element("th", "word", scope="col"), element("th", "in the dictionary", scope="col"))
    return element(
        "table",
        element("thead", head),
        element("tbody", *rows),
        class_="invent-words",
    )


def cut(ended):
    """Return what stands behind a word that did not end."""
    return "" if ended == "yes" else "…"


def mark(word, exists):
    """Return what the list says of a word."""
    if word["ended"] == "no":
        return "no end"
    text = word["prefix"] + word["letters"]
    return ("exists" if exists(text) else "invented") if text else "empty"


def legend():
    """Explain the colours, and whence the words are."""
    return element(
        "p",
        "Grey bars: what the network says. Blue bars: what is drawn from, after temperature and top-k; the "
        "pieces of the line are as long. A word exists if CMUdict has it; the network has read most of them.",
        class_="invent-legend",
    )  # fmt: skip
