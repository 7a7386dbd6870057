"""A panel of shares, and all methods that forecast its variance: averages, GARCH, HAR, networks."""

from typing import NamedTuple

import numpy as np
from arch import arch_model
from tqdm import tqdm

from rnnkit import volatility as vol
from rnnkit.volatility.networks import residual_network

GARCH_DAYS = 250  # a share needs as many returns before its first GARCH


class Panel(NamedTuple):
    """Shares side by side, and the task: forecast the mean variance of the next `horizon` days."""

    names: list
    dates: np.ndarray  # (T,) datetime64
    variance: np.ndarray  # (N, T), NaN before the first price
    returns: np.ndarray  # (N, T), of the logarithm of the close
    horizon: int
    windows: tuple  # of HAR, in days

    def target(self):
        """Return what is forecast, (N, T), at least FLOOR."""
        return np.maximum(vol.future_mean(self.variance, self.horizon), vol.FLOOR)

    def until(self, year):
        """Return the panel without that year and all later ones."""
        T = int((years(self.dates) < year).sum())
        return self._replace(dates=self.dates[:T], variance=self.variance[:, :T], returns=self.returns[:, :T])


def years(dates):
    """Return the year of each date."""
    return dates.astype("datetime64[Y]").astype(int) + 1970


def refits(dates, first):
    """Return the first day of each year from `first` on."""
    found = years(dates)
    return [int(np.argmax(found == year)) for year in range(first, found[-1] + 1)]


def garch(returns, horizon):
    """Return a `fit` for `refit_and_forecast`: GARCH(1,1), mean of the next variances (Bollerslev 1986).

    σ²_{t+1} = ω + α ε²_t + β σ²_t. The package `arch` estimates the coefficients; the recursion is ours, so
    that it is plain that only the past enters.
    """

    def fit(known, today):
        g = np.full(known.shape, np.nan)
        for row, own in zip(g, returns, strict=True):
            days = np.flatnonzero(np.isfinite(own[: known.shape[1]]))
            past = days[days <= today]
            if len(past) < GARCH_DAYS:
                continue
            # In per cent, the size of numbers that the optimiser expects.
            model = arch_model(100 * own[past], mean="Constant", p=1, q=1, rescale=False)
            mu, omega, alpha, beta = model.fit(disp="off", show_warning=False).params
            squared = (100 * own[days] - mu) ** 2
            sigma2, next_day = squared[: len(past)].mean(), []
            for e2 in squared:
                sigma2 = omega + alpha * e2 + beta * sigma2
                next_day.append(sigma2)
            # the forecast of k days ahead is ω (1 + … + p^{k−2}) + p^{k−1} σ²_{t+1}, with p = α + β
            power = (alpha + beta) ** np.arange(horizon)
            mean = omega * np.mean(np.cumsum(power) - power) + power.mean() * np.array(next_day)
            row[days] = np.log(np.maximum(mean / 100**2, vol.FLOOR))
        return g

    return fit


def linear_models(panel):
    """Return {name: (fit, pooled)} of the methods without a network."""
    own = vol.har_features(panel.variance, panel.windows)
    wide = vol.har_x_features(panel.variance, panel.returns, panel.windows)
    return {
        "persistence": (vol.signal(vol.past_mean(panel.variance, panel.horizon)), False),
        "EWMA": (vol.signal(vol.ewma(panel.variance)), False),
        "GARCH(1,1)": (garch(panel.returns, panel.horizon), False),
        "HAR": (vol.least_squares(own, pooled=False), False),
        "pooled HAR": (vol.least_squares(own, pooled=True), True),
        "pooled HAR-X": (vol.least_squares(wide, pooled=True), True),
    }


def learnable(panel):
    """Return the target without the weeks in which a price did not move: nobody traded, nothing was calm."""
    target = panel.target()
    return np.where(target > vol.FLOOR, target, np.nan)


def network_forecasts(panel, days, settings, seeds):
    """Yield the `Forecast` of one network after the other; `days` are those of the refits."""
    wide = vol.har_x_features(panel.variance, panel.returns, panel.windows)
    linear = vol.least_squares(wide, pooled=True)
    for seed in seeds:
        fit = residual_network(wide, linear, settings, seed)
        yield vol.refit_and_forecast(fit, learnable(panel), days, panel.horizon, pooled=True)


def all_forecasts(panel, first, networks, seeds):
    """Return {name: Forecast} of every method, and {name of a network: [Forecast of each seed]}."""
    days = refits(panel.dates, first)
    found, single = {}, {}
    with tqdm(total=6 + len(networks) * len(seeds), disable=None) as progress:
        for name, (fit, pooled) in linear_models(panel).items():
            found[name] = vol.refit_and_forecast(fit, learnable(panel), days, panel.horizon, pooled=pooled)
            progress.update()
        for name, settings in networks.items():
            single[name] = []
            for forecast in network_forecasts(panel, days, settings, seeds):
                single[name].append(forecast)
                progress.update()
            found[name] = vol.combine(single[name])
    return found, single
