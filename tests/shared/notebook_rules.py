"""What every stored chapter must fulfil: each rule takes a notebook and returns the list of its complaints.

A complaint begins with the number of the cell, counted from 1.
"""

import re
from ast import literal_eval
from collections import Counter
from decimal import Decimal

from rnnkit.report import GLUE_PREFIX, ranges

NUMBER = r"-?\d+(?:\.\d+)?"
STATED = re.compile(
    rf"≈ (?P<value>{NUMBER})(?P<unit>(?: [^\s(<]+)*)(?: \(|<br><small>)"
    rf"(?P<verdict>expected|OUTSIDE) (?P<low>{NUMBER}) to (?P<high>{NUMBER})(?P=unit)(?:\)|</small>)"
)
FENCE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})\s*(?:\{([\w:-]+)\})?(.*)")
NO_PROSE = {None, "bibliography", "code", "code-block", "figure", "image", "math", "raw", "solution-start"}
EXERCISE = re.compile(r"\{(?:exercise|exercise-start|solution-start)\}")
MARKS = {"nbval-skip", "nbval-ignore-output", "nbval-raises-exception", "pytest-validate-ignore-output"}
MACHINE = re.compile(r"\b0x[0-9a-f]{6,}|(?<![\w.:/])/(?:home|root|tmp|Users|usr|work|var)/\w")
ALT_WORDS = 2
PROSE_WORDS = 4


def executed(notebook):
    """Return the code cells that were not executed."""
    return [
        f"{number}: not executed"
        for number, cell in _code(notebook)
        if cell.execution_count is None or not cell.source.strip()
    ]


def headings(notebook):
    """Return the headings that skip a level, and titles beside the first."""
    complaints, level = [], 0
    for number, cell in _markdown(notebook):
        for line, kind in _lines(cell.source):
            found = re.match(r"(#{1,6}) +(.*)", line) if kind == "text" else None
            if found:
                depth = len(found[1])
                if depth > level + 1 or (depth == 1 and level):
                    complaints.append(f"{number}: heading of level {depth} after level {level}: {found[2]}")
                level = depth
    return complaints if level else ["1: the chapter has no title"]


def prose_before_code(notebook):
    """Return the code cells that no sentence introduces; cells of an exercise and its solution need none.

    One sentence introduces all tabs of a set.
    """
    complaints = []
    cells = notebook.cells
    for number, cell in _code(notebook):
        before = [cell for cell in cells[: number - 1] if cell.cell_type == "markdown"]
        in_exercise = before and EXERCISE.search(before[-1].source)
        if number > 1 and _tabbed(cell) and _tabbed(cells[number - 2]):
            continue
        introduced = number > 1 and cells[number - 2].cell_type == "markdown"
        if not in_exercise and not (introduced and _words(before[-1].source) >= PROSE_WORDS):
            complaints.append(f"{number}: no sentence stands before this code")
    return complaints


def alternative_text(notebook):
    """Return the cells with a picture but without text for those who cannot see it."""
    complaints = []
    for number, cell in _code(notebook):
        pictures = [key for output in cell.outputs for key in output.get("data", {}) if "image/" in key]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if pictures and len(alt.split()) < ALT_WORDS:
            complaints.append(f"{number}: {pictures[0]} without metadata mystnb.image.alt")
    return complaints


def marks(notebook):
    """Return cells that nbval must overlook without a comment `# reason: …`, and wrong marks of errors."""
    complaints = []
    for number, cell in _code(notebook):
        tags = set(cell.metadata.get("tags", []))
        comments = {line.strip(" #").lower().replace("_", "-") for line in _comments(cell.source)}
        reason = any(re.match(r"\s*#\s*reason: \w+", line) for line in _comments(cell.source))
        if (found := (tags | comments) & MARKS) and not reason:
            complaints.append(f"{number}: {', '.join(sorted(found))} without a comment '# reason: …'")
        failed = any(output.output_type == "error" for output in cell.outputs)
        if ("raises-exception" in tags) != failed:
            complaints.append(f"{number}: the tag raises-exception and the stored output do not agree")
    return complaints


def machine(notebook):
    """Return the outputs that show a memory address or a path of one machine."""
    return [
        f"{number}: {found[0]}… differs on every machine"
        for number, cell in _code(notebook)
        for text in _texts(cell)
        if (found := MACHINE.search(text))
    ]


def measured_values(notebook, expected):
    """Return the measured numbers that lie outside, have no range, or print another one than they should.

    expected: {name: {"low": …, "high": …}} of this chapter, with no name that the chapter never states.
    """
    complaints, named = [], set()
    for number, cell in _code(notebook):
        lines, complaints_here = _statements(number, cell)
        complaints += complaints_here
        for name, text in glued(cell):
            if not isinstance(text, str) or "≈" not in text:
                if isinstance(text, float):
                    complaints.append(f"{number}: {name} is a float glued without report.measured")
                continue
            value = re.match(rf"≈ ({NUMBER})", text)
            if name in named:
                complaints.append(f"{number}: {name} is stated twice")
            named.add(name)
            if name not in expected or not value:
                complaints.append(f"{number}: {name} has no range: make calibrate")
                continue
            digits = len(value[1].partition(".")[2])
            bracket = ranges.bracket(expected[name]["low"], expected[name]["high"], digits)
            if not lines[text, *bracket]:
                complaints.append(f"{number}: {name} {text} needs its range {' to '.join(bracket)} beside it")
            lines[text, *bracket] -= 1
        complaints += [f"{number}: {key[0]} is printed but not named" for key in lines if lines[key] > 0]
    return complaints + [
        f"0: {name} has a range but is never stated" for name in sorted(expected.keys() - named)
    ]


def typed_numbers(notebook):
    """Return results that the text types instead of gluing them.

    Found are: a number behind ≈; the printed digits of a value that this chapter measured, if there are three
    or more; under the heading "Summary" or "What we measured", every decimal fraction and every percentage.
    """
    measured = {
        found[1]
        for _, cell in _code(notebook)
        for _, text in glued(cell)
        if isinstance(text, str) and (found := re.match(rf"≈ ({NUMBER})", text))
    }
    measured = {text for text in measured if len(re.sub(r"\D", "", text).lstrip("0")) >= 3}
    complaints, results = [], 0  # results: level of that heading, 0 outside its part
    for number, cell in _markdown(notebook):
        for line, kind in _lines(cell.source):
            heading = re.match(r"(#{1,6}) +(.*)", line) if kind == "text" else None
            if heading and re.search("summary|what we measured", heading[2].lower()):
                results = len(heading[1])
            elif heading and len(heading[1]) <= results:
                results = 0
            text = re.sub(r"\{[\w:-]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", " ", line)
            found = re.findall(rf"≈\s*{NUMBER}", text)
            found += [token for token in re.findall(r"\d+\.\d+", text) if token in measured]
            if results:
                found += re.findall(r"\d+\.\d+|\d+(?= ?(?:%|percent|per cent))", text)
            complaints += [f"{number}: {token} is typed: use {{glue:text}}" for token in dict.fromkeys(found)]
    return complaints


def glue_names(notebook):
    """Return the glued names in the text that no cell of this chapter states."""
    known = {name for _, cell in _code(notebook) for name, _ in glued(cell)}
    return [
        f"{number}: {name} is glued here but stated nowhere"
        for number, cell in _markdown(notebook)
        for name in re.findall(r"\{glue(?::\w*)?\}`([^`:]+)[`:](?!:)", cell.source)
        if name not in known
    ]


def _code(notebook):
    return [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]


def _markdown(notebook):
    return [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "markdown"]


def _tabbed(cell):
    return any(tag.startswith("tab-") for tag in cell.metadata.get("tags", []))


def _comments(source):
    return [line for line in source.splitlines() if line.lstrip().startswith("#")]


def _lines(source):
    """Yield every line of markdown that a reader sees, with its kind: "text", or "block" in a directive."""
    fences = []
    for line in source.splitlines():
        fence = FENCE.fullmatch(line)
        if fences and line.strip().startswith(fences[-1][0]) and not line.strip(" `~:"):
            fences.pop()
        elif fence:
            fences.append((fence[1], fence[2]))
        elif not fences:
            yield line, "text"
        elif not {name for _, name in fences} & NO_PROSE and not re.match(r"\s*:[\w-]+:", line):
            yield line, "block"


def _words(source):
    text = " ".join(line for line, _ in _lines(source) if not re.match(r"#{1,6} |%|\(.*\)=$|<!--", line))
    return len(re.findall(r"[^\W\d_]{2,}", text))


def _texts(cell):
    """Yield every text of the cell's outputs."""
    for output in cell.outputs:
        yield from (output.get(key, "") for key in ("text", "evalue"))
        yield from (value for value in output.get("data", {}).values() if isinstance(value, str))


def glued(cell):
    """Yield (name, value) of every text or number that the cell glues."""
    for output in cell.outputs:
        glued = output.get("metadata", {}).get("scrapbook")
        text = output.get("data", {}).get(f"{GLUE_PREFIX}text/plain")
        if glued and text is not None:
            try:
                yield glued["name"], literal_eval(text)
            except (SyntaxError, ValueError):
                yield glued["name"], text


def _statements(number, cell):
    """Count what the cell prints, {(text, low, high): times}, and list what is not a proper statement."""
    lines, complaints = Counter(), []
    for output in cell.outputs:
        data = output.get("data", {})
        texts = [output.get("text", ""), data.get("text/plain", "")]
        page = data.get("text/html", "")
        for text in (*texts, page):
            for mark in re.finditer("≈", text):
                found = STATED.match(text, mark.start())
                rest = text[mark.start() :].splitlines()[0][:60]
                if not found:
                    complaints.append(f"{number}: no proper statement of a measured number: {rest}")
                elif not Decimal(found["low"]) <= Decimal(found["value"]) <= Decimal(found["high"]):
                    complaints.append(f"{number}: outside its range: {rest}")
                elif found["verdict"] == "OUTSIDE":
                    complaints.append(f"{number}: called OUTSIDE: {rest}")
        lines.update(_keys("\n".join(texts)))
        if page and _keys(page) != _keys(data.get("text/plain", "")):
            complaints.append(f"{number}: the table and its text twin state different numbers")
    return lines, complaints


def _keys(text):
    return Counter((f"≈ {s['value']}{s['unit']}", s["low"], s["high"]) for s in STATED.finditer(text))
