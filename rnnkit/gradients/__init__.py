"""Gradients: checked by finite differences, clipped, and followed on their way back through time.

Three steps lead to the norm of a gradient at every time step of a network:

    jacobians = rnn_jacobians(h, weight_hh)             # ∂h_t/∂h_{t-1} for every step
    norms = norm_through_time(jacobians, d_h)           # ‖∂ℒ/∂h_t‖ for every t
    growth = largest_singular_value(products(jacobians))  # ‖∂h_T/∂h_t‖ for every t, never above `bound`

`checkpointed_backward` takes a layer back through a long sequence in little memory.
"""

from rnnkit.gradients.checkpointing import checkpointed_backward
from rnnkit.gradients.clipping import clip_by_norm, clip_by_value
from rnnkit.gradients.flow import direct_path, norm_through_time, products, state_gradients
from rnnkit.gradients.jacobians import gru_jacobians, lstm_jacobians, rnn_jacobians
from rnnkit.gradients.numerical import check, numerical_gradient, relative_error
from rnnkit.gradients.spectrum import bound, largest_singular_value, spectral_radius

__all__ = [
    "bound",
    "check",
    "checkpointed_backward",
    "clip_by_norm",
    "clip_by_value",
    "direct_path",
    "gru_jacobians",
    "largest_singular_value",
    "lstm_jacobians",
    "norm_through_time",
    "numerical_gradient",
    "products",
    "relative_error",
    "rnn_jacobians",
    "spectral_radius",
    "state_gradients",
]
