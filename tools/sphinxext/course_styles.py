"""The theme's style sheet and icons, cut down to what the pages show.

The theme loads all icons of Font Awesome twice: as a script of 1.5 MB and as fonts. The script is not loaded
(course_pages) and not published; the fonts keep the glyphs that some page or script names.
"""

import re
import shutil
from pathlib import Path

from course_fonts import subset_font

STYLE_SHEET = "styles/pydata-sphinx-theme.css"
ICON_RULE = re.compile(r"((?:\.fa-[\w-]+::?before,?)+)\{(?:--fa:|content:)\"\\([0-9a-f]+)\"[^}]*\}")
OTHER_GLYPH = re.compile(r"\"\\([ef][0-9a-f]{3})\"")  # an icon that a style sheet itself puts into the page
FONT_FACE = re.compile(r"@font-face\{([^}]*)src:url\(([^)]*/fa-[\w-]+)\.\w+\)[^}]*\}")


def used_styles(css, folder, icons, others=""):
    """Return the theme's style sheet with only the icons that are used.

    css: the style sheet; folder: where it stands, from which the paths of its fonts are resolved;
    icons: names of the icons that are used, as in "fa-bars";
    others: the other style sheets of the book, whose icons stay too.
    ValueError if none of the icons or no font is found, which means that the theme has a new form.
    """
    icons = set(icons)
    characters = set()

    def keep_if_used(match):
        if icons.isdisjoint(re.findall(r"fa-[\w-]+", match[1])):
            return ""
        characters.add(chr(int(match[2], 16)))
        return match[0]

    css = ICON_RULE.sub(keep_if_used, css)
    if icons and not characters:
        raise ValueError(f"none of the icons {', '.join(sorted(icons))} is in the theme's style sheet")
    characters.update(chr(int(code, 16)) for code in OTHER_GLYPH.findall(css + others))

    def embed(match):
        data = subset_font((folder / match[2]).with_suffix(".ttf"), "".join(sorted(characters)))
        return f'@font-face{{{match[1]}src:url({data}) format("woff")}}' if data else ""

    css, fonts = FONT_FACE.subn(embed, css)
    if not fonts:
        raise ValueError("the theme's style sheet names no icon font")
    return css


def finish(app, exception):
    """Replace the theme's style sheet in the built book, and remove what no page loads."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    shutil.rmtree(static / "vendor/fontawesome", ignore_errors=True)
    for useless in (*static.rglob("*.map"), *static.glob("*.html"), *static.glob("scripts/fontawesome.js*")):
        useless.unlink(missing_ok=True)
    readers = [*Path(app.outdir).rglob("*.html"), *static.rglob("*.js")]
    icons = {
        icon for file in readers for icon in re.findall(r"\bfa-[a-z0-9-]+", file.read_text(encoding="utf-8"))
    }
    sheets = [file for file in static.rglob("*.css") if file != static / STYLE_SHEET]
    others = "".join(file.read_text(encoding="utf-8") for file in sheets)
    for theme_folder in map(Path, app.builder.theme.get_theme_dirs()):
        source = theme_folder / "static" / STYLE_SHEET
        if source.exists():
            css = used_styles(source.read_text(encoding="utf-8"), source.parent, icons, others)
            (static / STYLE_SHEET).write_text(css, encoding="utf-8")


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
