"""One time step of the GRU, with the reset after the matrix product and before it."""

from rnnkit.check.engine import Exercise
from rnnkit.check.gru.mistakes import mistakes
from rnnkit.check.gru.step import after, before, bias_outside, cases, step, with_part
from rnnkit.check.mistake import Mistake


def _before_with_bias(r, a, h, U, d):
    return a + (r * h) @ U.T + r * d


def _other_update(r, z, n, h):
    return z * n + (1 - z) * h


_PRODUCT_HINT = "Write down the shapes: is r multiplied with a state, or with what the matrix makes of it?"

gru_step = Exercise(
    name="gru_step",
    returns="h_next",
    reference=lambda x, h, weight_ih, weight_hh, bias_ih, bias_hh: step(
        x, h, weight_ih, weight_hh, bias_ih, bias_hh, enters=after
    ),
    cases=cases(seed=10),
    mistakes=mistakes(
        after,
        Mistake(
            "r multiplies h before the matrix product: the GRU of the other convention.",
            _PRODUCT_HINT,
            with_part(before),
            with_part(_before_with_bias),
        ),
        Mistake(
            "r acts before the matrix product and z multiplies the candidate: the form of most tutorials.",
            "Compare both places with the equations of nn.GRU: what does r multiply, and what does z keep?",
            *(with_part(reset, update=_other_update) for reset in (before, _before_with_bias)),
        ),
        Mistake(
            "the bias b_hn stands outside the bracket that r multiplies.",
            "With r = 0, what is left of W_hn h + b_hn? Try the input with closed reset gates.",
            with_part(bias_outside),
        ),
    ),
)

gru_step_reset_before = Exercise(
    name="gru_step_reset_before",
    returns="h_next",
    reference=lambda x, h, weight_ih, weight_hh, bias_ih, bias_hh: step(
        x, h, weight_ih, weight_hh, bias_ih, bias_hh, enters=before
    ),
    cases=cases(seed=70),
    mistakes=mistakes(
        before,
        Mistake(
            "r multiplies the result of the matrix product: the GRU of nn.GRU.",
            _PRODUCT_HINT,
            with_part(after),
            with_part(bias_outside),
        ),
        Mistake(
            "r acts after the matrix product, and z multiplies the candidate: both are the other convention.",
            "Compare both places with the equations: what does r multiply, and what does z keep?",
            *(with_part(reset, update=_other_update) for reset in (after, bias_outside)),
        ),
        Mistake(
            "r multiplies the bias b_hn too.",
            "With r = 0 the old state is gone. Is the bias gone too?",
            with_part(_before_with_bias),
        ),
    ),
)
