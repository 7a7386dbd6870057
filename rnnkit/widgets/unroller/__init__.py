"""Unroller: the figure, its picture, its script and style, and the training of its weights."""
