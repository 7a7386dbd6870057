"""A gradient on its way back through time, in a network small enough to write out: two hidden units."""

import json
import math

import numpy as np

from rnnkit import _validation as v
from rnnkit import gradients
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import LiveFigure, bounded, checked, counted, one_of
from rnnkit.widgets.gradient_flow import picture
from rnnkit.widgets.gradient_flow.words import says

ANGLE = math.pi / 6  # by which the rotation turns
SECOND = 0.9  # the stretch multiplies the second number by this much of the spectral radius
LAST = np.array([0.8, 0.6])  # ∂ℒ/∂h_T, of length 1
MATRICES = ("rotation", "stretch")
ACTIVATIONS = ("tanh", "linear", "relu")


def _lesson(sentence, matrix, spectral_radius, shear, T, activation, strength, clip=None):
    settings = {"matrix": matrix, "spectral_radius": spectral_radius, "shear": shear, "T": T}
    settings |= {"activation": activation, "strength": strength, "clip": clip}
    return {"sentence": sentence, "settings": settings}


LESSONS = {
    "stays": _lesson(
        "A rotation changes no length. The gradient turns, and keeps its length over any number of steps.",
        "rotation", 1.0, 0.0, 30, "linear", 0.2,
    ),
    "vanishes": _lesson(
        "Each step back makes the gradient shorter by the same factor. From right to left, that is a "
        "straight line down.",
        "rotation", 0.9, 0.0, 30, "linear", 0.2,
    ),
    "explodes": _lesson(
        "Each step back makes the gradient longer by the same factor. So the gradient of the weights becomes "
        "large, too. Clipping shortens that one, not ∂ℒ/∂h_t.",
        "rotation", 1.1, 0.0, 30, "linear", 0.1, 1.0,
    ),
    "saturates": _lesson(
        "The bound permits growth, and yet the gradient vanishes: a strong input drives tanh to where it is "
        "flat. Now make the input weaker.",
        "rotation", 1.5, 0.0, 30, "tanh", 0.7,
    ),
    "grows, then dies": _lesson(
        "A matrix that is not normal. Its largest singular value is above 1: the gradient grows. Its "
        "spectral radius is below 1: in the long run it vanishes.",
        "stretch", 0.8, 3.0, 30, "linear", 0.04,
    ),
}  # fmt: skip
"""What can happen to a gradient: a sentence, and the settings that show it (tests/widgets/gradient_flow)."""


def _threshold(name, value):
    return None if value is None else v.number(name, value, 0.01, 1000)


class GradientFlow(LiveFigure):
    """The length of ∂ℒ/∂h_t at every step, from T back to 0, beside the bound (γ σ_max)^(T−t).

        GradientFlow("saturates")
        GradientFlow("vanishes", spectral_radius=0.95, T=60)

    The network is h_t = φ(W_hh h_{t−1} + x_t) with two hidden units, h_0 = (0, 0), and the input
    x_t = (s, −s) at every step. The loss reads the last state: ∂ℒ/∂h_T = (0.8, 0.6), of length 1.

    lesson: a key of `LESSONS`, whose settings are taken for all that is not given.
    matrix: "rotation" turns by 30°; "stretch" is diagonal. Both are multiplied by the spectral radius.
    spectral_radius: ρ(W_hh), from 0 to 2.
    shear: what is added to the upper right number of W_hh, from 0 to 5, without changing its eigenvalues.
        Above 0 the matrix is not normal, and σ_max(W_hh) is larger than ρ(W_hh).
    T: number of steps, from 5 to 60.
    activation: φ, "tanh", "linear" or "relu". The largest slope γ of all three is 1.
    strength: s, from 0 to 3.
    clip: the largest norm of ∂ℒ/∂W_hh, from 0.01 to 1000, or None. Clipping acts on this gradient only.

    All settings can be set and observed. Bad values raise TypeError or ValueError and change nothing.
    """

    _module = "gradient_flow"
    _controls = ("slider", "slider", "slider", "slider", "choice", "choice", "slider")
    _places_within = True

    matrix = one_of(MATRICES, "rotation")
    spectral_radius = bounded(0.0, 2.0, 0.9)
    shear = bounded(0.0, 5.0, 0.0)
    T = counted(5, 60, 30)
    activation = one_of(ACTIVATIONS, "linear")
    strength = bounded(0.0, 3.0, 0.2)
    clip = checked(_threshold, default_value=None)

    def __init__(self, lesson="vanishes", **settings):
        v.choice("lesson", lesson, LESSONS)
        super().__init__(**{**LESSONS[lesson]["settings"], **settings})

    @property
    def weight_hh(self):
        """W_hh (2, 2), float64."""
        rho, k = self.spectral_radius, self.shear
        if self.matrix == "stretch":
            return np.array([[rho, k], [0.0, SECOND * rho]])
        c, s = rho * math.cos(ANGLE), rho * math.sin(ANGLE)
        # The product of the corners stays −s², and with it the eigenvalues c ± s·i.
        return np.array([[c, s + k], [-s * s / (s + k) if s else 0.0, c]])

    def numbers(self):
        """Return everything that is drawn: W_hh, states, slopes and gradients through time, and sentences."""
        W, T = self.weight_hh, self.T
        h, slopes = _forward(W, np.array([self.strength, -self.strength]), T, self.activation)
        jacobians = slopes[:, :, None] * W
        d_h = gradients.state_gradients(jacobians, LAST)
        d_W = (d_h[1:] * slopes).T @ h[:-1]
        before = gradients.clip_by_norm({"weight_hh": d_W}, math.inf if self.clip is None else self.clip)
        after = gradients.clip_by_norm({"weight_hh": d_W}, math.inf)
        values = {
            "T": T,
            "activation": self.activation,
            "W": W.tolist(),
            "spectral_radius": gradients.spectral_radius(W),
            "sigma_max": gradients.largest_singular_value(W),
            "h": h.tolist(),
            "largest": max(1.0, float(np.abs(h).max())),
            "slopes": slopes.tolist(),
            "gradients": d_h.tolist(),
            "norms": gradients.norm_through_time(jacobians, LAST).tolist(),
            "bound": gradients.bound(W, T).tolist(),
            "weights": {"before": before, "after": after, "threshold": self.clip},
        }
        return values | {"axis": picture.axis(values), "says": says(values)}

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        chosen = [name for name, lesson in LESSONS.items() if lesson["settings"] == self.props()]
        sentence = LESSONS[chosen[0]]["sentence"] if chosen else picture.OWN
        lessons = json.dumps(LESSONS, ensure_ascii=False)
        top = element(
            "div",
            element("div", class_="flow-lessons", data_lessons=lessons),
            element("p", sentence, class_="flow-sentence"),
            class_="flow-top",
        )
        return element(
            "div",
            top,
            picture.chart(values),
            picture.summary(values),
            self.places(),
            element("div", picture.matrix(values), picture.network(values), class_="flow-inside"),
            class_="flow",
        )


def _forward(W, x, T, activation):
    """Return the states h_0 to h_T (T + 1, 2) and the slopes φ' of the steps 1 to T (T, 2)."""
    h, slopes = np.zeros((T + 1, 2)), np.ones((T, 2))
    for t in range(1, T + 1):
        z = W @ h[t - 1] + x
        if activation == "tanh":
            h[t] = np.tanh(z)
            slopes[t - 1] = 1 - h[t] ** 2
        elif activation == "relu":
            h[t] = np.maximum(z, 0)
            slopes[t - 1] = h[t] > 0
        else:
            h[t] = z
    return h, slopes
