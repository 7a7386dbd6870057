"""Live figures: drawn in Python, moved by JavaScript, with a kernel or on a static page."""

from rnnkit.widgets.figure import LiveFigure
from rnnkit.widgets.forecast import Forecast
from rnnkit.widgets.gradient_flow import GradientFlow
from rnnkit.widgets.gru_gates import GRUGates
from rnnkit.widgets.lstm_gates import LSTMGates
from rnnkit.widgets.read_my_review import ReadMyReview
from rnnkit.widgets.two_directions import TwoDirections
from rnnkit.widgets.unroller import Unroller

__all__ = [
    "FIGURES",
    "Forecast",
    "GRUGates",
    "GradientFlow",
    "LSTMGates",
    "LiveFigure",
    "ReadMyReview",
    "TwoDirections",
    "Unroller",
]

FIGURES = {
    figure._module: figure
    for figure in (Unroller, LSTMGates, GradientFlow, GRUGates, TwoDirections, ReadMyReview, Forecast)
}
