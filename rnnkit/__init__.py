"""rnnkit: the small package that the chapters of the course share."""

__version__ = "0.1.0"
