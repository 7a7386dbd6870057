"""Forecast in a browser: every choice, the shift that shows what it repeats, and what it draws."""

import numpy as np
import pytest
from book_browser import DESKTOP, PHONE
from figure_settings import random_figures
from picture_pages import assert_every_text_has_its_place, assert_shows

from rnnkit.widgets.forecast.figure import Forecast, stored

PICTURE = ".fore"
STUDY = stored()["study"]


def test_live_picture_is_the_static_one(show):
    figures = random_figures(Forecast, 12)
    page, problems = show(figures)
    assert_shows(page, PICTURE, *figures)
    assert problems == []


def test_every_choice_changes_the_curve(show):
    page, problems = show(Forecast("MSFT"))
    state = {"market": "MSFT"}

    def now(**changed):
        state.update(changed)
        assert_shows(page, PICTURE, Forecast(**state))

    for market in STUDY["markets"]:
        page.get_by_label("Market").select_option(market)
        now(market=market)
    for days in reversed(STUDY["lookbacks"]):
        page.get_by_label(f"{days} days", exact=True).check()
        now(lookback=days)
    for horizon in STUDY["horizons"][1:]:
        page.get_by_label("Horizon").press("ArrowRight")
        now(horizon=horizon)
    for sin in STUDY["sins"]:
        page.get_by_label("Let the network see the future").select_option(sin["name"])
        now(sin=sin["name"])
        assert sin["line"] in page.locator(".fore-line").inner_text()
    persistence = page.locator(".fore-chart path.persistence").first
    assert persistence.is_visible()
    page.get_by_label("hidden", exact=True).check()
    now(baseline=False)
    assert not persistence.is_visible()
    assert problems == []


def test_moved_back_by_the_horizon_the_honest_forecast_lies_on_the_price(show):
    page, problems = show(Forecast("MSFT", horizon=5))
    slider = page.get_by_label("Move the forecast back")
    height = "() => Number(document.querySelector('.fore-distances .dot').getAttribute('cy'))"
    heights = [page.evaluate(height)]
    for _ in range(10):
        slider.press("ArrowRight")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        heights.append(page.evaluate(height))
    assert abs(int(np.argmax(heights)) - 5) <= 1  # lowest on the page: nearest to the price
    assert slider.get_attribute("aria-valuetext") == "10 days"
    assert_shows(page, PICTURE, Forecast("MSFT", horizon=5, shift=10))
    assert problems == []


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    figures = [Forecast(market, horizon=20, shift=25) for market in STUDY["markets"]]
    page, _ = show(figures, size, scheme)
    assert_every_text_has_its_place(page, PICTURE, *figures)


def test_the_shift_and_the_chart_are_in_view_together_on_a_phone(show):
    page, _ = show(Forecast(), PHONE)
    slider = page.get_by_label("Move the forecast back")
    slider.scroll_into_view_if_needed()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    chart, knob = page.locator(".fore-chart").bounding_box(), slider.bounding_box()
    assert chart["y"] >= -1
    assert chart["y"] + chart["height"] <= knob["y"]
    assert knob["y"] + knob["height"] <= PHONE["height"]
