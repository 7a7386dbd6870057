"""How the tests compare stored outputs with a new run: nbval, with the sanitiser for what is measured."""

import subprocess
import sys

# No other is needed, and each takes its time.
PLUGINS = "-p tools.quick_jsonschema -p nbval.plugin -p tools.quick_nbval"

CELL_TIMEOUT = 300  # seconds that one cell of a chapter may take on a slow machine
OPTIONS = (
    "--nbval --nbval-current-env --nbval-sanitize-with tests/sanitize.cfg"
    f" --nbval-cell-timeout={CELL_TIMEOUT} -p no:cacheprovider --color=no"
)


def nbval(root, chapter, environment, *options):
    """Run the chapter of the project in `root` and return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS.split(), *OPTIONS.split(), *options, chapter],
        cwd=root,
        env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        encoding="utf-8",
    )
