r"""Every labelled equation of chapter 07, computed letter by letter and compared with the package.

Each test carries the printed LaTeX. If the chapter changes an equation, or gets a new one, these tests fail
until they compute what is printed.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from printed_formulas import PrintedFormulas

from rnnkit import series
from rnnkit import volatility as vol

CHAPTER = PrintedFormulas("07_stock_prices")
formula = CHAPTER.formula

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(2, 30)


def numbers(seed, *shape):
    """Return random numbers from 0.5 to 1.5: prices or variances."""
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape)


def test_the_chapter_prints_exactly_these_equations():
    CHAPTER.assert_all_tested()


@formula(
    "eq-stock_prices-min-max",
    r"\tilde p_t = \frac{p_t - \min_{s \le S} p_s}{\max_{s \le S} p_s - \min_{s \le S} p_s}",
)
@given(seed=seeds, S=sizes, later=sizes)
def test_min_max(seed, S, later):
    p = numbers(seed, S + later)
    scaled = series.MinMaxScaler(p, S).transform(p)
    for t in range(S + later):
        low, high = min(p[s] for s in range(S)), max(p[s] for s in range(S))
        assert (p[t] - low) / (high - low) == pytest.approx(scaled[t])


@formula("eq-stock_prices-r2", r"R^2 = 1 - \frac{\sum_n (y_n - \hat y_n)^2}{\sum_n (y_n - b_n)^2}")
@given(seed=seeds, N=sizes)
def test_r2(seed, N):
    y, forecast, baseline = numbers(seed, 3, N)
    for b, given_baseline in ((baseline, baseline), (np.full(N, y.mean()), None)):
        above = sum((y[n] - forecast[n]) ** 2 for n in range(N))
        below = sum((y[n] - b[n]) ** 2 for n in range(N))
        assert 1 - above / below == pytest.approx(series.r2(y, forecast, given_baseline))


@formula(
    "eq-stock_prices-mase",
    r"""\text{MASE} = \frac{\frac{1}{N} \sum_{n=1}^{N} |y_n - \hat y_n|}
    {\frac{1}{S - 1} \sum_{s=2}^{S} |p_s - p_{s-1}|}""",
)
@given(seed=seeds, N=sizes, S=sizes)
def test_mase(seed, N, S):
    y, forecast = numbers(seed, 2, N)
    past = numbers([seed, 1], S)
    p = dict(enumerate(past, 1))
    above = sum(abs(y[n] - forecast[n]) for n in range(N)) / N
    below = sum(abs(p[s] - p[s - 1]) for s in range(2, S + 1)) / (S - 1)
    assert above / below == pytest.approx(series.mase(y, forecast, past))


@formula(
    "eq-stock_prices-effective",
    r"""N_\text{eff} = \frac{N}{1 + 2 \sum_{k=1}^{h-1} \left(1 - \frac{k}{N}\right)
    \left(1 - \frac{k}{h}\right)}""",
)
@given(h=st.integers(1, 30), more=st.integers(0, 300))
def test_effective(h, more):
    N = h + more
    total = sum((1 - k / N) * (1 - k / h) for k in range(1, h))
    assert N / (1 + 2 * total) == pytest.approx(series.effective_size(N, h))


@formula(
    "eq-stock_prices-garman-klass",
    r"""v_t = \frac{1}{2} \left(\ln \frac{H_t}{L_t}\right)^2
    - (2 \ln 2 - 1) \left(\ln \frac{C_t}{O_t}\right)^2""",
)
@given(seed=seeds, T=sizes)
def test_garman_klass(seed, T):
    four = np.sort(numbers(seed, T, 4), axis=1)
    L, O, C, H = four.T  # noqa: E741 - the letters of the equation
    v = vol.garman_klass(O, H, L, C)
    for t in range(T):
        printed = 0.5 * math.log(H[t] / L[t]) ** 2 - (2 * math.log(2) - 1) * math.log(C[t] / O[t]) ** 2
        assert printed == pytest.approx(v[t], abs=1e-12)


@formula("eq-stock_prices-ewma", r"s_t = \lambda s_{t-1} + (1 - \lambda) v_t")
@given(seed=seeds, T=sizes, decay=st.floats(0, 1))
def test_ewma(seed, T, decay):
    v = numbers(seed, T)
    s = vol.ewma(v, decay)
    for t in range(1, T):
        assert decay * s[t - 1] + (1 - decay) * v[t] == pytest.approx(s[t])


@formula(
    "eq-stock_prices-har",
    r"""g_t = b_0 + b_1 \ln \bar v_t^{(1)} + b_2 \ln \bar v_t^{(5)} + b_3 \ln \bar v_t^{(22)},
    \qquad \bar v_t^{(w)} = \frac{1}{w} \sum_{k=0}^{w-1} v_{t-k}""",
)
@given(seed=seeds)
def test_har(seed):
    T = 60
    v = numbers(seed, 1, T)
    known = numbers([seed, 1], 1, T)
    g = vol.least_squares(vol.har_features(v), pooled=False)(known, T - 1)

    def mean(t, w):
        return sum(v[0, t - k] for k in range(w)) / w

    days = range(21, T)
    inputs = np.array([[1, *(math.log(mean(t, w)) for w in (1, 5, 22))] for t in days])
    b = np.linalg.lstsq(inputs, known[0, 21:])[0]
    np.testing.assert_allclose(g[0, 21:], inputs @ b, atol=1e-8)
    assert np.isnan(g[0, :21]).all()


@formula("eq-stock_prices-qlike", r"\text{QLIKE}(v, f) = \frac{v}{f} - \ln \frac{v}{f} - 1")
@given(seed=seeds, T=sizes)
def test_qlike(seed, T):
    v, f = numbers(seed, 2, T)
    found = vol.qlike(v, f)
    for t in range(T):
        assert v[t] / f[t] - math.log(v[t] / f[t]) - 1 == pytest.approx(found[t], abs=1e-12)


@formula(
    "eq-stock_prices-diebold-mariano",
    r"""\text{DM} = \frac{\bar d}{\sqrt{\Gamma / T}},
    \qquad \Gamma = \gamma_0 + 2 \sum_{k=1}^{q} \left(1 - \frac{k}{q + 1}\right) \gamma_k""",
)
@given(seed=seeds, T=st.integers(10, 40), q=st.integers(0, 8))
def test_diebold_mariano(seed, T, q):
    loss_a, loss_b = numbers(seed, 2, T)
    d = dict(enumerate(loss_a - loss_b, 1))
    mean = sum(d.values()) / T

    def gamma(k):
        return sum((d[t] - mean) * (d[t - k] - mean) for t in range(k + 1, T + 1)) / T

    long_run = gamma(0) + 2 * sum((1 - k / (q + 1)) * gamma(k) for k in range(1, q + 1))
    found = vol.diebold_mariano(loss_a, loss_b, lags=q)
    assert mean / math.sqrt(long_run / T) == pytest.approx(found.statistic)
