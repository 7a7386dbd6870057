"""What the sides say of themselves."""


def causes(sides):
    """Return what the sides say of themselves that could explain numbers, such as peepholes."""
    aside = ("stateful", "reset", "dropout")
    return [sentence for side in sides for word, sentence in side.facts if word not in aside]


def dtypes_and_states(sides):
    """Return phrases about dtypes that differ, and about states that are kept from call to call."""
    a, b = sides
    found = [] if a.dtype == b.dtype else [f"{a.label} is {a.dtype}, {b.label} is {b.dtype}"]
    return found + [sentence for side in sides for word, sentence in side.facts if word == "stateful"]


def limits(sides):
    """Return what one side says of itself, and the other does not, that changes what it computes."""
    words = ("clip", "input_forget", "peepholes", "quantised")
    said = [
        {sentence.removeprefix(side.label): sentence for word, sentence in side.facts if word in words}
        for side in sides
    ]
    return [
        sentence
        for mine, others in zip(said, reversed(said), strict=True)
        for key, sentence in mine.items()
        if key not in others
    ]


def facts(sides, differences):
    """Yield what else the sides say, as sentences, where something differs; what stands there is left out."""
    for side in sides if differences else ():
        yield from (f"{sentence}." for _, sentence in side.facts if sentence not in "; ".join(differences))
        if side.refusal:
            yield f"{side.label} could not be read as a description: {side.refusal}"
