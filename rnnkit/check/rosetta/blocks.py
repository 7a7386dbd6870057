"""The gates of a cell in the order of another library."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake
from rnnkit.check.rosetta.layout import dealt, take


def _places(old, new):
    """Where each block of the new order stands in the old one."""
    return [old.index(gate) for gate in new]


def _backwards(old, new):
    return [new.index(gate) for gate in old]


def _reordered(array, old, new, *, places=_places):
    return take(array, places(old, new))


def _with(places):
    return lambda *inputs: _reordered(*inputs, places=places)


def _after(change):
    """A variant that goes on with the right result."""
    return lambda array, old, new: change(_reordered(array, old, new), old)


def _along_the_columns(array, old, new):
    blocks = np.split(array, len(old), axis=-1)
    return np.concatenate([blocks[k] for k in _places(old, new)], axis=-1)


def _rows_for_blocks(array, old, new):
    """Row k for gate k: of H rows of a block only one moves."""
    result = array.copy()
    result[: len(new)] = array[_places(old, new)]
    return result


def _one_row_each(array, old, new):
    return array[_places(old, new)]


def _dealt(array, old, new):
    """Cut as if the rows of the gates took turns, and joined in blocks."""
    return take(dealt(array, len(old)), _places(old, new))


def _dealt_back(array, old, new):
    """The rows of the gates take turns, in the source and in the result."""
    turns = array.reshape(-1, len(old), *array.shape[1:])
    return turns[:, _places(old, new)].reshape(array.shape)


def _cut_by(size):
    """A variant whose blocks have `size(array, old)` rows."""

    def reordered(array, old, new):
        H = size(array, old)
        return np.concatenate([array[k * H : (k + 1) * H] for k in _places(old, new)])

    return reordered


def _overwritten(array, old, new):
    result = array.copy()
    blocks = np.split(result, len(old))  # views: what is written here is read later
    for k, place in enumerate(_places(old, new)):
        blocks[k][...] = blocks[place]
    return result


def _first_pair_only(array, old, new):
    """The first two blocks that differ are exchanged, the rest stays."""
    places = list(range(len(old)))
    for k, place in enumerate(_places(old, new)):
        if k != place:
            places[k], places[place] = place, k
            break
    return take(array, places)


def _case(shape, old, new, seed):
    return {"array": tenths(*shape, seed=seed), "old": old, "new": new}


reorder_gates = Exercise(
    name="reorder_gates",
    returns="reordered",
    reference=lambda array, old, new: _reordered(array, old, new),
    cases={
        "torch to ONNX": _case((8, 4), "ifgo", "iofg", seed=10),
        "ONNX to torch": _case((12, 3), "iofg", "ifgo", seed=20),
        "a bias": _case((20,), "ifgo", "igfo", seed=30),
        "a GRU": _case((12, 3), "rzn", "zrn", seed=40),
        "all four move": _case((12, 8), "igfo", "ofig", seed=50),
        "the order stays": _case((6, 2), "rzn", "rzn", seed=60),
    },
    mistakes=(
        Mistake(
            "nothing is moved.",
            "Which gate stands first in `old`, and which should stand first in the result?",
            lambda array, old, new: array,
        ),
        Mistake(
            "the way back is taken: these blocks go from `new` to `old`.",
            "Block 0 of the result is new[0]. At which place of `old` does that gate stand?",
            _with(_backwards),
        ),
        Mistake(
            "one fixed order of blocks is used, whatever `old` and `new` say.",
            "Which of the arguments does your function never look at?",
            _with(lambda old, new: [0, 3, 1, 2] if len(old) == 4 else [1, 0, 2]),
            _with(lambda old, new: [0, 2, 3, 1] if len(old) == 4 else [1, 0, 2]),
        ),
        Mistake(
            "the argument `old` is not looked at: the source is taken to be in torch's order.",
            "At which place does the gate stand in the array that you got?",
            _with(lambda old, new: _places("ifgo" if len(old) == 4 else "rzn", new)),
        ),
        Mistake(
            "the blocks stand in the order of the alphabet.",
            "The letters are names. Which string says where each of them belongs?",
            _with(lambda old, new: [old.index(gate) for gate in sorted(old)]),
        ),
        Mistake(
            "the blocks stand in the opposite order.",
            "Which gate is the first of `new`?",
            _with(lambda old, new: _places(old, new)[::-1]),
        ),
        Mistake(
            "two blocks have changed places, but more than two must move.",
            "Compare `old` and `new` letter by letter. How many of them differ?",
            _first_pair_only,
        ),
        Mistake(
            "the columns are moved, not the rows.",
            "A gate has H numbers for each sample: weight_ih is (4H, D). Which of its axes holds the gates?",
            _along_the_columns,
        ),
        Mistake(
            "every gate gets every fourth row, or every third.",
            "The blocks stand one below the other, H rows each. Where does the second one begin?",
            _dealt,
            _dealt_back,
        ),
        Mistake(
            "single rows are moved, not blocks of H rows.",
            "With two units a gate has two rows. How many rows has yours?",
            _rows_for_blocks,
            _one_row_each,
        ),
        Mistake(
            "the array is cut into four blocks, also where it has three.",
            "How many gates does the string name? How many rows does each of them have then?",
            _cut_by(lambda array, old: len(array) // 4),
        ),
        Mistake(
            "the number of columns is taken for the number of units.",
            "weight_ih has D columns. What tells H for any array, a bias too?",
            _cut_by(lambda array, old: array.shape[-1]),
        ),
        Mistake(
            "a block is overwritten before it is read.",
            "When you write block 0, who still needs what stood there?",
            _overwritten,
        ),
        Mistake(
            "the blocks are put side by side, or on top of each other, not one below the other.",
            "The result has the shape of the array. Along which axis do you join the blocks?",
            _after(lambda result, old: np.stack(np.split(result, len(old)))),
            _after(lambda result, old: np.concatenate(np.split(result, len(old)), axis=-1)),
        ),
        Mistake(
            "the result is transposed.",
            "Only the order of the gates changes. Which shape has the array in the other library's order?",
            _after(lambda result, old: result.T),
        ),
        Mistake(
            "the order within the blocks is turned round, too.",
            "Unit 0 should still be unit 0. What moves, a row or a block?",
            _after(lambda result, old: np.concatenate([b[::-1] for b in np.split(result, len(old))])),
        ),
    ),
)
