#!/bin/sh
# Make .venv and install the course into it; do nothing where that is done already.
# usage: sh tools/setup.sh [PYTHON]    PYTHON: the interpreter to use, else the first Python >= 3.11 on PATH
set -eu
cd "$(dirname "$0")/.."
chosen=${1:-}
stamp=.venv/.installed

stop() {
    echo "setup: $1" >&2
    exit 1
}

version() {
    "$1" -c 'import sys; print("%d.%d.%d" % tuple(sys.version_info[:3]))' 2>/dev/null
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

can_make_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# What an up-to-date .venv was made from. The folder is part of it: a moved .venv points to its old place.
sources() {
    pwd
    cat pyproject.toml constraints.txt
}

check_python() {
    version "$1" >/dev/null || stop "PYTHON=$1 is not a Python that runs; 3.11 or newer is needed."
    is_new_enough "$1" || stop "PYTHON=$1 is Python $(version "$1"); 3.11 or newer is needed."
    can_make_venv "$1" || stop "$1 ($(version "$1")) has no venv module. On Debian or Ubuntu: apt install python3-venv"
}

# Sets python. A Python without the venv module is taken only where no other is new enough, so that it is named.
find_python() {
    python=""
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        is_new_enough "$candidate" || continue
        python=${python:-$candidate}
        if can_make_venv "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || stop "Python 3.11 or newer is needed; python3 here is: $(version python3 || echo not found)."
    check_python "$python"
}

other_version_is_wanted() {
    [ -n "$chosen" ] && [ "$(version "$chosen")" != "$(version .venv/bin/python)" ]
}

[ -z "$chosen" ] || check_python "$chosen"
if [ -x .venv/bin/python ] && sources | cmp -s - "$stamp" && ! other_version_is_wanted; then
    exit 0
fi

if ! is_new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1 || other_version_is_wanted; then
    if [ -n "$chosen" ]; then python=$chosen; else find_python; fi
    echo "setup: making .venv with Python $(version "$python")"
    "$python" -m venv --clear .venv || stop "$python could not make .venv; the reason stands above."
fi
echo "setup: installing the packages into .venv (once; PyTorch is the largest)"
.venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[book,test]' ||
    stop "pip could not install the packages; the reason stands above. The same command goes on from here."
sources >"$stamp"
