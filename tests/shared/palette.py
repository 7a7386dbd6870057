"""The colours of assets/palette.css, and how far apart two colours are."""

import re

import numpy as np
from places import ROOT

CSS = (ROOT / "assets" / "palette.css").read_text("utf-8")


def read_palette(css):
    """Return {"light": {name: colour}, "dark": {...}} of the variables --c-name in `css`."""
    blocks = {"light": r":root", "dark": r'html\[data-theme="dark"\]'}
    return {
        mode: dict(
            re.findall(r"--c-(\w+):\s*(#[0-9a-f]{6});", re.search(start + r"\s*\{([^}]*)\}", css).group(1))
        )
        for mode, start in blocks.items()
    }


PALETTE = read_palette(CSS)


def contrast(one, other):
    """Return the contrast ratio of two colours "#rrggbb", from 1 to 21 (WCAG 2.2)."""

    def luminance(colour):
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def tint(colour, paper, share):
    """Return `colour` laid over `paper` with the opacity `share`."""
    pairs = ((int(colour[i : i + 2], 16), int(paper[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * top + (1 - share) * below):02x}" for top, below in pairs)
