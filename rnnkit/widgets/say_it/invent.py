"""The words that the button of SayIt offers: `python -m rnnkit.widgets.say_it.invent` writes invented.json.

The network of chapter 08 invented them, letter by letter; CMUdict has none of them. Takes a second.
"""

import json
from pathlib import Path

from rnnkit._files import write_atomically

COMMAND = "python -m rnnkit.widgets.say_it.invent"
PATH = Path(__file__).parent / "invented.json"
COUNT = 60
TEMPERATURE = 0.8  # a little below 1: words that look like English
SHORTEST, LONGEST = 5, 12  # letters


def invented():
    """Return the words: draw k has the seed k, from 0 on; known, short and long ones are left out."""
    from rnnkit import language  # torch: only this command needs it
    from rnnkit.models.generating import generate

    model, alphabet = language.load("words")
    known = {word for part in language.words() for word in part}
    start, end = alphabet.encode("\n"), int(alphabet.encode("\n")[0])
    found, seed = [], 0
    while len(found) < COUNT:
        written = generate(model, start, end=end, most=LONGEST + 1, temperature=TEMPERATURE, seed=seed)
        word = alphabet.decode(written.symbols)
        if written.finished and SHORTEST <= len(word) <= LONGEST and word not in {*known, *found}:
            found.append(word)
        seed += 1
    return found


def stored():
    """Return the words that come with the course."""
    return json.loads(PATH.read_text(encoding="utf-8"))["words"]


def main():
    """Write the words."""
    content = {"command": COMMAND, "temperature": TEMPERATURE, "words": invented()}
    write_atomically(PATH, json.dumps(content, indent=1) + "\n")
    print("Wrote", PATH)


if __name__ == "__main__":
    main()
