"""Live figures: drawn in Python, moved by JavaScript, with a kernel or on a static page."""

from rnnkit.widgets.base.figure import LiveFigure
from rnnkit.widgets.forecast.figure import Forecast
from rnnkit.widgets.gradient_flow.figure import GradientFlow
from rnnkit.widgets.gru_gates.figure import GRUGates
from rnnkit.widgets.invent_words.figure import InventWords
from rnnkit.widgets.lstm_gates.figure import LSTMGates
from rnnkit.widgets.read_my_review.figure import ReadMyReview
from rnnkit.widgets.same_network.figure import SameNetwork
from rnnkit.widgets.say_it.figure import SayIt
from rnnkit.widgets.two_directions.figure import TwoDirections
from rnnkit.widgets.unroller.figure import Unroller

__all__ = [
    "FIGURES",
    "Forecast",
    "GRUGates",
    "GradientFlow",
    "InventWords",
    "LSTMGates",
    "LiveFigure",
    "ReadMyReview",
    "SameNetwork",
    "SayIt",
    "TwoDirections",
    "Unroller",
]

FIGURES = {
    figure._module: figure
    for figure in (
        Unroller,
        LSTMGates,
        GradientFlow,
        GRUGates,
        TwoDirections,
        ReadMyReview,
        Forecast,
        InventWords,
        SayIt,
        SameNetwork,
    )
}
