"""What went wrong in a learner's cell, told in the learner's own lines and in no other."""

import linecache
import traceback

ANSWER, CHECK = "<your answer>", "<the check>"
MESSAGE = 1000  # characters of a message; a longer one would hide the rest
SHOWN = 3  # lines at either end of a long chain of calls

ABSENT = "The page has np, math, check and what you define; other names of the chapter are in the notebook."
ADVICE = (
    (RecursionError, "A function calls itself again and again. Is there a case in which it stops?"),
    (
        MemoryError,
        "This needs more memory than Python in the page can have. Are the sizes as you meant them?",
    ),
    (SystemExit, "Your code ended the program here. In the page there is nothing to end: leave it out."),
    (ModuleNotFoundError, "The page has Python, NumPy and the checks. What needs more runs in the notebook."),
)


def in_words(error):
    """Return {"text": what a learner should read, "line": a line of the answer or None}."""
    if isinstance(error, SyntaxError) and error.filename in (ANSWER, CHECK):
        _, *shown = traceback.TracebackException.from_exception(error).format_exception_only()
        text = f"{_place(error.filename, error.lineno)}:\n{''.join(shown).rstrip()}"
        return {"text": text, "line": error.lineno if error.filename == ANSWER else None}
    # Not traceback.extract_tb, which takes minutes for the ten million calls of a raised recursion limit.
    own = [
        (frame.f_code, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in (ANSWER, CHECK)
    ]
    lines = [line for code, line in own if code.co_filename == ANSWER]
    calls = [_call(*call) for call in (own if len(own) <= 2 * SHOWN else own[:SHOWN] + own[-SHOWN:])]
    if len(own) > 2 * SHOWN:
        calls.insert(SHOWN, f"… {len(own) - 2 * SHOWN} more such lines …")
    return {
        "text": "\n".join([*calls, *_last_words(error, bool(lines))]),
        "line": lines[-1] if lines else None,
    }


def _place(file, line):
    return f"{'Line' if file == ANSWER else 'The check, line'} {line}"


def _call(code, line):
    function = "" if code.co_name == "<module>" else f", in {code.co_name}"
    source = linecache.getline(code.co_filename, line).strip()
    return f"{_place(code.co_filename, line)}{function}:\n    {source}"


def _last_words(error, in_the_answer):
    if isinstance(error, ModuleNotFoundError) and error.name:
        # Pyodide's own message tells how to load it from elsewhere.
        message = f"No module named {error.name!r}"
    elif isinstance(error, SystemExit):
        message = ""
    else:
        message = _message(error)
    # NumPy's own error for too little memory has a name that nobody knows, or is a ValueError.
    kind = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    yield f"{kind}: {message}" if message else kind
    kinds = MemoryError if message.startswith("array is too big") else type(error)
    yield from (advice for known, advice in ADVICE if issubclass(kinds, known))
    if in_the_answer and type(error) is NameError:
        yield ABSENT


def _message(error):
    try:
        message = str(error)
    except BaseException:  # a learner's own exception may fail to show itself
        return ""
    return message if len(message) <= MESSAGE else f"{message[:MESSAGE]}…"
