"""The known differences between two networks that should be one. Each can be put into a reading and run."""

from rnnkit.convert.checking.hypotheses.biases import bias_hypotheses
from rnnkit.convert.checking.hypotheses.cells import cell_hypotheses
from rnnkit.convert.checking.hypotheses.chain import chain_hypotheses
from rnnkit.convert.checking.hypotheses.directions import direction_hypotheses
from rnnkit.convert.checking.hypotheses.final_states import final_state_hypotheses, length_state_hypotheses
from rnnkit.convert.checking.hypotheses.fitted import families, fitted
from rnnkit.convert.checking.hypotheses.gates import gate_hypotheses
from rnnkit.convert.checking.hypotheses.kernels import kernel_hypotheses
from rnnkit.convert.checking.hypotheses.lengths import length_hypotheses
from rnnkit.convert.checking.hypotheses.outputs import output_hypotheses
from rnnkit.convert.checking.hypotheses.rounding import rounding_hypotheses
from rnnkit.convert.checking.hypotheses.states import state_hypotheses
from rnnkit.convert.checking.hypotheses.steps import step_hypotheses

# In the order in which they are named, where several explain the same numbers.
STAGES = {
    "plain": (
        step_hypotheses,
        direction_hypotheses,
        output_hypotheses,
        final_state_hypotheses,
        cell_hypotheses,
        bias_hypotheses,
        gate_hypotheses,
        kernel_hypotheses,
        chain_hypotheses,
        rounding_hypotheses,
    ),
    "lengths": (
        length_hypotheses,
        length_state_hypotheses,
        direction_hypotheses,
        output_hypotheses,
        final_state_hypotheses,
    ),
    "states": (state_hypotheses,),
    "both": (state_hypotheses, length_hypotheses),
}


def hypotheses(stage, reading):
    """Return the hypotheses of a stage that change a reading."""
    return [one for group in STAGES[stage] for one in group(reading)]


__all__ = ["families", "fitted", "hypotheses"]
