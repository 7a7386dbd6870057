r"""Every labelled equation of chapter 08, computed letter by letter and compared with the package.

Each test carries the printed LaTeX. If the chapter changes an equation, or gets a new one, these tests fail
until they compute what is printed.
"""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_formulas import PrintedFormulas
from torch.nn import functional as F

from rnnkit import language, models, sampling
from rnnkit.language import counting

CHAPTER = PrintedFormulas("08_language_models")
formula = CHAPTER.formula

seeds = st.integers(0, 2**32 - 1)
WORDS = ["hello", "help", "held", "the", "theme", "hot", "she", "lot"]


def close(printed, found):
    np.testing.assert_allclose(printed, found, rtol=0, atol=1e-10)


def network(seed):
    """Return a small model of words with random weights, in float64."""
    torch.manual_seed(seed)
    return models.LanguageModel(len(language.WORDS), 3, 4).double().eval()


def guesses(model, word):
    """Return p of each symbol of a word, END last, given those before it."""
    codes = torch.tensor(language.WORDS.encode(language.END + word + language.END))
    with torch.no_grad():
        p = model(codes[None, :-1])[0][0].softmax(dim=-1)
    return p[torch.arange(len(codes) - 1), codes[1:]].numpy()


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


@formula("eq-language_models-chain", r"P(x_1, \dots, x_N) = \prod_{t=1}^{N} p(x_t \mid x_1, \dots, x_{t-1})")
@settings(max_examples=10)
@given(seed=seeds)
def test_chain(seed):
    """All texts of two symbols together have the probability 1, and a word that of its bits."""
    model = network(seed)
    close(np.prod(guesses(model, "hello")), 2 ** -language.word_bits(model, ["hello"])[0])
    with torch.no_grad():
        first = model(torch.tensor([[0]]))[0][0, -1].softmax(dim=-1)
        second = model(torch.tensor([[0, k] for k in range(model.symbols)]))[0][:, -1].softmax(dim=-1)
    close((first[:, None] * second).sum(), 1)


@formula(
    "eq-language_models-bits",
    r"\text{bits} = -\frac{1}{N} \sum_{t=1}^{N} \log_2 p(x_t \mid x_1, \dots, x_{t-1})",
)
@settings(max_examples=10)
@given(seed=seeds)
def test_bits(seed):
    model = network(seed)
    p = guesses(model, "hello")
    printed = -sum(math.log2(one) for one in p) / len(p)
    close(printed, language.word_bits(model, ["hello"])[0] / 6)
    codes = torch.tensor(language.WORDS.encode("\nhello\n"))[None]
    with torch.no_grad():
        nats = F.cross_entropy(model(codes[:, :-1])[0].mT, codes[:, 1:])
    close(printed, nats / math.log(2))


def counted(order, add=None):
    """Return a model of counts of WORDS, and what was counted: {(h, w): c} for each length of h."""
    codes = [language.WORDS.encode(word + language.END) for word in WORDS]
    V = len(language.WORDS)
    model = counting.KneserNey(order, V) if add is None else counting.NGram(order, V, add=add)
    c = Counter()
    for word in codes:
        padded = [0] * (order - 1) + word.tolist()
        for t in range(order - 1, len(padded)):
            c[tuple(padded[t - order + 1 : t]), padded[t]] += 1
    return model.fit(codes, start=0), c, V


@formula("eq-language_models-add-k", r"p(w \mid h) = \frac{c(h w) + k}{c(h) + k V}")
@given(order=st.integers(1, 3), k=st.floats(0.01, 5))
def test_add_k(order, k):
    model, c, V = counted(order, k)
    for h in {h for h, _ in c}:
        c_h = sum(n for (context, _), n in c.items() if context == h)
        printed = [(c[h, w] + k) / (c_h + k * V) for w in range(V)]
        close(printed, model.probabilities(list(h)))


@formula(
    "eq-language_models-kneser-ney",
    r"p(w \mid h) = \frac{\max(c(h w) - D,\, 0)}{c(h)} + \gamma(h)\, p(w \mid h')",
)
def test_kneser_ney(monkeypatch):
    """With one discount for all counts, as printed; the lower order counts different contexts."""
    D = 0.7
    monkeypatch.setattr(counting, "_discounts", lambda counts: (D, D, D))
    model, c, V = counted(2)
    before = Counter(w for _, w in c)  # after how many different symbols w was seen
    total = sum(before.values())
    saved = D * len(before) / total
    lower = [max(before[w] - D, 0) / total + saved / V for w in range(V)]
    for h in {h for h, _ in c}:
        after = {w: n for (context, w), n in c.items() if context == h}
        c_h = sum(after.values())
        gamma = D * len(after) / c_h
        printed = [max(after.get(w, 0) - D, 0) / c_h + gamma * lower[w] for w in range(V)]
        assert sum(printed) == pytest.approx(1)
        close(printed, model.probabilities(list(h)))


@formula(
    "eq-language_models-per-character",
    r"\text{bits per character} = \frac{\sum_n -\log_2 p(w_n \mid w_1, \dots, w_{n-1})}{C}",
)
@given(p=st.lists(st.floats(1e-6, 1), min_size=3, max_size=3))
def test_per_character(p):
    """A model of words and one of characters that give a text the same probability have the same bits."""
    text = ["the ", "cat ", "sat "]
    C = sum(map(len, text))
    printed = sum(-math.log2(one) for one in p) / C
    by_character = math.prod(p) ** (1 / C)  # an equal guess at each character
    close(printed, -math.log2(by_character))


@formula("eq-language_models-temperature", r"p_j = \frac{e^{y_j / \tau}}{\sum_m e^{y_m / \tau}}")
@given(seed=seeds, V=st.integers(1, 30), tau=st.floats(0.1, 10))
def test_temperature(seed, V, tau):
    y = np.random.default_rng(seed).normal(size=V)
    printed = [math.exp(y[j] / tau) / sum(math.exp(y[m] / tau) for m in range(V)) for j in range(V)]
    close(printed, sampling.probabilities(y, temperature=tau))


@formula(
    "eq-language_models-both-sides",
    r"""p(v \mid \text{left}, \text{right}) \propto
    \frac{p(v \mid \text{left})\; p(v \mid \text{right})}{p(v)}""",
)
@given(seed=seeds, V=st.integers(2, 5))
def test_both_sides(seed, V):
    """Where the sides are independent given the letter, it is Bayes' rule."""
    rng = np.random.default_rng(seed)
    p_v = rng.dirichlet(np.ones(V))
    left, right = rng.dirichlet(np.ones(3), size=V), rng.dirichlet(np.ones(4), size=V)  # p(side | v)
    together = p_v[:, None, None] * left[:, :, None] * right[:, None, :]  # (v, left, right)
    for one in range(3):
        for other in range(4):
            given_left = together[:, one].sum(axis=1) / together[:, one].sum()
            given_right = together[:, :, other].sum(axis=1) / together[:, :, other].sum()
            printed = given_left * given_right / p_v
            found = together[:, one, other]
            close(printed / printed.sum(), found / found.sum())


@formula(
    "eq-language_models-whole-word",
    r"p(v \mid \text{left}, \text{right}) \propto p(\text{left}\; v\; \text{right})",
)
@settings(max_examples=10)
@given(seed=seeds)
def test_whole_word(seed):
    model = network(seed)
    p = np.array([np.prod(guesses(model, f"h{v}llo")) for v in "abcdefghijklmnopqrstuvwxyz"])
    bits = language.word_bits(model, [f"h{v}llo" for v in "abcdefghijklmnopqrstuvwxyz"])
    close(p / p.sum(), 2.0**-bits / (2.0**-bits).sum())
