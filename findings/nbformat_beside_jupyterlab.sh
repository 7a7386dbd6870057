#!/usr/bin/env bash
# Importing nbformat 5.11.1 compiles 39 Earley grammars as soon as JupyterLab's server is installed beside it.
#
# Seen with Python 3.11 and the versions below. nbformat needs jsonschema, alone. jupyter-events, which the
# server needs, asks for jsonschema[format-nongpl], and this extra brings rfc3987-syntax 1.1.0. jsonschema 4.26.0
# imports that package where it finds it, whatever is going to be checked, and it compiles a grammar for each
# kind of term of an international address (IRI) at import. So the same `import nbformat` takes more than a
# second longer (1.25 s of CPU on one machine) in every process that reads a notebook, though no field of a
# notebook is an IRI. A newer version that compiles when first asked would make this script fail.
#
# Run by hand: bash findings/nbformat_beside_jupyterlab.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
install() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }

# How many grammars does this import compile? lark is patched to count, nothing else is touched.
cat >"$folder/count.py" <<'END'
from importlib.util import find_spec

compiled = []
if find_spec("lark"):
    import lark

    compile_one = lark.Lark.__init__

    def counting(self, *arguments, **options):
        compiled.append(options.get("parser"))
        return compile_one(self, *arguments, **options)

    lark.Lark.__init__ = counting
import nbformat

notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
nbformat.validate(notebook)
print(len(compiled), *sorted(set(compiled)))
END

install nbformat==5.11.1 jsonschema==4.26.0
alone=$("$python" "$folder/count.py")
install jsonschema==4.26.0 'jupyter-events==0.12.1' rfc3987-syntax==1.1.0 lark==1.3.1
beside=$("$python" "$folder/count.py")
echo "nbformat 5.11.1 alone: $alone grammars; beside jupyter-events 0.12.1: $beside"
[[ $alone == 0 && $beside == "39 earley" ]]
