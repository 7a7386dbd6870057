"""The colours of assets/palette.css: complete in both modes, and readable on both surfaces."""

import pytest
from palette import PALETTE, contrast, tint

NAMES = {"x", "h", "y", "c", "i", "f", "g", "o", "ink", "muted", "line", "paper", "panel"}


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
