r"""Every labelled equation of chapter 09, computed letter by letter and compared with the package.

Each test carries the printed LaTeX. If the chapter changes an equation, or gets a new one, these tests fail
until they compute what is printed.
"""

import itertools
import math

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_formulas import PrintedFormulas

from rnnkit import attention, g2p, seq2seq

CHAPTER = PrintedFormulas("09_seq2seq")
formula = CHAPTER.formula

seeds = st.integers(0, 2**32 - 1)


def close(printed, found):
    np.testing.assert_allclose(printed, found, rtol=0, atol=1e-10)


def network(seed, V=4):
    """Return a small model without attention with random weights, in float64."""
    torch.manual_seed(seed)
    return seq2seq.Seq2Seq(5, V, 3, 4, attention=None).double().eval()


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


def log_probabilities(model, x, y):
    """Return ln p of each symbol of y, END last, given those before it, step by step."""
    state = model.start(x[None], torch.tensor([len(x)]))
    found, read = [], seq2seq.END
    with torch.no_grad():
        for symbol in [*y, seq2seq.END]:
            log_p, state, _ = model.step(torch.tensor([read]), state)
            found.append(log_p[0, symbol].item())
            read = symbol
    return found


@formula(
    "eq-seq2seq-chain",
    r"P(y_1, \dots, y_U \mid x_1, \dots, x_T) = \prod_{u=1}^{U} p(y_u \mid y_1, \dots, y_{u-1},\; h_T, c_T)",
)
@settings(max_examples=10)
@given(seed=seeds)
def test_chain(seed):
    model, x, y = network(seed), torch.tensor([1, 4, 2]), [3, 1]
    target = torch.tensor([[*y, seq2seq.END]])
    whole = seq2seq.score(model, x[None], torch.tensor([3]), target)
    close(math.prod(map(math.exp, log_probabilities(model, x, y))), np.exp(float(whole[0])))


@formula(
    "eq-seq2seq-additive",
    r"\begin{aligned} e_t &= w_s \tanh(W_q s + b_q + W_v h_t + b_v) + b_s \\ "
    r"a_t &= \frac{e^{e_t}}{\sum_{\tau} e^{e_\tau}} \\ c &= \sum_{t=1}^{T} a_t h_t \end{aligned}",
)
@settings(max_examples=10)
@given(seed=seeds)
def test_additive(seed):
    rng = np.random.default_rng(seed)
    T, H, U = 5, 3, 4
    s, h = rng.normal(size=H), rng.normal(size=(T, H))
    W_q, b_q, W_v, b_v = (
        rng.normal(size=(U, H)),
        rng.normal(size=U),
        rng.normal(size=(U, H)),
        rng.normal(size=U),
    )
    w_s, b_s = rng.normal(size=(1, U)), rng.normal(size=1)
    e = [float((w_s @ np.tanh(W_q @ s + b_q + W_v @ h[t] + b_v) + b_s)[0]) for t in range(T)]
    a = [math.exp(e[t]) / sum(math.exp(one) for one in e) for t in range(T)]
    c = sum(a[t] * h[t] for t in range(T))
    found = attention.additive_attention(s[None], h[None], W_q, b_q, W_v, b_v, w_s, b_s)
    close(c, found.context[0])
    close(a, found.weights[0])
    close(e, found.scores[0])


@formula(
    "eq-seq2seq-per",
    r"\text{PER} = \frac{\sum_n \text{edits of word } n}{\sum_n \text{phones of word } n}",
)
def test_per():
    listed = [(("K", "AE", "T"),), (("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW"))]
    said = [("K", "AE", "T", "S"), ("D", "AH", "M", "AA", "T")]
    found = g2p.judge(said, [g2p.Entry("w", ways) for ways in listed])
    edits, phones = [1, 2], [3, 6]
    assert found.edits.tolist() == edits
    close(found.per, 100 * sum(edits) / sum(phones))


@formula(
    "eq-seq2seq-normalised",
    r"\text{score}(y) = \frac{1}{N^\alpha} \sum_{u=1}^{N} \ln p(y_u \mid y_1, \dots, y_{u-1}, x)",
)
@settings(max_examples=10)
@given(seed=seeds, alpha=st.sampled_from([0.0, 0.6, 1.0]))
def test_normalised(seed, alpha):
    model, x = network(seed), torch.tensor([2, 3])
    for output in seq2seq.beam_search(model, x, 3, alpha=alpha):
        if output.finished:
            N = len(output.symbols) + 1
            close(sum(log_probabilities(model, x, output.symbols)) / N**alpha, output.rated(alpha))


@formula(
    "eq-seq2seq-ctc", r"p(y \mid x) = \sum_{\pi:\ \text{collapse}(\pi) = y}\ \prod_{t} p_t(\pi_t \mid x)"
)
@settings(max_examples=10)
@given(seed=seeds, y=st.sampled_from([[1], [2, 1], [1, 1]]))
def test_ctc(seed, y):
    T, V = 4, 3
    p = np.random.default_rng(seed).dirichlet(np.ones(V), size=T)

    def collapse(path):
        return [symbol for symbol, _ in itertools.groupby(path) if symbol != 0]

    paths = (path for path in itertools.product(range(V), repeat=T) if collapse(path) == y)
    printed = sum(math.prod(p[t][path[t]] for t in range(T)) for path in paths)
    loss = torch.nn.functional.ctc_loss(
        torch.tensor(p).log()[:, None],
        torch.tensor([y]),
        torch.tensor([T]),
        torch.tensor([len(y)]),
        reduction="sum",
    )
    close(printed, math.exp(-loss))
