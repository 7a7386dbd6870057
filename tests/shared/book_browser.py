"""What a browser says about a page, as functions that return the list of problems (empty: all is well)."""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


def open_page(context, url, *, without_scripts=False):
    """Open `url`; return the page and what went wrong: requests to elsewhere, failed requests, errors.

    Requests to elsewhere are recorded and blocked. without_scripts: block the scripts in files too.
    """
    problems = []
    home = urlsplit(url)
    page = context.new_page()

    def decide(route):
        address = urlsplit(route.request.url)
        if (address.scheme, address.netloc) != (home.scheme, home.netloc):
            problems.append(f"asked for {route.request.url}")
            route.abort()
        elif without_scripts and address.path.endswith(".js"):
            route.abort()
        else:
            route.continue_()

    page.route(lambda address: not address.startswith(("data:", "blob:")), decide)
    page.on("console", lambda message: message.type == "error" and problems.append(f"error: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on(
        "response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}")
    )
    page.goto(url, wait_until="load")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    return page, problems


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


def barriers(page):
    """Return what axe-core finds that keeps people out, as "impact rule: element".

    Code repeats the same few colours in thousands of elements; one of each is looked at, the rest is text.
    """
    page.evaluate(
        """() => {
          const seen = new Set();
          for (const span of document.querySelectorAll("pre span:not(:has(*))")) {
            const kind = span.className + span.closest("div, pre").className + span.closest("pre").className;
            if (seen.has(kind)) span.replaceWith(span.textContent);
            seen.add(kind);
          }
        }"""
    )
    return [
        f"{violation['impact']} {violation['id']}: {node['html'][:150]}"
        for violation in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        for node in violation["nodes"]
    ]
