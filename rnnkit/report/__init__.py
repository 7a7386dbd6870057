"""How a notebook states a number: exact ones to the last digit, measured ones with their range."""

from rnnkit.report.stating import GLUE_PREFIX, glue, measured, measured_table, start

__all__ = ["GLUE_PREFIX", "glue", "measured", "measured_table", "start"]
