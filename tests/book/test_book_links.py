"""Links that nobody has to write, to the glossary, chapters and exercises; and side paths that are folded."""

import re
from functools import cache
from html.parser import HTMLParser

import course_chapters
import course_glossary
import pytest
from book_browser import DESKTOP, open_page
from book_build import page_names
from docutils import nodes
from places import ROOT

CHAPTERS = [name for name in page_names() if name.startswith("chapters/")]
NO_RUNNING_TEXT = {"h1", "h2", "h3", "h4", "h5", "figure", "table", "pre", "dt", "code", "button", "nav"}
CELLS = {"cell", "admonition-title", "highlight", "citation", "rnn-widget", "prev-next-area", "bd-sidebar"}
VOID = {"br", "img", "input", "link", "meta", "hr", "wbr", "source"}


class Words(HTMLParser):
    """The running text of a page, with "\\0" where something else stands, its links and its inline code."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.text, self.links, self.code = [], [], []
        self._open, self._link = [], None
        html = html[html.index('<article class="bd-article"') :].split("</article>")[0]
        self.feed(re.sub(r"<(svg|script|style|mjx-container)\b.*?</\1>", "\0", html, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        inside = bool(self._open) and self._open[-1][1]
        if tag == "a":
            self._link = {**attributes, "text": ""}
            self.links.append(self._link)
        if tag not in VOID:
            self._open.append((tag, inside or tag in NO_RUNNING_TEXT or tag == "a" or bool(classes & CELLS)))
            self.text.append("" if tag == "span" else "\0")

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass
        self._link = None if tag == "a" else self._link
        self.text.append("" if tag == "span" else "\0")

    def handle_data(self, data):
        if self._link is not None:
            self._link["text"] += data
        elif not (self._open and self._open[-1][1]):
            self.text.append(data)
        elif self._open[-1][0] in {"code", "span"} and ("code", True) in self._open[-3:]:
            self.code.append(data)


@cache
def read(book, name):
    return Words((book / name).read_text(encoding="utf-8"))


def glossary():
    """Return the entries of the glossary as (terms, is it code), read without the extension."""
    text = (ROOT / "appendix/glossary.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```\{glossary\}\n(.*?)```", text, re.DOTALL)
    heads = re.findall(r"(?:^\S.*\n)+", "\n".join(blocks), re.MULTILINE)
    return [([term.strip("`") for term in head.split("\n") if term], "`" in head) for head in heads]


ENTRIES = glossary()
# These stand in chapters as words of another meaning only, or inside a longer term.
OTHER_MEANING = {"return"}


def links_to(words, terms):
    anchors = {f"glossary.html#term-{term.replace(' ', '-')}" for term in terms}
    return [link for link in words.links if (link.get("href") or "").endswith(tuple(anchors))]


def test_the_glossary_is_read():
    assert len(ENTRIES) > 80
    assert (["recurrent neural network", "RNN"], False) in ENTRIES
    assert (["batch_first"], True) in ENTRIES
    for term in ("eigenvalue", "singular value", "matrix norm"):
        assert ([term], False) in ENTRIES


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_links_each_term_once_and_says_what_it_means(book, name):
    words = read(book, name)
    text = " ".join("".join(words.text).split())
    for terms, code in ENTRIES:
        links = links_to(words, terms)
        for link in links:
            assert link["title"].startswith(f"{terms[0]}: ")
            assert len(link["title"]) > len(terms[0]) + 10
            assert "glossary-link" in link["class"]
        assert len(links) <= 1, (terms, [link["text"] for link in links])
        if not links and not OTHER_MEANING & set(terms):
            used = any(term in words.code for term in terms) if code else _stands_in(text, terms)
            assert not used, f"{terms} stands in the chapter and is not linked"


def _stands_in(text, terms):
    """Tell whether a term stands in the text, not within a longer term and not as a cell of the notebook."""
    if not any(term in text for term in terms):
        return False
    longer = [other for entry, _ in ENTRIES for other in entry if any(term in other for term in terms)]
    for other in sorted(set(longer) - set(terms), key=len, reverse=True):
        text = re.sub(re.escape(other), "\0", text, flags=re.IGNORECASE)
    text = text.replace("run the cell", "\0")
    return any(re.search(rf"(?<![\w-]){re.escape(term)}(?![\w-])", text) for term in terms)


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_heading_figure_or_code_has_a_link_to_the_glossary(book, name):
    html = (book / name).read_text(encoding="utf-8")
    for tag in ("h1", "h2", "h3", "h4", "figure", "pre", "table"):
        for block in re.findall(rf"<{tag}\b.*?</{tag}>", html, re.DOTALL):
            assert "glossary-link" not in block


def test_every_mention_of_a_written_chapter_is_a_link(book):
    pages = {name[9:11]: name for name in CHAPTERS}
    linked = set()
    for name in [*CHAPTERS, "intro.html", "appendix/glossary.html"]:
        words = read(book, name)
        for mention in re.findall(r"[Cc]hapters?\s+(\d\d)", "".join(words.text)):
            assert mention not in pages or pages[mention] == name, f"{name}: chapter {mention} is not a link"
        for link in words.links:
            if found := re.fullmatch(r"[Cc]hapters?\s+(\d\d)", link["text"]):
                assert link["href"].split("#")[0].endswith(pages[found[1]].split("/")[-1]), (name, link)
                linked.add(found[1])
    assert len(linked) > 4


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_its_number_in_title_sidebar_and_exercises(book, name):
    number = name[9:11]
    html = (book / name).read_text(encoding="utf-8")
    assert re.search(rf'<h1><span class="chapter-number">{number}</span> ', html)
    assert f"<title>{number} " in html
    sidebar = html[html.index('class="bd-links') :].split("</nav>")[0]
    shown = re.findall(r'<li class="toctree-l1[^>]*><a[^>]*>\s*(.*?)</a>', sidebar, re.DOTALL)
    assert [int(text) for text in re.findall(r"\b(\d\d) ", re.sub("<[^>]*>", "", "\n".join(shown)))] == [
        int(chapter[9:11]) for chapter in CHAPTERS
    ]
    exercises = re.findall(r'class="caption-number">Exercise ([\d.]+) ', html)
    assert exercises == [f"{int(number)}.{count}" for count in range(1, len(exercises) + 1)]


def test_an_exercise_named_by_its_place_is_a_link(book):
    for name in CHAPTERS:
        for mention in re.findall(r"\b(\w+) exercise\b", "".join(read(book, name).text)):
            assert mention not in course_chapters.ORDINALS, f"{name}: {mention} exercise is not a link"


# ---- the extensions alone


def tree_of(*children):
    document = nodes.document(None, None)
    document += nodes.section("", *children, ids=["a"])
    return document


def paragraph(text):
    return nodes.paragraph("", "", nodes.Text(text))


class Builder:
    """Stands for Sphinx's builder."""

    def get_relative_uri(self, page, target):
        return f"../{target}.html"


LSTM = (["LSTM", "long short-term memory"], False, ["term-LSTM", "term-long"], "A network with doors.")
LOSS = (["loss"], False, ["term-loss"], "One number.")
FIRST = (["batch_first"], True, ["term-batch_first"], "A switch.")
STATE = (["hidden state"], False, ["term-hidden"], "Numbers.")
CATEGORY = (["category"], False, ["term-category"], "A kind.")
LOGIT, LOGITS = (["logit"], False, ["term-logit"], "x"), (["logits"], False, ["term-logits"], "y")
SHORT = (["state"], False, ["term-state"], "A thing.")


def linked(*children, page="chapters/03_x"):
    tree = tree_of(*children)
    entries = [LSTM, LOSS, FIRST, STATE, CATEGORY, LOGIT, LOGITS, SHORT]
    course_glossary.Linker(Builder(), page, entries).link(tree)
    return [(node.astext(), node["refuri"].split("#")[1]) for node in tree.findall(nodes.reference)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One loss and one loss.", [("loss", "term-loss")]),
        ("The hidden\nstates, and a state.", [("hidden\nstates", "term-hidden"), ("state", "term-state")]),
        ("A long short-term memory, LSTM.", [("long short-term memory", "term-long")]),
        ("Losses and LSTMs", [("Losses", "term-loss"), ("LSTMs", "term-LSTM")]),
        ("Two categories", [("categories", "term-category")]),
        ("lstm, glossy, loss-free, floss", []),
        ("The logits, a logit", [("logits", "term-logits"), ("logit", "term-logit")]),
        ("Do not return.", []),
    ],
)
def test_terms_in_a_sentence(text, expected):
    assert linked(paragraph(text)) == expected


def test_terms_elsewhere_are_left():
    box = nodes.admonition("", paragraph("A loss here."), classes=["dropdown"])
    code = nodes.paragraph("", "With ", nodes.literal("", "batch_first"), nodes.Text(" the loss"))
    for other in (
        nodes.title("", "The loss"),
        nodes.figure("", nodes.caption("", "The loss")),
        nodes.literal_block("", "loss"),
        nodes.paragraph("", "", nodes.reference("", "loss", refuri="x.html#y")),
        nodes.container("", paragraph("loss"), classes=["cell"]),
    ):
        found = linked(other, box.deepcopy(), code.deepcopy())
        assert found[-1] == ("loss", "term-loss")
        assert ("batch_first", "term-batch_first") in found
    side = nodes.section("", nodes.title("", "Go deeper: why"), paragraph("A loss."), ids=["b"])
    tree = tree_of(side, paragraph("The loss."))
    course_glossary.Linker(Builder(), "chapters/03_x", [LOSS]).link(tree)
    assert not list(side.findall(nodes.reference))
    only = linked(box.deepcopy())
    assert only == [("loss", "term-loss")]  # folded, but nowhere else


def test_a_link_that_the_author_made_counts():
    own = nodes.reference("", "loss", refuri="../appendix/glossary.html#term-loss", internal=True)
    tree = tree_of(nodes.paragraph("", "", own), paragraph("Another loss."))
    course_glossary.Linker(Builder(), "chapters/03_x", [LOSS]).link(tree)
    assert [node["reftitle"] for node in tree.findall(nodes.reference)] == ["loss: One number."]


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"h_{t-1}", "hₜ₋₁"),
        (r"W_{hy}", "W_hy"),
        (r"x_T", "x_T"),
        (r"1/\sqrt{H}", "1/√H"),
        (r"f_t \odot c_{t-1}", "f_t ⊙ cₜ₋₁".replace("f_t", "fₜ")),
        (r"\sigma_{\max}", "σₘₐₓ"),
    ],
)
def test_formulas_in_a_title_are_plain_text(tex, expected):
    assert course_glossary.plain_formula(tex) == expected


def test_no_title_shows_the_source_of_a_formula(book):
    for name in CHAPTERS:
        for link in read(book, name).links:
            assert not re.search(r"[\\{}$]", link.get("title") or ""), link


# ---- side paths


def test_a_section_called_go_deeper_is_folded_and_a_link_opens_it(small_pages, open_context):
    path = small_pages / "chapters/01_small.html"
    html = path.read_text(encoding="utf-8")
    box = html[html.index('<details class="deeper">') :]
    box = box[: box.index("</details>")]
    assert re.match(r'<details class="deeper"><summary>\s*<h2>Go deeper: a side path', box)
    assert ">side<" in box
    assert "After it." not in box
    page, problems = open_page(open_context(DESKTOP, "light"), path.as_uri())
    content = page.locator("details.deeper pre").first
    assert not content.is_visible()
    page.evaluate("location.hash = 'go-deeper-a-side-path'")
    content.wait_for(state="visible")
    assert problems == []
