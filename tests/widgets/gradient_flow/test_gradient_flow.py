"""GradientFlow: its numbers against torch and NumPy, what its lessons promise, and what it refuses."""

import math
import re

import numpy as np
import pytest
import torch
from figure_settings import random_figures
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from rnnkit.widgets.base.scripts import FOLDER
from rnnkit.widgets.gradient_flow.figure import LESSONS, GradientFlow, picture
from rnnkit.widgets.gradient_flow.words import compact, power

NUMBERS = st.floats(-9, 9).map(lambda x: round(x, 3))
PHI = {"tanh": torch.tanh, "relu": torch.relu, "linear": lambda z: z}


@pytest.fixture(scope="module")
def script():
    """Return a JavaScript engine with the figure's script in it."""
    with MiniRacer() as engine:
        engine.eval(
            "\n".join(
                (FOLDER / f"{name}.js").read_text("utf-8")
                for name in ("base/core", "base/ui", "gradient_flow/gradient_flow")
            )
        )
        yield engine


def points(path):
    """Return the numbers of an SVG path that lie on it, as (n, 2)."""
    return np.array(re.findall(r"[ML](\S+) ([^LMZ]+)", path), dtype=float)


class TestNumbers:
    def test_gradients_are_those_of_autograd_and_clipping_is_torchs(self):
        for shown in random_figures(GradientFlow):
            values = shown.numbers()
            W = torch.tensor(shown.weight_hh, requires_grad=True)
            x = torch.tensor([shown.strength, -shown.strength], dtype=torch.float64)
            states = [torch.zeros(2, dtype=torch.float64, requires_grad=True)]
            for _ in range(shown.T):
                states.append(PHI[shown.activation](W @ states[-1] + x))
            d_W, *d_h = torch.autograd.grad(
                states[-1] @ torch.tensor([0.8, 0.6], dtype=torch.float64), [W, *states]
            )
            torch.testing.assert_close(torch.tensor(values["h"], dtype=torch.float64), torch.stack(states))
            found = torch.tensor(values["gradients"], dtype=torch.float64)
            torch.testing.assert_close(found, torch.stack(d_h), rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(values["norms"], found.norm(dim=1), rtol=1e-12)
            np.testing.assert_allclose(values["weights"]["before"], d_W.norm(), rtol=1e-9)
            W.grad = d_W
            torch.nn.utils.clip_grad_norm_([W], math.inf if shown.clip is None else shown.clip)
            np.testing.assert_allclose(values["weights"]["after"], W.grad.norm(), rtol=1e-9)

    def test_spectral_radius_is_the_one_asked_for_whatever_the_shear(self):
        for shown in random_figures(GradientFlow):
            values = shown.numbers()
            assert values["spectral_radius"] == pytest.approx(shown.spectral_radius, abs=1e-9)
            assert values["sigma_max"] >= values["spectral_radius"] - 1e-9
            plain = GradientFlow(**{**shown.props(), "shear": 0.0})
            assert plain.numbers()["sigma_max"] == pytest.approx(shown.spectral_radius, abs=1e-12)
            W = plain.weight_hh
            np.testing.assert_allclose(W @ W.T, W.T @ W, atol=1e-12)

    def test_shear_is_added_to_the_upper_right_number(self):
        for matrix in ("rotation", "stretch"):
            plain, sheared = (GradientFlow(matrix=matrix, shear=k).weight_hh for k in (0.0, 2.0))
            assert sheared[0, 1] - plain[0, 1] == pytest.approx(2)
            np.testing.assert_allclose(np.diag(sheared), np.diag(plain))

    def test_no_gradient_exceeds_the_bound(self):
        for shown in random_figures(GradientFlow):
            values = shown.numbers()
            assert (np.array(values["norms"]) <= np.array(values["bound"]) * (1 + 1e-9) + 1e-300).all()
            assert values["bound"] == pytest.approx(values["sigma_max"] ** np.arange(shown.T, -1, -1.0))

    @given(st.tuples(*[NUMBERS] * 4))
    def test_closed_forms_of_the_script_are_those_of_numpy(self, script, numbers):
        W = np.reshape(numbers, (2, 2))
        # Eigenvalues that almost coincide are known to half of the digits only.
        radius = np.abs(np.linalg.eigvals(W)).max()
        assert script.call("spectralRadius", W.tolist()) == pytest.approx(radius, rel=1e-6, abs=1e-6)
        sigma = np.linalg.svd(W, compute_uv=False)[0]
        assert script.call("largestSingularValue", W.tolist()) == pytest.approx(sigma, rel=1e-12, abs=1e-12)


class TestLessons:
    def test_stays(self):
        np.testing.assert_allclose(GradientFlow("stays").numbers()["norms"], 1)

    @pytest.mark.parametrize("name", ["vanishes", "explodes"])
    def test_a_scaled_rotation_follows_the_bound_exactly(self, name):
        shown = GradientFlow(name)
        values = shown.numbers()
        np.testing.assert_allclose(values["norms"], values["bound"])
        assert (values["norms"][0] < 0.1) if name == "vanishes" else (values["norms"][0] > 10)

    def test_clipping_shortens_the_gradient_of_the_weights_only(self):
        shown = GradientFlow("explodes")
        values = shown.numbers()
        assert values["weights"]["before"] > 10
        assert values["weights"]["after"] == pytest.approx(1)
        shown.clip = None
        free = shown.numbers()
        assert free["weights"]["after"] == free["weights"]["before"]
        assert (free["norms"], free["gradients"]) == (values["norms"], values["gradients"])

    def test_saturation_makes_it_vanish_although_the_bound_permits_growth(self):
        shown = GradientFlow("saturates")
        values = shown.numbers()
        assert values["sigma_max"] > 1
        assert values["norms"][0] < 1e-5
        assert values["bound"][0] > 1e5
        assert np.mean(values["slopes"]) < 0.5
        shown.strength = 0.0  # every slope is 1: the gradient explodes as the bound says
        values = shown.numbers()
        np.testing.assert_allclose(values["norms"], values["bound"])

    def test_a_matrix_that_is_not_normal_first_grows_and_then_dies(self):
        values = GradientFlow("grows, then dies").numbers()
        norms = values["norms"][::-1]
        assert values["spectral_radius"] < 1 < values["sigma_max"]
        top = int(np.argmax(norms))
        assert 1 < top < 10
        assert norms[top] > 3
        assert norms[-1] < 0.1
        assert (np.diff(norms[: top + 1]) > 0).all()
        assert (np.diff(norms[top:]) < 0).all()

    @pytest.mark.parametrize("name", LESSONS)
    def test_its_sentence_stands_in_the_picture_until_a_setting_changes(self, name):
        shown = GradientFlow(name)
        assert f">{LESSONS[name]['sentence']}</p>" in shown.to_html()
        shown.T = 31
        assert ">Your own settings.</p>" in shown.to_html()

    def test_a_setting_can_be_given_with_a_lesson(self):
        shown = GradientFlow("saturates", T=10)
        assert shown.props() == LESSONS["saturates"]["settings"] | {"T": 10}


class TestWords:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.0, "0"),
            (1.0, "1.00"),
            (0.04239, "0.0424"),
            (-17.449, "−17.4"),
            (1.125, "1.13"),
            (999.4, "999"),
            (999.6, "1.00·10³"),
            (0.0009999, "0.00100"),
            (0.0009994, "9.99·10⁻⁴"),
            (1.944e45, "1.94·10⁴⁵"),
            (-3e-120, "−3.00·10⁻¹²⁰"),
        ],
    )
    def test_numbers_of_any_size(self, script, value, text):
        assert compact(value) == script.call("compact", value) == text

    @given(st.floats(-1e60, 1e60), st.integers(-300, 300))
    def test_script_writes_the_same_numbers(self, script, value, exponent):
        assert script.call("compact", value) == compact(value)
        assert script.call("power", exponent) == power(exponent)

    @pytest.mark.parametrize(
        ("settings", "story"),
        [
            (
                {},
                "from step 30 back to step 0, the length of the gradient shrinks from 1 to 0.0424.",
            ),
            ({"lesson": "stays"}, "stays 1."),
            ({"lesson": "explodes"}, "grows from 1 to 17.4."),
            (
                {"lesson": "grows, then dies"},
                "is 1 at first, rises to 4.41 at step 27, and is 0.0356 at step 0.",
            ),
            (
                {"activation": "relu", "strength": 0.0},
                "becomes exactly 0 at step 29: nothing arrives at the steps before.",
            ),
            ({"spectral_radius": 0.0, "shear": 2.0}, "becomes exactly 0 at step 28"),
        ],
    )
    def test_story(self, settings, story):
        shown = GradientFlow(**settings)
        assert story in shown.numbers()["says"]["story"]
        assert story in re.sub("<[^>]*>", "", shown.to_html())

    def test_a_turn_that_comes_again_is_told_where_it_comes_first(self):
        shown = GradientFlow("stays", shear=3.0)  # its length goes up and down with a period of 6 steps
        norms = shown.numbers()["norms"]
        step = int(re.search(r"at step (\d+),", shown.numbers()["says"]["story"])[1])
        assert step > 24
        assert norms[step] == pytest.approx(max(norms))

    @pytest.mark.parametrize(
        ("settings", "why"),
        [
            ({}, "σ_max is below 1: every step must make it shorter, and at most 0.0424 can arrive."),
            ({"lesson": "stays"}, "σ_max is 1: no step can make it longer."),
            ({"lesson": "explodes"}, "σ_max is above 1, which permits growth up to 17.4."),
            ({"lesson": "saturates"}, "a σ_max above 1 permits growth, it does not cause it."),
        ],
    )
    def test_bound(self, settings, why):
        assert why in GradientFlow(**settings).numbers()["says"]["why"]

    def test_clipping(self):
        for clip, text in (
            (None, "clipping is off."),
            (1.0, "shortens it to 1.00"),
            (500.0, "changes nothing."),
        ):
            assert text in GradientFlow("explodes", clip=clip).numbers()["says"]["clipping"]


class TestPicture:
    def test_everything_stays_within_the_chart(self):
        ends = [
            GradientFlow(
                matrix=matrix, activation=phi, spectral_radius=rho, shear=k, strength=s, T=60, clip=c
            )
            for matrix in ("rotation", "stretch")
            for phi in ("tanh", "linear", "relu")
            for rho in (0.0, 1e-5, 1.0, 2.0)
            for k in (0.0, 5.0)
            for s, c in ((0.0, None), (3.0, 0.01), (1.0, 1000.0))
        ]
        for shown in [*ends, *random_figures(GradientFlow)]:
            values = shown.numbers()
            curve, bound = points(picture.gradient_path(values)), points(picture.bound_path(values))
            assert len(curve) == shown.T + 1
            for path in (curve, bound):
                assert (path[:, 0] >= picture.LEFT - 0.01).all()
                assert (path[:, 0] <= picture.RIGHT).all()
                assert (path[:, 1] >= picture.TOP).all()
                assert ((path[:, 1] <= picture.BOTTOM) | (path[:, 1] == picture.ZERO)).all()
            assert ((curve[:, 1] == picture.ZERO) == (np.array(values["norms"]) == 0)).all()
            ellipse = points(picture.ellipse(values)[0])
            assert np.hypot(*ellipse.T).max() <= picture.RADIUS + 0.02

    def test_the_axis_fits_the_gradient(self):
        for name, decades in (("stays", 2), ("saturates", 8)):
            axis = GradientFlow(name).numbers()["axis"]
            assert axis["decades"] == decades
        assert axis["ticks"] == ["10⁸", "10⁴", "1", "10⁻⁴", "10⁻⁸"]

    def test_the_ellipse_reaches_as_far_as_the_largest_singular_value(self):
        for shown in random_figures(GradientFlow):
            values = shown.numbers()
            path, factor = picture.ellipse(values)
            reached = np.hypot(*points(path).T).max() / factor
            assert reached == pytest.approx(values["sigma_max"], rel=0.01, abs=0.02)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"matrix": "shear"}, ValueError, "matrix must be 'rotation' or 'stretch', got 'shear'"),
            ({"activation": "sigmoid"}, ValueError, "activation must be 'tanh' or 'linear' or 'relu'"),
            ({"spectral_radius": 2.1}, ValueError, "spectral_radius must be a finite number from 0.0 to 2.0"),
            ({"spectral_radius": np.nan}, ValueError, "spectral_radius must be a finite number"),
            ({"shear": -0.1}, ValueError, "shear must be a finite number from 0.0 to 5.0, got -0.1"),
            ({"strength": "1"}, TypeError, "strength must be a number"),
            ({"T": 4}, ValueError, "T must be an integer from 5 to 60, got 4"),
            ({"T": 30.0}, TypeError, "T must be an integer"),
            ({"clip": 0.0}, ValueError, "clip must be a finite number from 0.01 to 1000, got 0.0"),
            ({"clip": "off"}, TypeError, "clip must be a number"),
        ],
    )
    def test_bad_value_is_named_and_changes_nothing(self, settings, error, message):
        with pytest.raises(error, match=message):
            GradientFlow(**settings)
        shown = GradientFlow("saturates")
        before = shown.props()
        (name, value), *_ = settings.items()
        with pytest.raises(error, match=message):
            setattr(shown, name, value)
        assert shown.props() == before

    def test_unknown_lesson_is_named(self):
        with pytest.raises(ValueError, match=r"lesson must be 'stays' or .*, got 'forgets'"):
            GradientFlow("forgets")
