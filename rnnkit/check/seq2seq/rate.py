"""The phone error rate, where a word may have several right pronunciations."""

from types import MappingProxyType

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake
from rnnkit.check.seq2seq.edits import levenshtein


class _Distance:
    """The function `distance`."""

    def __call__(self, a, b):
        return levenshtein(a, b)

    def __repr__(self):
        return "distance"


def _nearest(distance, output, pronunciations):
    return min(pronunciations, key=lambda phones: distance(output, phones))


def _edits_and_length(distance, output, phones):
    return distance(output, phones), len(phones)


def _share(pairs):
    edits, lengths = zip(*pairs, strict=True)
    return 100 * sum(edits) / sum(lengths)


def _rate(
    distance, outputs, listed, *, parts=str.split, choose=_nearest, measure=_edits_and_length, share=_share
):
    """The rate; the arguments after the star replace one part each."""
    pairs = []
    for word, output in outputs.items():
        phones = choose(distance, parts(output), [parts(text) for text in listed[word]])
        pairs.append(measure(distance, parts(output), phones))
    return share(pairs)


def _with(**change):
    return lambda *inputs: _rate(*inputs, **change)


def _all_listed(distance, outputs, listed):
    pairs = [(word, output, text) for word, output in outputs.items() for text in listed[word]]
    one_each = {key: output for key, (_, output, _) in enumerate(pairs)}
    return _rate(distance, one_each, {key: (text,) for key, (_, _, text) in enumerate(pairs)})


def _by_length_of(choose):
    """The edits to the nearest one, divided by the length of another one."""

    def rate(distance, outputs, listed):
        edits = length = 0
        for word, output in outputs.items():
            pronunciations = [text.split() for text in listed[word]]
            edits += min(distance(output.split(), phones) for phones in pronunciations)
            length += len(choose(pronunciations))
        return 100 * edits / length

    return rate


def _by_the_output(distance, output, phones):
    return distance(output, phones), len(output)


def _by_the_longer(distance, output, phones):
    return distance(output, phones), max(len(output), len(phones))


def _last_of_equals(distance, output, pronunciations):
    return _nearest(distance, output, pronunciations[::-1])


def _case(**words):
    """Words, each with what the network says and what is listed."""
    return {
        "distance": _Distance(),
        "outputs": MappingProxyType({word: output for word, (output, *_) in words.items()}),
        "listed": MappingProxyType({word: tuple(listed) for word, (_, *listed) in words.items()}),
    }


phone_error_rate = Exercise(
    name="phone_error_rate",
    returns="rate",
    reference=lambda *inputs: _rate(*inputs),
    cases={
        "one word": _case(cat=("K AH T S", "K AE T")),
        "two right ones and a wrong one": _case(
            dog=("D AO G", "D AO G"),
            often=("AO F T AH N", "AO F AH N", "AO F T AH N"),
            laughing=("L AO G IH NG", "L AE F IH NG"),
        ),
        "two ways to say it": _case(tomato=("T AH M AA T OW", "T AH M EY T OW", "T AH M AA T OW")),
        "the second way is nearer": _case(
            route=("R AW", "R UW T", "R AW T"),
            family=("F AE M L IY", "F AE M AH L IY", "F AE M L IY"),
        ),
        "equally near, not equally long": _case(
            family=("F AE M AH IY", "F AE M AH L IY", "F AE M L IY"),
            camera=("K AE M ER", "K AE M ER AH", "K AE M R AH"),
        ),
        "nothing is said": _case(hour=("", "AW ER", "AW R"), cat=("K AE T", "K AE T")),
    },
    mistakes=(
        Mistake(
            "the result is a share, not a number in percent.",
            "How many percent is one half?",
            _with(share=lambda pairs: _share(pairs) / 100),
        ),
        Mistake(
            "you took the mean of the rates of the words: a phone of a short word counts more.",
            "How many edits are needed in all, and how many phones are there in all?",
            _with(share=lambda pairs: 100 * sum(edits / n for edits, n in pairs) / len(pairs)),
        ),
        Mistake(
            "every output is compared with the first pronunciation.",
            "Which of the listed pronunciations is the nearest?",
            _with(choose=lambda distance, output, pronunciations: pronunciations[0]),
        ),
        Mistake(
            "every output is compared with the last pronunciation.",
            "Which of the listed pronunciations is the nearest?",
            _with(choose=lambda distance, output, pronunciations: pronunciations[-1]),
        ),
        Mistake(
            "the edits to all listed pronunciations are added up.",
            "Who says a word in one right way makes no mistake. Which pronunciation counts?",
            _all_listed,
        ),
        Mistake(
            "you took the farthest pronunciation.",
            "Is a small distance good or bad?",
            _with(
                choose=lambda distance, output, all_: max(all_, key=lambda phones: distance(output, phones))
            ),
        ),
        Mistake(
            "of equally near pronunciations you took the last.",
            "Is a later one that is just as near any better?",
            _with(choose=_last_of_equals),
        ),
        Mistake(
            "the edits are divided by the length of the first pronunciation, not of the nearest.",
            "To which pronunciation did you count the edits?",
            _by_length_of(lambda pronunciations: pronunciations[0]),
        ),
        Mistake(
            "the edits are divided by the length of the longest pronunciation, not of the nearest.",
            "To which pronunciation did you count the edits?",
            _by_length_of(lambda pronunciations: max(pronunciations, key=len)),
        ),
        Mistake(
            "the edits are divided by the length of what was said.",
            "A network that says nothing would divide by 0. Which length does not depend on the network?",
            _with(measure=_by_the_output),
        ),
        Mistake(
            "the edits are divided by the longer of the two lengths.",
            "The rate may be above 100 %. Which length does not depend on the network?",
            _with(measure=_by_the_longer),
        ),
        Mistake(
            "you compared letters, not phones: “AH” is one phone.",
            "What does len say of “K AE T”? How many phones are that?",
            _with(parts=list),
            _with(parts=lambda text: list(text.replace(" ", ""))),
        ),
        Mistake(
            "this is the share of words that are wrong: the word error rate.",
            "How many edits does a wrong word need?",
            _with(share=lambda pairs: 100 * sum(edits > 0 for edits, _ in pairs) / len(pairs)),
        ),
        Mistake(
            "these are the edits of all words, not divided by the phones.",
            "How many phones do the nearest pronunciations have together?",
            _with(share=lambda pairs: sum(edits for edits, _ in pairs)),
        ),
        Mistake(
            "these are edits for each word, not for each phone.",
            "How many phones do the nearest pronunciations have together?",
            _with(share=lambda pairs: 100 * sum(edits for edits, _ in pairs) / len(pairs)),
            _with(share=lambda pairs: sum(edits for edits, _ in pairs) / len(pairs)),
        ),
    ),
)
