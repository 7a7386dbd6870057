"""A forecast of prices beside the truth and beside "as today": does it know anything?"""

from functools import cache

import numpy as np
import traitlets

from rnnkit import _int8, _places, series
from rnnkit import _validation as v
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import LiveFigure, TraitValueError, as_trait_error, checked, counted
from rnnkit.widgets.base.weights import read_checkpoint
from rnnkit.widgets.forecast import picture

CHOICES = ("market", "lookback", "horizon", "sin")  # that a study offers
MOST_SHIFT = 25  # days by which the forecast can be moved back
MOST_CHOICES = 6  # lookbacks, horizons, markets or sins
SCORES = ("ratio", "r2", "r2_persistence", "direction", "majority")  # in the order of the file
CHECKPOINT = _places.CHECKPOINTS / "forecast.json"


def _study(name, value):
    """Check the curves; checkStudy in the script does the same."""
    v.keys(name, value, ("lookbacks", "horizons", "sins", "markets"))
    for kind in ("lookbacks", "horizons"):
        here = f"{name}[{kind!r}]"
        numbers = v.array(here, value[kind], ("K",), dtype=np.int64)
        if numbers.min() < 1 or (np.diff(numbers) <= 0).any() or len(numbers) > MOST_CHOICES:
            raise ValueError(f"{here} must be 1 to {MOST_CHOICES} growing numbers of days, got {value[kind]}")
    if max(value["horizons"]) > MOST_SHIFT:
        raise ValueError(f"{name}['horizons'] must be at most {MOST_SHIFT}, got {max(value['horizons'])}")
    for kind, type_ in (("sins", list), ("markets", dict)):
        v.instance(f"{name}[{kind!r}]", value[kind], type_)
        if not 1 <= len(value[kind]) <= MOST_CHOICES:
            raise ValueError(
                f"{name}[{kind!r}] must have 1 to {MOST_CHOICES} entries, got {len(value[kind])}"
            )
    for k, sin in enumerate(value["sins"]):
        for key, text in v.keys(f"{name}['sins'][{k}]", sin, ("name", "line", "says")).items():
            v.instance(f"{name}['sins'][{k}][{key!r}]", text, str)
    for market, given in value["markets"].items():
        _market(f"{name}['markets'][{market!r}]", given, value)
    return value


def _market(name, given, study):
    v.keys(name, given, ("first", "last", "test_days", "truth", "curves", "scores"))
    for key in ("first", "last"):
        v.instance(f"{name}[{key!r}]", given[key], str)
    v.integer(f"{name}['test_days']", given["test_days"], 1)
    truth = v.array(f"{name}['truth']", given["truth"], ("T",))
    curves = _int8.decode(given["curves"], f"{name}['curves']")
    rows = len(study["lookbacks"]) * len(study["horizons"]) * len(study["sins"])
    v.array(f"{name}['curves']", curves, (rows, len(truth) - MOST_SHIFT))
    v.array(f"{name}['scores']", given["scores"], (rows, len(SCORES)))
    shown = truth[MOST_SHIFT:]
    still = [np.ptp(shown) == 0, *((shown == _before(truth, h)).all() for h in study["horizons"])]
    if truth.min() <= 0 or any(still):
        raise ValueError(f"{name}['truth'] must be prices above 0 that change over every horizon")


def choices_of(study, name):
    """Return what the study offers as "market", "lookback", "horizon" or "sin"."""
    return [sin["name"] for sin in study["sins"]] if name == "sin" else list(study[f"{name}s"])


def _require_offered(study, name, value):
    offered = choices_of(study, name)
    if value not in offered:
        wanted = ", ".join(map(str, offered))
        raise TraitValueError(f"{name} must be one of {wanted}, got {v.describe(value)}")


def _before(truth, days):
    """Return the prices `days` before each of the days that are forecast."""
    return truth[MOST_SHIFT - days : len(truth) - days]


@cache
def stored():
    """Return the content of data/checkpoints/forecast.json."""
    return read_checkpoint(CHECKPOINT, "python -m rnnkit train forecast")


def _text(name, value):
    return v.instance(name, value, str)


def _days(name, value):
    return v.integer(name, value, 1)


class Forecast(LiveFigure):
    """The forecasts of a small LSTM on the last test days of a market, and what they are worth.

        Forecast("MSFT", horizon=5)
        Forecast("random walk", sin="target in the window")

    Every curve comes from a network of its own, trained on the first 80 % of the days. It reads by how much
    the price changed on each of `lookback` days, and forecasts the change over the next `horizon` days; what
    is drawn is the price that follows. The dashed line is persistence: the price stays what it is. Moved back
    by `shift` days, the forecast shows what it repeats.

    market: one of the study's markets, four shares and a random walk, which nobody can forecast.
    lookback, horizon: days, of those that the study has.
    sin: "none", or a mistake that lets the network see the future, one line of code each.
    baseline: whether persistence is drawn.
    shift: days by which the forecast is moved back, 0 to 25.
    study: the curves, as data/checkpoints/forecast.json has them.

    All of them can be set and observed. Bad values raise TypeError or ValueError and change nothing.
    """

    _module = "forecast"
    _controls = ("choice", "segments", "slider", "segments", "choice", "slider")
    _places_within = True

    market = checked(_text)
    lookback = checked(_days, default_value=10)
    horizon = checked(_days, default_value=1)
    sin = checked(_text, default_value="none")
    baseline = checked(v.boolean, default_value=True)
    shift = counted(0, MOST_SHIFT, 0)
    study = checked(_study)

    def __init__(self, market="MSFT", **settings):
        given = settings.get("study", stored()["study"])
        settings = {"market": market, **settings}
        super().__init__(**settings | {"study": as_trait_error(_study, "study", given)})

    @traitlets.validate(*CHOICES)
    def _is_in_the_study(self, proposal):
        _require_offered(self.study, proposal["trait"].name, proposal["value"])
        return proposal["value"]

    @traitlets.validate("study")
    def _has_what_is_shown(self, proposal):
        for name in CHOICES:
            _require_offered(proposal["value"], name, getattr(self, name))
        return proposal["value"]

    @traitlets.observe("study")
    def _show_a_new_study(self, change):
        self.show_anew()

    def numbers(self):
        """Return everything that is drawn: curves, axes, distances by shift, scores, and sentences."""
        study, market = self.study, self.study["markets"][self.market]
        row, place = 0, {}
        for name in CHOICES[1:]:
            offered = choices_of(study, name)
            place[name] = offered.index(getattr(self, name))
            row = row * len(offered) + place[name]
        prices = np.array(market["truth"], dtype=float)
        truth, persistence = prices[MOST_SHIFT:], _before(prices, self.horizon)
        forecast = persistence + _int8.decode(market["curves"])[row]
        unit = series.rmse(truth, persistence)
        shifts = range(MOST_SHIFT + 1)
        distances = {
            "forecast": [series.rmse(_before(prices, k), forecast) / unit for k in shifts],
            "persistence": [series.rmse(_before(prices, k), persistence) / unit for k in shifts],
        }
        values = {
            "horizon": self.horizon,
            "shift": self.shift,
            "baseline": "shown" if self.baseline else "hidden",
            "truth": prices.tolist(),
            "forecast": forecast.tolist(),
            "persistence": persistence.tolist(),
            "distances": distances,
            "distance": distances["forecast"][self.shift],
            "shown": _scores(forecast, truth, persistence),
            "all": dict(zip(SCORES, market["scores"][row], strict=True)),
            "dates": {"first": market["first"], "last": market["last"]},
        }
        values["axis"] = picture.axis([*values["truth"], *values["forecast"]])
        values["top"] = picture.top(distances)
        return values | {"says": picture.says(values, market["test_days"], study["sins"][place["sin"]])}

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        return element(
            "div",
            picture.chart(values),
            self.places(),
            picture.distances(values),
            picture.scores(values),
            picture.summary(values),
            class_="fore",
        )


def _scores(forecast, truth, persistence):
    """Return the scores: RMSE over that of persistence, R² of both, and shares of right directions.

    Days on which price or forecast does not move have no direction; without any other day there is no share.
    """
    rose, said = np.sign(truth - persistence), np.sign(forecast - persistence)
    moved = (rose != 0) & (said != 0)
    up = np.mean(rose[moved] > 0) if moved.any() else None
    return {
        "ratio": series.rmse(truth, forecast) / series.rmse(truth, persistence),
        "r2": series.r2(truth, forecast),
        "r2_persistence": series.r2(truth, persistence),
        "direction": None if up is None else float(np.mean(said[moved] == rose[moved])),
        "majority": None if up is None else float(max(up, 1 - up)),
    }
