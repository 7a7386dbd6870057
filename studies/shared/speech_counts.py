"""Models of the speeches that only count: words, and characters."""

from rnnkit.language.counting import KneserNey, NGram
from studies.shared.speech_words import END

ADDED = (1.0, 0.1, 0.01, 0.001)  # to every count
ORDERS = range(4, 10)  # of the model of characters: ten gain 0.003 bits more, eleven do not fit into int64


def counted_models(learned, validation, words):
    """Return {name: model}, and the perplexities of validation by which `add` was chosen."""
    found, chosen = {}, {}
    for order, name in enumerate(("1 word", "2 words", "3 words"), 1):
        tried = {add: NGram(order, words, add).fit([learned], start=END) for add in ADDED}
        perplexity = {add: float(2 ** one.bits([validation]).mean()) for add, one in tried.items()}
        best = min(perplexity, key=perplexity.get)
        found[f"counts, {name}"] = tried[best]
        chosen[f"counts, {name}"] = {
            "added": best,
            "validation perplexity": {str(add): value for add, value in perplexity.items()},
        }
    for order in (3, 4):
        found[f"Kneser-Ney, {order} words"] = KneserNey(order, words).fit([learned], start=END)
    return found, chosen


def characters(parts, alphabet, orders):
    """Return the bits of each test character by Kneser-Ney, and what was chosen and by which bits.

    parts: training, validation and test as characters.
    """
    learned, validation, test = map(alphabet.encode, parts)
    start = int(alphabet.encode("\n")[0])
    best, tried = None, {}
    for order in orders:
        model = KneserNey(order, len(alphabet)).fit([learned], start=start)
        tried[order] = float(model.bits([validation]).mean())
        if best is None or tried[order] < tried[best[0]]:
            best = order, model.bits([test])
    return best[1], {"order": best[0], "validation bits": {str(order): b for order, b in tried.items()}}
