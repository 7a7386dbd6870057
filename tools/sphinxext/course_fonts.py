"""Small fonts: a font cut down to the characters that the book shows, as text for a style sheet."""

import base64
import io

from fontTools import subset
from fontTools.ttLib import TTFont


def subset_font(path, characters):
    """Return the font file `path`, cut down to `characters` (a string), as a data: address of a WOFF font;
    "" if the font has none of them.

    In the style sheet itself the font comes with no request of its own, and every browser accepts it on a
    page opened from a file, where some refuse to load a font from a neighbouring folder.
    """
    options = subset.Options(flavor="woff", notdef_outline=True, recalc_timestamp=False, layout_features=[])
    options.drop_tables += ["FFTM", "GSUB", "GPOS", "GDEF"]
    with TTFont(path, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(font)
        if not font.getBestCmap():
            return ""
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return "data:font/woff;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
