"""Where this copy of the book lives: its repository and its address on the web, taken from the environment.

In GitHub Actions of any fork the environment names the repository, so the Binder button and the links to
source, edit and issues are right without a line of configuration. In a local build it names nothing, and
those buttons are absent rather than dead.

GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_REF_NAME   set by GitHub Actions
GITHUB_HEAD_REF                                         set there too, but only for a pull request
BOOK_URL                                                the book's address, if not OWNER.github.io/NAME
"""

import os

BINDER = "https://mybinder.org"


def repository(environ):
    """Return (address, branch) of the repository, or None where the environment does not name one.

    environ: mapping of environment variables. ValueError if GITHUB_REPOSITORY is not OWNER/NAME.
    """
    name = environ.get("GITHUB_REPOSITORY", "")
    if not name:
        return None
    if name.count("/") != 1 or not all(name.split("/")):
        raise ValueError(f"GITHUB_REPOSITORY must be OWNER/NAME, got {name!r}")
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    # In a pull request GITHUB_REF_NAME is "12/merge", which is not a branch that a link could lead to.
    branch = environ.get("GITHUB_HEAD_REF") or environ.get("GITHUB_REF_NAME") or "main"
    return f"{server.rstrip('/')}/{name}", branch


def book_url(environ):
    """Return the address of the published book, ending in "/", or "" where the environment does not tell."""
    url = environ.get("BOOK_URL", "")
    if not url and environ.get("GITHUB_REPOSITORY"):
        server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
        if server.rstrip("/") == "https://github.com":  # another server publishes its pages elsewhere
            owner, name = environ["GITHUB_REPOSITORY"].lower().split("/", 1)
            host = f"{owner}.github.io"
            url = f"https://{host}" if name == host else f"https://{host}/{name}"
    return url.rstrip("/") + "/" if url else ""


def configure(app, config):
    """Write what the environment says into Sphinx's configuration."""
    options = config.html_theme_options
    options.pop("launch_buttons", None)
    for key in ("repository_url", "repository_branch"):
        options.pop(key, None)
    found = repository(os.environ)
    buttons = ("use_repository_button", "use_source_button", "use_edit_page_button", "use_issues_button")
    options.update(dict.fromkeys(buttons, found is not None))
    if found:
        options["repository_url"], options["repository_branch"] = found
        options["repository_provider"] = "github"
        options["launch_buttons"] = {"binderhub_url": BINDER, "notebook_interface": "jupyterlab"}
    config.html_baseurl = config.ogp_site_url = book_url(os.environ)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("config-inited", configure, priority=100)  # before the theme and opengraph read the settings
    return {"parallel_read_safe": True, "parallel_write_safe": True}
