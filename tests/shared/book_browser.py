"""What a browser says about a page, as functions that return the list of problems (empty: all is well)."""

import re
from urllib.parse import urlsplit

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


def open_page(context, url, *, without_scripts=False):
    """Open `url`; return the page and what went wrong: requests to elsewhere, failed requests, errors.

    Requests to elsewhere are recorded and blocked. without_scripts: block the scripts in files too.
    """
    problems = []
    home = urlsplit(url)
    page = context.new_page()

    def refuse(route):
        problems.append(f"asked for {route.request.url}")
        route.abort()

    page.route(re.compile(rf"^(?!data:|blob:|{home.scheme}://{re.escape(home.netloc)}/)"), refuse)
    if without_scripts:
        page.route(re.compile(r"\.js(\?|$)"), lambda route: route.abort())
    page.on("console", lambda message: message.type == "error" and problems.append(f"error: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on(
        "response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}")
    )
    go(page, url)
    return page, problems


def go(page, url):
    """Let `page` show `url`, and return when its scripts have had the time to begin."""
    page.goto(url, wait_until="load")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")


def sideways_scroll(page):
    """Return by how much the page is wider than the window, and the widest elements, at the present size."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const over = document.documentElement.scrollWidth - width;
          if (over <= 0) return [];
          const wide = [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .map(e => `${e.tagName.toLowerCase()}.${e.className} ${e.textContent.trim().slice(0, 40)}`);
          return [`${over} px too wide`, ...wide.slice(-3)];
        }"""
    )
