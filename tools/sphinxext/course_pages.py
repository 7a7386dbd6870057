"""The last hand on every page: nothing waits for a script, and everything has a name.

The theme's templates have no settings for these things, so the finished HTML is changed. Each change is one
small function from text to text; the content of the page stays as it is.
"""

import hashlib
import re
from pathlib import Path

# The theme decides between light and dark at the end of the page, which paints a dark page white first.
MODE = (
    '<script>(d=>{let m;try{m=localStorage.getItem("mode")}catch{}'
    'd.mode=m=m||"auto";'
    'd.theme=m=="auto"?matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light":m'
    "})(document.documentElement.dataset)</script>"
)
SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")


def set_mode_first(html):
    """Decide between light and dark before anything is painted."""
    return re.sub(r'<script data-cfasync="false">.*?</script>', MODE, html, flags=re.DOTALL)


def defer_scripts(html):
    """Let no script hold up the page; scripts in the page wait too, since they use those in files."""
    html = re.sub(r'\s*<script[^>]*src="[^"]*fontawesome\.js[^>]*></script>', "", html)
    html = re.sub(r'\s*<link rel="preload" as="script"[^>]*>', "", html)
    html = re.sub(r"<script (?![^>]*\b(?:defer|async|type)\b)(?=[^>]*\bsrc=)", "<script defer ", html)
    return re.sub(r"<script>(?=\s*DOCUMENTATION_OPTIONS)", '<script type="module">', html)


def search_where_it_is(html):
    """Load the search index, which grows with the book, on the search page only."""
    if "<title>Search" in html:
        return html
    names = "|".join(map(re.escape, SEARCH))
    return re.sub(rf'\s*<script[^>]*src="[^"]*(?:{names})[^>]*></script>', "", html)


def link_basic_styles(html):
    """Link basic.css itself; the theme imports it from another file, which costs a round trip."""
    return re.sub(r"styles/theme\.css(?:\?[^\"]*)?", "basic.css", html)


def name_landmarks(html):
    """Let screen readers jump to the sidebar, and read references as a list; let no id occur twice."""
    sidebar = 'id="pst-primary-sidebar"'
    html = html.replace(sidebar, f'{sidebar} role="region" aria-label="Book"')
    html = html.replace('role="doc-biblioentry"', 'role="listitem"')
    html = html.replace('class="logo__image', 'role="presentation" class="logo__image')  # its name is below
    return re.sub(r' id="(?:exercise|solution)-content"', "", html)  # the same one in every exercise


CHANGES = (set_mode_first, link_basic_styles, search_where_it_is, defer_scripts, name_landmarks)


def finish_page(html):
    """Return the page `html` with all changes made."""
    for change in CHANGES:
        html = change(html)
    return html


def fingerprint(folder):
    """Return a text that changes with the name or the content of any file below `folder`."""
    files = sorted(file for file in Path(folder).rglob("*") if file.is_file() and file.suffix != ".pyc")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def start(app):
    """Pass every page that the theme's templates give through `finish_page`."""
    if app.builder.format != "html":
        return
    templates = app.builder.templates
    render = templates.render
    templates.render = lambda template, context: finish_page(render(template, context))


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("builder-inited", start)
    # Sphinx looks for changes in pages and settings only. As settings, these bring about a new build too.
    app.add_config_value("course_extensions", fingerprint(Path(__file__).parent), "env")
    app.add_config_value("course_assets", fingerprint(Path(app.srcdir, "assets")), "html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
