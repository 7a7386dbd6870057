"""How often a forecast names the right direction, and how much of that may be luck."""

from dataclasses import dataclass

import numpy as np

from rnnkit import _validation as v


@dataclass(frozen=True)
class Direction:
    """What :func:`directional_accuracy` found.

    accuracy: share of the counted steps whose direction was named correctly; low, high: its interval;
    majority: share of the more frequent direction among them, which a constant answer would have reached that
    knew it beforehand; correct, count: how many steps; effective: how many independent ones they are worth.
    """

    accuracy: float
    low: float
    high: float
    majority: float
    correct: int
    count: int
    effective: float

    @property
    def edge(self):
        """True if even the lower end of the interval beats the majority."""
        return self.low > self.majority


def directional_accuracy(truth, forecast, last=None, *, horizon=1, level=0.95):
    """Compare the signs of what came and of what was forecast, with an interval for the share of right ones.

    Steps at which truth or forecast does not move have no direction and are not counted.

    truth, forecast: (N,) changes such as returns, or prices if `last` (N,) holds the prices last known.
    horizon: over how many steps a change reaches. Successive changes over several steps overlap; they are
        worth fewer independent ones, see :func:`effective_size`, and the interval is wider.
    level: the confidence of the interval, above 0 and below 1.
    Returns a :class:`Direction`. Raises TypeError or ValueError if an argument is anything else, or if no
    step has a direction.
    """
    sizes = {}
    truth = v.array("truth", truth, ("N",), sizes=sizes)
    forecast = v.array("forecast", forecast, ("N",), sizes=sizes)
    last = 0.0 if last is None else v.array("last", last, ("N",), sizes=sizes)
    up, forecast_up = np.sign(truth - last), np.sign(forecast - last)
    counted = (up != 0) & (forecast_up != 0)
    count = int(counted.sum())
    if not count:
        still = "truth" if not up.any() else "forecast" if not forecast_up.any() else "truth or forecast"
        raise ValueError(f"{still} must move to have a direction, got no change in any of {len(up)} steps")
    correct = int((up == forecast_up)[counted].sum())
    rising = int((up[counted] > 0).sum())
    effective = effective_size(count, horizon)
    accuracy = correct / count
    low, high = binomial_interval(accuracy * effective, effective, level)
    return Direction(accuracy, low, high, max(rising, count - rising) / count, correct, count, effective)


def binomial_interval(correct, count, level=0.95):
    """The exact interval for a share (Clopper & Pearson 1934): it holds the true one at least this often.

    correct of count tries succeeded; the numbers need not be integers, so that an effective size fits.
    level: the confidence, above 0 and below 1. Returns low and high.
    Raises TypeError or ValueError if an argument is anything else.
    """
    count = v.number("count", count, above=0)
    correct = v.number("correct", correct, 0, count)
    level = v.number("level", level, above=0)
    if level >= 1:
        raise ValueError(f"level must be below 1, got {level}")
    from scipy.special import betaincinv  # half a second, which only this function has to wait for

    tail = (1 - level) / 2
    low = betaincinv(correct, count - correct + 1, tail) if correct > 0 else 0.0
    high = betaincinv(correct + 1, count - correct, 1 - tail) if correct < count else 1.0
    return float(low), float(high)


def effective_size(count, horizon):
    """How many independent samples `count` successive, overlapping targets are worth.

    A target that sums `horizon` steps shares horizon − k of them with the target k samples later. If the
    single steps are independent, the mean of the targets is as uncertain as the mean of so many independent
    ones: count / (1 + 2 Σ (1 − k / count) (1 − k / horizon)), k from 1 to horizon − 1. It is about count /
    horizon.

    count, horizon: integers, at least 1. Returns a float.
    Raises TypeError or ValueError if an argument is anything else.
    """
    count = v.integer("count", count, 1)
    horizon = v.integer("horizon", horizon, 1)
    k = np.arange(1, min(horizon, count))
    return float(count / (1 + 2 * np.sum((1 - k / count) * (1 - k / horizon))))
