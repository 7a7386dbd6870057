"""The colours of assets/palette.css: complete in both modes, and readable on both surfaces."""

import re
from pathlib import Path

import numpy as np
import pytest

CSS = (Path(__file__).resolve().parents[1] / "assets" / "palette.css").read_text("utf-8")
NAMES = {"x", "h", "y", "c", "i", "f", "g", "o", "ink", "muted", "line", "paper", "panel"}


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


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_palette_is_complete_and_readable(mode):
    colours = PALETTE[mode]
    assert set(colours) == NAMES
    assert colours["paper"] == {"light": "#ffffff", "dark": "#14181e"}[mode]  # the backgrounds of the theme
    for name in NAMES - {"paper", "panel", "line"}:
        for surface in ("paper", "panel"):
            assert contrast(colours[name], colours[surface]) >= 4.5, (name, surface)
        assert contrast(colours["ink"], tint(colours[name], colours["paper"], 0.34)) >= 4.5, name
    for surface in ("paper", "panel"):
        assert contrast(colours["line"], colours[surface]) >= 3


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # a grey that just fails
    assert contrast("#abcdef", "#abcdef") == 1
