"""Gradients: checked by finite differences and clipped by value and by norm."""

from rnnkit.gradients.clipping import clip_by_norm, clip_by_value
from rnnkit.gradients.numerical import check, numerical_gradient, relative_error

__all__ = ["check", "clip_by_norm", "clip_by_value", "numerical_gradient", "relative_error"]
