"""Scaling that is fitted on the past only, and its inverse."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.series.windows import series


class _Scaler:
    """scaled = (value − offset) / scale, for each column, with both numbers taken from the past."""

    def __init__(self, values, past):
        values = series("values", values)
        self.past = v.integer("past", past, 1, len(values))
        self.offset, self.scale = self._fit(values[: self.past])
        constant = np.flatnonzero(self.scale == 0)
        if constant.size:
            where = f" in column {constant[0]}" if values.ndim == 2 else ""
            raise ValueError(
                f"values[:past] must vary to be scaled, got {self.past} times the same number{where}"
            )

    def transform(self, values):
        """Return `values` (..., D) scaled; any shape where the scaler was fitted on one number a step."""
        values = self._columns(values)
        return (values - self.offset) / self.scale

    def inverse(self, scaled, column=None):
        """Return the values from which `scaled` came: the opposite of `transform`.

        column: None for all columns, (..., D); an integer if `scaled`, of any shape, holds this column only,
        as the forecasts of a model that sees D features and forecasts one of them.
        """
        if column is None:
            return self._columns(scaled, "scaled") * self.scale + self.offset
        if not np.ndim(self.offset):
            raise ValueError(f"column must be None, as the scaler was fitted on one series, got {column}")
        column = v.integer("column", column, 0, len(self.offset) - 1)
        return v.array("scaled", scaled) * self.scale[column] + self.offset[column]

    def _columns(self, values, name="values"):
        values = v.array(name, values)
        if np.ndim(self.offset) and values.shape[-1:] != self.offset.shape:
            raise ValueError(f"{name} must be (..., {len(self.offset)}), got {values.shape}")
        return values

    def __repr__(self):
        return f"{type(self).__name__}(past={self.past}, offset={self.offset}, scale={self.scale})"


class StandardScaler(_Scaler):
    """Scale to mean 0 and standard deviation 1, both measured on the first `past` steps only.

    values: (T,) or (T, D), each column separately. past: how many steps may be looked at, from 1 to T. What
    comes after them changes nothing. For the windows of a training part `train` it is
    `train.stop + lookback + horizon − 1`, the end of its last target.
    Raises TypeError or ValueError if an argument is anything else, or if a column is constant in the past.
    """

    @staticmethod
    def _fit(past):
        # The spread of equal numbers is not always exactly 0: their mean can be rounded.
        spread = np.where(np.ptp(past, axis=0) == 0, 0.0, past.std(axis=0))
        return past.mean(axis=0), spread


class MinMaxScaler(_Scaler):
    """Scale to 0 for the smallest and 1 for the largest number of the first `past` steps.

    Later numbers may well fall outside 0 to 1: a price that climbs to a record does. The arguments and
    errors are those of :class:`StandardScaler`.
    """

    @staticmethod
    def _fit(past):
        return past.min(axis=0), np.ptp(past, axis=0)
