"""The drawing of TwoDirections: both chains of states, and who would put the stress where.

two_directions.js moves the pieces by the same rules.
"""

from rnnkit.widgets.base.drawing import element, fill, format_number, number, state, svg, words

WIDTH, LEFT, PITCH = 470, 84, 32  # of the picture; edge of the first column; from column to column
SOUND, FORWARD, BACKWARD = 24, 70, 186  # upper edges of the sounds and of both chains
STRIP, CELL = 90, 22  # height of a state, and its width
LANES = {"forward": 334, "backward": 384, "both": 434}  # where the bars of each reader stand
BAR, FULL = 20, 34  # width of a bar, and its height for a probability of 1
ANSWERS, CHANCE = 376, 60  # width of the second picture, and in it of the bar for a probability of 1
NAMES = {"forward": ("h", "forward"), "backward": ("c", "backward"), "both": ("ink", "both")}


def says(sounds, vowels, stressed, t):
    """Return the texts of the figure for the sound t of a word; `stressed` is a place from 0, or None."""
    now, T = sounds[t - 1], len(sounds)
    if vowels[t - 1]:
        question = f"Is sound {t}, {now}, the stressed vowel?"
        truth = "–" if stressed is None else "yes" if t - 1 == stressed else "no"
    else:
        question, truth = f"Sound {t}, {now}, is a consonant.", "–"
    return {
        "question": question,
        "truth": truth,
        "answer": "not known" if stressed is None else f"{sounds[stressed]}, sound {stressed + 1}",
        "forward": f"has read {' '.join(sounds[:t])}" + _rest(T - t, "after"),
        "backward": f"has read {' '.join(sounds[: t - 2 if t > 1 else None : -1])}" + _rest(t - 1, "before"),
    }


def _rest(count, side):
    if count == 0:
        return ", the whole word."
    return f", and knows nothing of the {f'{count} sounds' if count > 1 else 'sound'} {side} it."


def bar(p):
    """Return height and upper edge of a bar above its base; where there is no question, there is no bar."""
    full = FULL * (p or 0)
    return {"height": format_number(full, 2), "y": format_number(-full, 2).replace("−", "-")}


def chains(values):
    """Draw the sounds, the states of both directions below them, and a bar for each vowel and reader."""
    columns = range(len(values["columns"]))
    parts = [part for k in columns for part in _column(values, k)]
    for reader, base in LANES.items():
        kind, name = NAMES[reader]
        y = base - FULL / 2
        parts.append(element("path", class_="wire", d=f"M{LEFT} {base}H{WIDTH}"))
        parts.append(element("text", name, class_=f"start {kind}", x=0, y=y + 2))
        parts.append(
            element("text", "readers" if reader == "both" else "only", class_="start muted", x=0, y=y + 18)
        )
    for direction, top, sign in (("forward", FORWARD, "→"), ("backward", BACKWARD, "←")):
        kind, name = NAMES[direction]
        middle = top + STRIP / 2
        parts.append(element("text", name, class_=f"start {kind}", x=0, y=middle))
        parts.append(element("text", f"states {sign}", class_="start muted", x=0, y=middle + 17))
    parts.append(element("text", "stress", class_="start x", x=0, y=16))
    parts.append(element("text", "sounds", class_="start", x=0, y=SOUND + 19))
    return svg(
        WIDTH, 452, *parts,
        label="The sounds of a word from left to right. Below each sound the state of the forward and of the "
        "backward network, and three bars: how likely each reader finds it that this vowel is stressed.",
        class_="two-chains",
    )  # fmt: skip


def _column(values, k):
    """Draw all that stands above each other at the place k."""
    left, here = LEFT + PITCH * k, f"columns.{k}"
    middle = left + PITCH / 2
    box = {"x": middle - 14, "width": 28}
    column = {"x": left, "y": 2, "width": PITCH, "height": 446}
    yield element("rect", class_="column", rx=5, **column, **state(values, f"{here}.shown"))
    yield element("path", class_="truth", d=f"M{middle - 6} 6h12l-6 11Z", **state(values, f"{here}.truth"))
    yield element("rect", class_="sound", y=SOUND, height=28, rx=4, **box, **state(values, f"{here}.kind"))
    yield words(values, f"{here}.sound", x=middle, y=SOUND + 19, **state(values, f"{here}.kind"))
    for direction, top in (("forward", FORWARD), ("backward", BACKWARD)):
        yield _strip(values, direction, k, middle, top)
    for reader, base in LANES.items():
        kind, _ = NAMES[reader]
        path = f"readers.{reader}.p.{k}"
        p = values["readers"][reader]["p"][k]
        yield element(
            "g",
            element("rect", class_="whole", x=-BAR / 2, y=-FULL, width=BAR, height=FULL,
                    **state(values, f"{here}.kind")),
            element("rect", class_=f"bar {kind}", data_bar=path, x=-BAR / 2, width=BAR, **bar(p)),
            element("path", class_="pick", d="M-7 12h14l-7 -10Z",
                    **state(values, f"readers.{reader}.marks.{k}")),
            transform=f"translate({middle} {base})",
        )  # fmt: skip
    yield element("rect", class_="hit", data_step=k + 1, **column)


def _strip(values, direction, k, middle, top):
    """Draw the state of one direction at the place k, and the arrow that leads to it."""
    column = values["states"][direction][k]
    height = STRIP / len(column)
    kind, _ = NAMES[direction]
    cells = [
        element("rect", class_="cell", data_cell=f"{direction}.{k}.{unit}", data_sign="-" if h < 0 else "+",
                x=-CELL / 2, y=round(unit * height, 2), width=CELL, height=round(height, 2), **fill(abs(h)))
        for unit, h in enumerate(column)
    ]  # fmt: skip
    frame = element("rect", class_="frame", x=-CELL / 2, y=0, width=CELL, height=STRIP)
    side = 1 if direction == "forward" else -1
    tip = f"M{-side * (PITCH / 2 + 4)} {STRIP / 2 - 6}l{8 * side} 6l{-8 * side} 6Z"
    return element(
        "g",
        *cells,
        frame,
        element("path", class_="tip", d=tip),
        class_=f"strip {kind}",
        transform=f"translate({middle} {top})",
        **state(values, f"columns.{k}.{direction}"),
    )


def answers(values):
    """Draw what each reader says about the shown sound, which vowel it picks, and the truth."""
    parts = [
        words(values, "says.question", class_="start strong", x=0, y=18),
        element("text", "chance", class_="start muted", x=98, y=44),
        element("text", "picks", class_="start muted", x=214, y=44),
    ]
    for y, (reader, (kind, name)) in zip((68, 94, 120), NAMES.items(), strict=True):
        parts += [
            element("text", name, class_=f"start {kind}", x=0, y=y),
            element("rect", class_="whole", x=98, y=y - 13, width=CHANCE, height=15),
            element("rect", class_=f"bar {kind}", data_chance=f"readers.{reader}.now", x=98, y=y - 13,
                    height=15, width=chance(values["readers"][reader]["now"])),
            number(values, f"readers.{reader}.now", class_="end strong", x=200, y=y),
            words(values, f"readers.{reader}.pick", class_="start", x=214, y=y),
        ]  # fmt: skip
    parts += [
        element("text", "dictionary", class_="start x", x=0, y=146),
        words(values, "says.truth", class_="start strong", x=98, y=146),
        words(values, "says.answer", class_="start", x=214, y=146),
    ]
    return svg(
        ANSWERS, 156, *parts,
        label="For the shown sound: how likely each reader finds it that it carries the stress, which vowel "
        "each picks for the word, and what the dictionary says.",
        class_="two-answers",
    )  # fmt: skip


def chance(p):
    """Return the width of the bar beside the question."""
    return format_number(CHANCE * (p or 0), 2)


def summary(values):
    """Say in words what each direction has read."""
    forward, backward = (
        (element("b", name.capitalize()), " ", words(values, f"says.{name}", name="span"), " ")
        for name in ("forward", "backward")
    )
    return element(
        "p",
        *forward,
        *backward,
        "Each one-way reader scores a vowel at its own place; it may not wait for the rest of the word. "
        "A full bar is a probability of 1; ▲ is the vowel that the reader picks. In the states, colour is a "
        "positive number, grey a negative one.",
        class_="rnn-says two-says",
    )
