"""How a notebook states a number: exact ones to the last digit, measured ones with their range.

And when a model may be called better than another: see `rnnkit.report.paired`.
"""

from rnnkit.report.paired import Paired, mcnemar, pack_answers, unpack_answers, verdict
from rnnkit.report.stating import GLUE_PREFIX, glue, measured, measured_table, start

__all__ = [
    "GLUE_PREFIX",
    "Paired",
    "glue",
    "mcnemar",
    "measured",
    "measured_table",
    "pack_answers",
    "start",
    "unpack_answers",
    "verdict",
]
