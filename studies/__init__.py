"""Experiments that take longer than a chapter may take: `python -m studies.NAME` from the root."""
