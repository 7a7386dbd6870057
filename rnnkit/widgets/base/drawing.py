"""Small pieces of HTML and SVG that know which number they show.

A figure is drawn once, here. Each piece carries the path of its number in the figure's values, such as
"steps.2.h.0" for values["steps"][2]["h"][0], and ui.js finds the pieces by it and changes what they show.
So the static picture and the live one cannot drift apart.
"""

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext
from html import escape

STRONGEST = 0.34  # of a colour laid over paper: text on it stays legible (tests/book/test_palette.py)


class Markup(str):
    """Text that is HTML already; every other text is escaped when it becomes part of an element."""


def element(name, *children, **attributes):
    """Return an HTML or SVG element as `Markup`.

    children: Markup, or anything else, which is escaped as text.
    attributes: class_="a" gives class="a", stroke_width=2 gives stroke-width="2"; None leaves one out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(children):
    """Return the pieces `children` as one Markup; what is not Markup is escaped as text."""
    return Markup("".join(c if isinstance(c, Markup) else escape(str(c)) for c in children))


def svg(width, height, *children, label, **attributes):
    """Return a picture of `width` × `height` units; `label` names it for those who do not see it."""
    return element(
        "svg",
        *children,
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=label,
        **attributes,
    )


def number(values, path, digits=2, name="text", room=None, **attributes):
    """Return an element that shows the number at `path`, as `format_number` writes it.

    room: how many characters, without the point, there is room for; longer ones are written smaller.
    """
    text = format_number(lookup(values, path), digits)
    long = "" if room and len(text.replace(".", "")) > room else None
    return element(
        name, text, data_number=path, data_digits=digits, data_room=room, data_long=long, **attributes
    )


def words(values, path, name="text", **attributes):
    """Return an element that shows the text at `path`."""
    return element(name, lookup(values, path), data_text=path, **attributes)


def heat(values, path, scale=1.0, **attributes):
    """Return a rectangle, coloured by the number at `path`: more strongly the larger it is, up to `scale`."""
    value = lookup(values, path) or 0.0
    return element(
        "rect",
        data_heat=path,
        data_scale=scale,
        data_sign="-" if value < 0 else "+",
        **fill(STRONGEST * min(1.0, abs(value) / scale)),
        **attributes,
    )


def fill(strength):
    """Return the attribute of a shape that is filled with a `strength` from 0 to 1.

    It is a style, since a script writes the number of a style twice as fast as the text of an attribute.
    """
    return {"style": f"fill-opacity: {strength:.3f};"}


def path_through(points):
    """Return the path of a line through points, each (x, y)."""
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def state(values, path):
    """Return the attributes of an element that the style sheet shows according to the word at `path`."""
    return {"data_state_of": path, "data_state": lookup(values, path)}


def lookup(values, path):
    """Return what stands at `path` in nested dicts and lists."""
    for key in path.split("."):
        values = values[int(key)] if isinstance(values, list | tuple) else values[key]
    return values


def format_number(value, digits=2):
    """Return `value` with `digits` decimals and a true minus sign; None is an en dash, and zero has no sign.

    A large number has fewer decimals and a very large one is written as 1.2e4, so that all stay in
    their boxes: none is much longer than 99.99. With digits=0 whole numbers are written out.
    Halves are rounded away from zero, as toFixed in JavaScript does, so that both sides show the same digits.
    """
    if value is None:
        return "–"
    if not math.isfinite(value):
        raise ValueError(f"value must be a finite number, got {value}")
    text = _shortened(Decimal(value), digits)
    if not text.strip("-0."):
        text = text.lstrip("-")
    return text.replace("-", "−")


def _shortened(value, digits):
    room = digits + 2 if digits else 15  # digits in all; a whole number is a count
    for decimals in range(digits, -1, -1):
        text = f"{_rounded(value, -decimals):f}"
        if len(text.lstrip("-").replace(".", "")) <= room:
            return text
    mantissa = max(digits - 1, 0)
    return f"{_rounded(value, value.adjusted() - mantissa):.{mantissa}e}".replace("e+", "e")


def _rounded(value, exponent):
    """Return the Decimal `value` as a multiple of 10**exponent."""
    with localcontext(prec=400):  # more digits than the largest double has
        return value.quantize(Decimal(1).scaleb(exponent), ROUND_HALF_UP)


def _attribute(value):
    return f"{value:g}" if isinstance(value, float) else str(value)
