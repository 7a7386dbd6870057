"""Imported before nbformat, this saves more than a second: jsonschema then has no format "iri".

nbformat checks notebooks with jsonschema, which imports rfc3987_syntax where it finds it: JupyterLab's
server brings it. That package compiles 39 grammars of international addresses as it is imported. No field of
a notebook has this format, and jsonschema does without the package where it is not installed, as it now
seems to be.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # which makes its import an ImportError
