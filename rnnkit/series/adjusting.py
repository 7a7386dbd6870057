"""Prices that can be compared over the years."""

PRICES = ["open", "high", "low", "close"]


def adjusted(table, adjusted_close):
    """Return `table` with its prices multiplied by adjusted_close / close, so that real changes remain.

    When each share becomes two, its price halves overnight and nobody has lost anything; a dividend leaves
    the price in the same way. An adjusted close has such steps removed, and the other prices of the day
    follow it.
    table: DataFrame with the columns open, high, low, close and perhaps others, which stay as they are.
    adjusted_close: the adjusted close of each row.
    """
    factor = adjusted_close / table["close"]
    return table.assign(**{name: table[name] * factor for name in PRICES})
