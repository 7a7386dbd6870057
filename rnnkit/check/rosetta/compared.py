"""How far two outputs of a padded batch are apart: on the real steps, and on the padding."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _mask(a, lengths):
    """Which steps are real, (B, T)."""
    return np.arange(a.shape[1]) < lengths[:, None]


def _over_sequences(a, lengths):
    """Sequence b is compared with the length of step t, which fails where there are not as many of both."""
    return np.arange(len(a))[:, None] < lengths


def _gap(a, b):
    return np.abs(a - b)


def _largest(numbers):
    return numbers.max(initial=0.0)


def _signed(numbers):
    """The largest number, which may be below 0."""
    return numbers.max() if numbers.size else 0.0


def _differences(a, b, lengths, *, mask=_mask, gap=_gap, largest=_largest, padding=None):
    """Two numbers; the arguments after the star replace one part each.

    mask     which steps are real
    gap      how far each pair of numbers is apart, or each pair of steps
    largest  one number out of many
    padding  what is compared on the padding, if not a and b
    """
    real = mask(a, lengths)
    gaps = gap(a, b)
    return largest(gaps[real]), largest((gaps if padding is None else padding(a, b))[~real])


def _with(**change):
    return lambda *inputs: _differences(*inputs, **change)


def _moved(steps):
    """The padding begins some steps too late."""
    return _with(mask=lambda a, lengths: _mask(a, lengths + steps))


def _one_length(choose):
    return _with(mask=lambda a, lengths: _mask(a, np.full_like(lengths, choose(lengths))))


def _all_steps(a, b, lengths):
    return _gap(a, b).max(), _differences(a, b, lengths)[1]


def _without_padding(a, b, lengths):
    return _differences(a, b, lengths)[0], 0.0


def _mean(numbers):
    return numbers.mean() if numbers.size else 0.0


def _last_step(a, b, lengths):
    """On the real steps only the last one of each sequence is compared."""
    ends = np.arange(len(a)), lengths - 1
    return _gap(a, b)[ends].max(), _differences(a, b, lengths)[1]


def _each_sequence(a, b, lengths):
    rows = [_differences(a[k : k + 1], b[k : k + 1], lengths[k : k + 1]) for k in range(len(a))]
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def _largest_apart(a, b, lengths):
    """The difference of the largest numbers, not the largest difference."""
    real = _mask(a, lengths)
    return tuple(abs(_largest(np.abs(a[part])) - _largest(np.abs(b[part]))) for part in (real, ~real))


def _of_b(a, b):
    return np.abs(a - b) / np.abs(b)


def _case(lengths, T, H, seed, padding="other", signs=(-1, 1)):
    """Two outputs, no two of whose differences are equally large; on the padding a may be something else.

    signs  which signs b − a has
    """
    lengths = np.array(lengths)
    rng = np.random.default_rng(seed)
    a = tenths(len(lengths), T, H, seed=seed)
    gaps = rng.permutation(np.arange(1, a.size + 1)) * rng.choice(signs, a.size) / 100
    b = (a + gaps.reshape(a.shape)).round(2)
    for row, n in zip(a, lengths, strict=True):
        if padding == "repeated":
            row[n:] = row[n - 1]
        elif padding == "large":
            row[n:] *= 10
    return {"a": a, "b": b, "lengths": lengths}


largest_differences = Exercise(
    name="largest_differences",
    returns=("on real steps", "on padding"),
    reference=lambda a, b, lengths: _differences(a, b, lengths),
    cases={
        "3 sequences, large padding": _case([5, 2, 3], T=5, H=2, seed=11, padding="large"),
        "the longest comes last": _case([1, 3, 4], T=4, H=3, seed=20, signs=(1,)),
        "padded more than needed": _case([3, 1], T=6, H=2, seed=30, padding="repeated"),
        "as many sequences as steps": _case([2, 4, 3, 1], T=4, H=3, seed=40, padding="large"),
        "no padding": _case([3, 3], T=3, H=4, seed=50),
    },
    mistakes=(
        Mistake(
            "without the absolute value a difference below 0 counts for nothing.",
            "By how much do 1 and 3 differ? And 3 and 1?",
            *(
                _with(gap=gap, largest=largest)
                for gap in (np.subtract, lambda a, b: b - a)
                for largest in (_largest, _signed)
            ),
        ),
        Mistake(
            "the absolute value is taken too late, of the largest signed difference.",
            "Which is the largest of −3 and 1? And which of the two differences is larger?",
            _with(gap=np.subtract, largest=lambda d: abs(_signed(d))),
        ),
        Mistake(
            "the padding counts as real: the first number is that of all steps.",
            "What does the network compute on the padding? Is that an answer to anything?",
            _all_steps,
        ),
        Mistake(
            "both numbers are those of all steps.",
            "Which of the arguments does your function never look at?",
            lambda a, b, lengths: (_gap(a, b).max(), _gap(a, b).max()),
        ),
        Mistake(
            "one step of the padding counts as real.",
            "The first step has the index 0. Which indices do the n steps of a sequence have?",
            _moved(1),
        ),
        Mistake(
            "the last real step of each sequence counts as padding.",
            "The first step has the index 0. Which indices do the n steps of a sequence have?",
            _moved(-1),
        ),
        Mistake(
            "the padding is never looked at.",
            "Two libraries may agree where it matters, and not elsewhere. How would you see it?",
            _without_padding,
        ),
        Mistake(
            "all sequences are cut at the length of the first.",
            "Every sequence ends at a step of its own. Where does each one's padding begin?",
            _one_length(lambda lengths: lengths[0]),
        ),
        Mistake(
            "all sequences are cut at the length of the longest, or of the shortest.",
            "Every sequence ends at a step of its own. Where does each one's padding begin?",
            _one_length(np.max),
            _one_length(np.min),
        ),
        Mistake(
            "on the real steps only the last of each sequence is compared.",
            "Two outputs may meet at the end. Where could they part before?",
            _last_step,
        ),
        Mistake(
            "it is the mean of the differences.",
            "One wrong step among a thousand right ones: what does the mean say of it?",
            _with(largest=_mean),
        ),
        Mistake(
            "it is the smallest difference.",
            "One pair of equal numbers is easily found. What does it prove?",
            _with(largest=lambda d: d.min() if d.size else 0.0),
        ),
        Mistake(
            "the differences are squared.",
            "By how much do 0.5 and 0.3 differ?",
            _with(gap=lambda a, b: (a - b) ** 2),
            _with(gap=lambda a, b: (a - b) ** 2, largest=_mean),
            _with(gap=lambda a, b: (a - b) ** 2, largest=lambda d: np.sqrt(_mean(d))),
        ),
        Mistake(
            "it is the length of the difference of two states, not of two numbers.",
            "Two states may differ in many numbers. How large is the largest of these differences?",
            _with(gap=lambda a, b: np.linalg.norm(a - b, axis=2)),
            _with(gap=lambda a, b: np.abs(a - b).sum(axis=2)),
        ),
        Mistake(
            "the differences are divided by b.",
            "Where a state is nearly 0, a small error becomes a large share. What is asked here?",
            _with(gap=_of_b),
        ),
        Mistake(
            "the largest numbers are compared, not the numbers at the same place.",
            "A state that is moved by one step has the same largest number. Are the two outputs equal?",
            _largest_apart,
        ),
        Mistake(
            "the padding is compared with 0, not with the other output.",
            "Both outputs hold something on the padding. By how much do the two differ there?",
            _with(padding=lambda a, b: np.abs(a)),
            _with(padding=lambda a, b: np.abs(b)),
        ),
        Mistake(
            "each sequence has numbers of its own.",
            "Two numbers are asked. Which is the largest over all sequences?",
            _each_sequence,
        ),
        Mistake(
            "sequences and steps have changed places.",
            "a is (B, T, H). Which of its axes must be compared with a length?",
            _with(mask=_over_sequences),
        ),
    ),
)
