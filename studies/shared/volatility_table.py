"""The losses of forecasts of variance, and the tests of one against the other, as one table."""

import numpy as np

from rnnkit import volatility as vol

LOSSES = ("qlike", "mse of log")
REFERENCES = ("HAR", "pooled HAR", "pooled HAR-X")
MANY_LAGS = 66  # a quarter of a year: does a test stand if calm and wild months follow each other?


def losses(target, forecast, where):
    """Return {loss: (N, T)} of a forecast, NaN outside `where`."""
    target = np.where(where, target, np.nan)
    return {
        "qlike": vol.qlike(target, forecast.variance),
        "mse of log": vol.squared_log_error(target, forecast.log),
    }


def by_day(loss):
    """Return the mean over the shares for each day that has any, (days,)."""
    return np.nanmean(loss[:, np.isfinite(loss).any(axis=0)], axis=0)


def compare(panel, found, single, references=REFERENCES):
    """Return the table of the results: all methods on the same days and shares.

    found: {name: Forecast}; single: {name of a network: [Forecast of each seed]}.
    references: methods that every other one is tested against, beside the networks.
    """
    target = panel.target()
    where = np.isfinite(target)
    for forecast in found.values():
        where &= np.isfinite(forecast.log)
    loss = {name: losses(target, forecast, where) for name, forecast in found.items()}
    table = {}
    for name, own in loss.items():
        row = table[name] = {"loss": {}, "of each share": {}, "against": {}}
        for kind in LOSSES:
            row["loss"][kind] = float(by_day(own[kind]).mean())
            row["of each share"][kind] = np.nanmean(own[kind], axis=1).tolist()
        for other in (*references, *single):
            if other != name and other in loss:
                row["against"][other] = {
                    kind: against(own[kind], loss[other][kind], panel.horizon) for kind in LOSSES
                }
        if name in single:
            row["loss of each seed"] = {
                kind: [float(by_day(losses(target, one, where)[kind]).mean()) for one in single[name]]
                for kind in LOSSES
            }
    scored = np.flatnonzero(where.any(axis=0))
    return {
        "shares": list(panel.names),
        "first day": str(panel.dates[scored[0]])[:10],
        "last day": str(panel.dates[scored[-1]])[:10],
        "days": len(scored),
        "forecasts": int(where.sum()),
        "methods": table,
    }


def against(own, other, horizon):
    """Compare two arrays of losses (N, T): above 0 is in favour of `own`."""
    test = vol.diebold_mariano(by_day(other), by_day(own), horizon)
    longer = vol.diebold_mariano(by_day(other), by_day(own), horizon, lags=MANY_LAGS)
    return {
        "statistic": test.statistic,
        "p": test.p_value,
        "lags": test.lags,
        "statistic, many lags": longer.statistic,
        "shares better": int((np.nanmean(own, axis=1) < np.nanmean(other, axis=1)).sum()),
    }


def show(table, rivals=("pooled HAR", "pooled HAR-X")):
    """Print the losses, and the statistics against two rivals, with the number of shares that are better."""
    print(f"{table['forecasts']} forecasts, {table['first day']} to {table['last day']}")
    titles = "".join(f"  {'against ' + rival:23}" for rival in rivals)
    print(f"{'':20} {'QLIKE':>7} {'MSE ln':>7}{titles}")
    for name, row in table["methods"].items():
        words = [f"{name:20}"] + [f"{row['loss'][kind]:7.4f}" for kind in LOSSES]
        for rival in rivals:
            for kind in LOSSES:
                test = row["against"].get(rival, {}).get(kind)
                words.append(f"{test['statistic']:6.1f} ({test['shares better']:2})" if test else " " * 11)
        print(" ".join(words))
