#!/usr/bin/env bash
# num2words 0.5.14 writes 101,000 in German as "einhunderteinstausend": one s too many.
#
# Seen with Python 3.11. Before "tausend" the German one is "ein": 1,000 is "eintausend", and so num2words writes it.
# But where the thousands are a hundred and one, two hundred and one, …, it puts their word on its own in front, with
# the s that "eins" has at the end of a number: "einhunderteinstausend" for "einhunderteintausend". So it is for
# 101,000 to 101,999, 201,000 to 201,999 and so on, also behind millions: 9 of 1,000 thousands. Whoever makes data
# for a network from it teaches a spelling that is not German, and scores right answers as wrong. A newer version
# that writes them right would make this script fail.
#
# Run by hand: bash findings/num2words_german_thousands.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check num2words==0.5.14 docopt==0.6.2

found=$("$python" - <<'END'
from num2words import num2words

for number in (1_000, 21_000, 101_000, 901_001):
    print(number, num2words(number, lang="de"))
wrong = [k for k in range(1, 1_000) if "einstausend" in num2words(1_000 * k, lang="de")]
print("thousands with an s too many:", *wrong)
END
)
echo "$found"
[[ $found == "1000 eintausend
21000 einundzwanzigtausend
101000 einhunderteinstausend
901001 neunhunderteinstausendeins
thousands with an s too many: 101 201 301 401 501 601 701 801 901" ]]
