"""What goes wrong where words are said: which phones, at which lengths, in which kinds of words."""

import re
from collections import Counter

import numpy as np

from rnnkit import g2p

LENGTHS = ((1, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 40))  # letters, from and to
NOTHING = "–"  # stands where a phone was put in or left out


def edits(said, listed):
    """Return the edits that make what was said of what is listed: pairs (listed, said), NOTHING for none.

    As few as possible; of equally few ways, one that replaces phones rather than putting in and leaving out.
    """
    rows = np.zeros((len(listed) + 1, len(said) + 1), int)
    rows[0], rows[:, 0] = range(len(said) + 1), range(len(listed) + 1)
    for i, one in enumerate(listed, 1):
        for j, other in enumerate(said, 1):
            rows[i, j] = min(rows[i - 1, j - 1] + (one != other), rows[i - 1, j] + 1, rows[i, j - 1] + 1)
    found, i, j = [], len(listed), len(said)
    while i or j:
        if i and j and rows[i, j] == rows[i - 1, j - 1] + (listed[i - 1] != said[j - 1]):
            i, j = i - 1, j - 1
            if listed[i] != said[j]:
                found.append((listed[i], said[j]))
        elif i and rows[i, j] == rows[i - 1, j] + 1:
            i -= 1
            found.append((listed[i], NOTHING))
        else:
            j -= 1
            found.append((NOTHING, said[j]))
    return found[::-1]


def confusions(said, entries, judged, most=15):
    """Return which edits there are, and between what: a dict.

    said: N tuples of phones. entries: N of them. judged: their `g2p.Scores`.
    """
    counts = Counter()
    for output, entry, k in zip(said, entries, judged.nearest, strict=True):
        counts.update(edits(output, entry.pronunciations[k]))
    kinds = Counter()
    for pair, n in counts.items():
        kinds[_kind(*pair)] += n
    listed = Counter(
        p for entry, k in zip(entries, judged.nearest, strict=True) for p in entry.pronunciations[k]
    )
    return {
        "edits": sum(counts.values()),
        "kinds": dict(kinds.most_common()),
        "share of vowels among the listed phones": sum(listed[p] for p in g2p.VOWELS) / listed.total(),
        "commonest, listed and said": [[*pair, n] for pair, n in counts.most_common(most)],
    }


def _kind(listed, said):
    """Return in words what kind of edit a pair is."""
    vowels = [phone in g2p.VOWELS for phone in (listed, said) if phone != NOTHING]
    if len(vowels) == 1:
        return f"a {'vowel' if vowels[0] else 'consonant'} too {'many' if listed == NOTHING else 'few'}"
    return ("consonant for consonant", "vowel for consonant or back", "vowel for vowel")[sum(vowels)]


def by_length(entries, judged):
    """Return the error rates by the number of letters, and how many words they are from."""
    letters = np.array([len(entry.word) for entry in entries])
    return {
        f"{low} to {high}": rates(judged, (letters >= low) & (letters <= high))
        for low, high in LENGTHS
        if ((letters >= low) & (letters <= high)).any()
    }


def by_pronunciations(entries, judged, n_best):
    """Return the error rates of words with one listed pronunciation and with several.

    n_best: for each word the likeliest outputs, tuples of phones. Of the words with several pronunciations,
    what share has one listed among these, and what share two?
    """
    listed = np.array([len(entry.pronunciations) for entry in entries])
    several = [k for k, n in enumerate(listed) if n > 1]
    found = [len(set(entries[k].pronunciations) & set(n_best[k])) for k in several]
    return {
        "one": rates(judged, listed == 1),
        "several": rates(judged, listed > 1),
        "two listed ones among the best": float(np.mean([n > 1 for n in found])),
        "one listed one among the best": float(np.mean([n > 0 for n in found])),
    }


def rates(judged, chosen):
    """Return the error rates in percent of the chosen words, booleans (N,)."""
    wrong, edits, lengths = judged.wrong[chosen], judged.edits[chosen], judged.lengths[chosen]
    return {
        "words": int(chosen.sum()),
        "WER": float(100 * wrong.mean()),
        "WER, first listed": float(100 * judged.wrong_first[chosen].mean()),
        "PER": float(100 * edits.sum() / lengths.sum()),
    }


def kinds_of_words(words, texts):
    """Return for each word how texts have it: "in small letters", "only with a capital" or "nowhere".

    words: in small letters. texts: strings. The capital at the start of a sentence cannot be told from that
    of a name, so a word may be a name only where no text has it in small letters.
    """
    wanted, small, capital = set(words), set(), set()
    for text in texts:
        found = set(re.findall("[A-Za-z]+", text))
        small |= wanted & found
        capital |= wanted & {one.lower() for one in found if one[0].isupper() and one[1:].islower()}
    return [
        "in small letters" if word in small else "only with a capital" if word in capital else "nowhere"
        for word in words
    ]


def examples(said, entries, judged, chosen, most=8):
    """Return the first wrong words among the chosen, how they were said, and what is listed nearest."""
    places = np.flatnonzero(judged.wrong & chosen)[:most]
    return [
        {
            "word": entries[k].word,
            "said": " ".join(said[k]),
            "listed": " ".join(entries[k].pronunciations[judged.nearest[k]]),
        }
        for k in places
    ]
