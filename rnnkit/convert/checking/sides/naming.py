"""Which argument of a function is what: it is told by its name."""

import inspect
from typing import NamedTuple

LENGTH_NAMES = (
    *("lengths", "length", "lens", "seq_len", "seq_lens", "seq_length", "seq_lengths", "sequence_length"),
    *("sequence_lengths", "sequence_lens", "x_len", "x_lens", "x_length", "x_lengths", "input_length"),
    *("input_lengths", "input_lens", "src_len", "src_lens", "src_length", "src_lengths", "text_length"),
    *("text_lengths", "valid_length", "valid_lengths", "valid_len", "valid_lens"),
)
STATE_NAMES = (
    *("state", "states", "hidden", "hidden_state", "hidden_states", "hx", "h", "hc", "h0", "h_0", "carry"),
    *("initial_state", "initial_states", "init_state", "init_states", "prev_state", "prev_states"),
)
CELL_NAMES = ("c", "c0", "c_0", "cx", "cell", "cell_state")
ASIDE = ("training",)  # it says how to run, and is no input


class Arguments(NamedTuple):
    """The names by which a function takes lengths and states, each None if it takes none.

    cell: the name of c where h and c are two arguments. unknown: optional inputs whose meaning no name tells.
    optional: what need not be given.
    """

    lengths: str | None = None
    state: str | None = None
    cell: str | None = None
    unknown: tuple = ()
    optional: frozenset = frozenset()

    def given(self, state, pair):
        """Return a state (h, c) or (h,) as keyword arguments."""
        if self.cell and len(state) == 2:
            return {self.state: state[0], self.cell: state[1]}
        return {self.state: state if pair else state[0]}


def arguments_of(function):
    """Return the `Arguments` of a function; the first one is x."""
    try:
        given = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return Arguments()
    empty = inspect.Parameter.empty
    named = [one for one in given if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    optional = {one.name: one.default for one in named if one.default is not empty}
    return sorted_names([one.name for one in named], optional)


def sorted_names(names, optional):
    """Return the `Arguments` among names, of which optional {name: default} need not be given."""
    rest = names[1:]
    lengths, state, cell = (
        next((name for name in rest if name.lower() in known), None)
        for known in (LENGTH_NAMES, STATE_NAMES, CELL_NAMES)
    )
    cell = cell if state else None
    known = (lengths, state, cell, *ASIDE)
    unknown = tuple(
        name for name in rest if name not in known and name in optional and optional[name] is None
    )
    return Arguments(lengths, state, cell, unknown, frozenset(optional))
