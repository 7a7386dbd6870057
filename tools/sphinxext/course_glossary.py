"""The glossary where it is needed: the first use of each term in a chapter is a link to its entry.

The first sentence of the entry is the link's title, which a mouse shows and a screen reader can read. Only
running text is linked, or a piece of inline code where the term itself is code; text in a folded box only if
the term stands nowhere else. Where two terms begin at one place the longer one is taken. Terms of one entry
are one term. Where a chapter has a link to an entry already (by the role `term`), this is the link.
"""

import re

from course_running_text import ELSEWHERE, is_folded, link, replace_parts, running_texts
from docutils import nodes

GLOSSARY = "appendix/glossary"
CHAPTERS = "chapters/"
CLASS = "glossary-link"
# Words that mostly mean something else in running text, with the chapters in which they are the term.
AT_HOME = {"return": ("chapters/07",)}
NOT_BEHIND = {"cell": re.compile(r"\brun\s+the\s+$")}  # a cell of the notebook
SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
SYMBOLS = {
    r"\odot": "⊙",
    r"\sigma": "σ",
    r"\ln": "ln ",
    r"\dots": "…",
    r"\lVert": "‖",
    r"\rVert": "‖",
    r"\top": "ᵀ",
    r"\sum": "Σ",
    r"\lambda": "λ",
    r"\neq": "≠",
}


def entries(tree):
    """Return what the glossary holds: [(terms, is it code, anchors, first sentence)], one for each entry."""
    found = []
    for item in tree.findall(nodes.definition_list_item):
        terms = [child for child in item.children if isinstance(child, nodes.term)]
        if terms and terms[0].get("ids"):
            paragraph = next(item.findall(nodes.paragraph))
            code = any(isinstance(child, nodes.literal) for child in terms[0].children)
            anchors = [term["ids"][0] for term in terms]
            found.append(([term.astext() for term in terms], code, anchors, first_sentence(paragraph)))
    return found


def first_sentence(paragraph):
    """Return the first sentence of a definition as plain text."""
    text = "".join(_plain(child) for child in paragraph.children)
    return re.split(r"(?<=\.) ", " ".join(text.split()), maxsplit=1)[0]


def plain_formula(tex):
    """Return a short formula of the glossary as a line of text, such as hₜ₋₁ for `h_{t-1}`."""
    tex = re.sub(r"\\operatorname\{(\w+)\}", r"\1", tex)
    tex = re.sub(r"\\sqrt\{([^{}]*)\}", r"√\1", tex)
    tex = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"\1 / (\2)", tex)
    for name, sign in SYMBOLS.items():
        tex = tex.replace(name, sign)

    def subscript(found):
        low = (found[1] or found[2]).replace("\\", "")
        small = low.translate(SUBSCRIPTS)
        return f"_{low}" if re.search(r"\w", small, re.ASCII) else small

    tex = re.sub(r"_(?:\{([^{}]*)\}|(\w))", subscript, tex)
    return re.sub(r"[\\{}$]", "", tex)


def pattern(term):
    """Return a pattern for a term in running text: with a capital letter, in the plural, over two lines."""
    words = re.sub(r"\\-|–", "[-–]", r"\s+".join(map(re.escape, term.split())))
    if term[0].islower():
        words = f"[{term[0].upper()}{term[0]}]{words[1:]}"
    if term.endswith("y") and term[-2] not in "aeiou":
        return f"(?:{words}|{words[:-1]}ies)"
    if term.endswith(("s", "x", "sh", "ch")):
        return f"{words}(?:es)?"
    return f"{words}s?"


class Linker:
    """Links the terms of one page: `page` is its name, `glossary` what `entries` gives."""

    def __init__(self, builder, page, glossary):
        self.builder, self.page = builder, page
        self.found = {}  # a term as it is written in the glossary → its entry
        for entry in glossary:
            for term, anchor in zip(entry[0], entry[2], strict=True):
                if page.startswith(AT_HOME.get(term, (page,))):
                    self.found[term] = (entry, anchor)
        texts = [term for term, (entry, _) in self.found.items() if not entry[1]]
        texts.sort(key=len, reverse=True)
        # A term that is written in this very form goes before one of which it is the plural: logits, logit.
        self.groups = {f"t{n}": term for n, term in enumerate(texts)}
        one = "|".join(f"(?P<{name}>{pattern(term)})" for name, term in self.groups.items())
        self.words = re.compile(rf"(?<![\w`{{\\-])(?:{one})(?![\w-])")

    def link(self, tree):
        """Link the first use of each entry in the tree."""
        done = self._linked_already(tree)
        literals = [node for node in tree.findall(nodes.literal) if self._is_code(node)]
        texts = list(running_texts(tree))
        for folded in (False, True):
            for text in [text for text in texts if is_folded(text) == folded]:
                parts = []
                for found in self.words.finditer(text.astext()):
                    term = self.groups[found.lastgroup]
                    if term in NOT_BEHIND and NOT_BEHIND[term].search(text.astext()[: found.start()]):
                        continue
                    entry, anchor = self.found[term]
                    if entry[2][0] not in done:
                        done.add(entry[2][0])
                        parts.append((found.start(), found.end(), self._reference(entry, anchor, found[0])))
                if parts:
                    replace_parts(text, parts)
            for literal in [literal for literal in literals if is_folded(literal) == folded]:
                entry, anchor = self.found[literal.astext()]
                if entry[2][0] not in done:
                    done.add(entry[2][0])
                    literal.replace_self(self._reference(entry, anchor, literal.deepcopy()))

    def _is_code(self, literal):
        known = self.found.get(literal.astext())
        inside = tuple(kind for kind in ELSEWHERE if kind is not nodes.literal)
        return known and known[0][1] and list(running_texts(literal, inside))

    def _reference(self, entry, anchor, words):
        return link(self.builder, self.page, GLOSSARY, anchor, words, classes=[CLASS], reftitle=_title(entry))

    def _linked_already(self, tree):
        """Give the links that the author has made the same look and title, and return their entries."""
        done = set()
        by_anchor = {anchor: entry for entry, _ in self.found.values() for anchor in entry[2]}
        for node in list(tree.findall(nodes.reference)):
            page, _, anchor = node.get("refuri", "").partition("#")
            if page.endswith("glossary.html") and (entry := by_anchor.get(anchor)):
                if entry[2][0] not in done:
                    node["classes"].append(CLASS)
                    node["reftitle"] = _title(entry)
                done.add(entry[2][0])
        return done


def _title(entry):
    return f"{entry[0][0]}: {entry[3]}"


def _plain(node):
    return plain_formula(node.astext()) if isinstance(node, nodes.math) else node.astext()


def link_terms(app, tree, page):
    """Link the terms in a chapter, where the book has a glossary."""
    if page.startswith(CHAPTERS) and GLOSSARY in app.env.all_docs and app.builder.format == "html":
        if not hasattr(app, "course_glossary"):
            app.course_glossary = entries(app.env.get_doctree(GLOSSARY))
        Linker(app.builder, page, app.course_glossary).link(tree)


def read_again(app, env, added, changed, removed):
    """Name the chapters as changed when the glossary is."""
    return {page for page in env.found_docs if page.startswith(CHAPTERS)} if GLOSSARY in changed else ()


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", link_terms)
    app.connect("env-get-outdated", read_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
