"""The mistakes that both forms of the GRU share."""

import numpy as np

from rnnkit.check.gru.step import sigmoid, step, with_part, without_reset
from rnnkit.check.mistake import Mistake


def _batch_cut(x, h, W, U, b, d):
    """Rows of the batch are taken for the gates; the shapes do not meet."""
    H = h.shape[1]
    a_r, a_z, a_n = np.split(x @ W.T + b, [H, 2 * H])
    b_r, b_z, b_n = np.split(h @ U.T + d, [H, 2 * H])
    z = sigmoid(a_z + b_z)
    n = np.tanh(a_n + sigmoid(a_r + b_r) * b_n)
    return (1 - z) * n + z * h


def mistakes(enters, *resets):
    """The mistakes in everything around `enters`; `resets` are those in the reset itself."""

    def step_without(*biases):
        def variant(x, h, W, U, b, d):
            return step(x, h, W, U, b * ("ih" not in biases), d * ("hh" not in biases), enters=enters)

        return variant

    def with_weights(change):
        """A variant that goes on correctly with change(weight_ih), change(weight_hh) and so on."""
        return lambda x, h, *weights: step(x, h, *map(change, weights), enters=enters)

    return (
        *resets,
        Mistake(
            "this is the equation for one column, weight_ih @ x, but here each sample is a row of x.",
            "x is (B, D) and weight_ih is (3H, D). On which side must x stand, so that D meets D?",
            lambda x, h, W, U, b, d: sigmoid(W @ x + b + U @ h + d),
            lambda x, h, W, U, b, d: sigmoid(U @ h + d + W @ x + b),
        ),
        Mistake(
            "you took every third row for a gate.",
            "The blocks stand one below the other, H rows each. Where does the second one begin?",
            with_weights(lambda part: np.concatenate([part[k::3] for k in range(3)])),
        ),
        Mistake(
            "you cut the batch into gates, not the 3H numbers of each sample.",
            "x @ weight_ih.T is (B, 3H). Which of its axes must be cut, a[:H] or a[:, :H]?",
            _batch_cut,
        ),
        Mistake(
            "the blocks of weight_hh are not transposed.",
            "A block is square, so no shape complains. Which of its axes belongs to the new state?",
            lambda x, h, W, U, b, d: step(
                x, h, W, np.concatenate([block.T for block in np.split(U, 3)]), b, d, enters=enters
            ),
        ),
        Mistake(
            "the candidate is reset by z in place of r.",
            "Two gates, two places: in which equation does each of them stand?",
            with_part(enters, order="zrn", update=lambda z, r, n, h: (1 - z) * n + z * h),
        ),
        Mistake(
            "the reset is upside down: you used 1 − r.",
            "With r = 0, how much of the old state should the candidate see?",
            with_part(lambda r, *rest: enters(1 - r, *rest)),
        ),
        Mistake(
            "the old state and the candidate have changed places: you kept 1 − z of the old state.",
            "How much of h should be left where z is 1? Try the input with open update gates.",
            with_part(enters, update=lambda r, z, n, h: z * n + (1 - z) * h),
        ),
        Mistake(
            "r and z have changed places.",
            "Which third of the rows comes first, that of the reset gate or that of the update gate?",
            with_part(enters, order="zrn"),
        ),
        Mistake(
            "the three blocks stand in another order than r, z, n.",
            "Which third of the rows belongs to the candidate?",
            *(with_part(enters, order=order) for order in ("rnz", "nrz", "nzr", "znr")),
        ),
        Mistake(
            "the reset acts on what comes from the input.",
            "What should a candidate be able to leave out, the new input or the old state?",
            with_part(lambda r, a, h, U, d: r * a + h @ U.T + d),
            with_part(lambda r, a, h, U, d: r * (a + h @ U.T + d)),
        ),
        Mistake(
            "the reset gate is missing.",
            "Four equations, two gates: in which equation does r stand?",
            with_part(without_reset),
        ),
        Mistake(
            "the candidate does not see the old state.",
            "With r = 0 the candidate is made from the input alone. And with r = 1?",
            with_part(lambda r, a, h, U, d: a),
            with_part(lambda r, a, h, U, d: a + d),
        ),
        Mistake(
            "the candidate goes through σ in place of tanh.",
            "Which of the two functions gives negative numbers?",
            with_part(enters, candidate=sigmoid),
        ),
        Mistake(
            "the gates go through tanh in place of σ.",
            "A gate is a part between nothing and all. Between which numbers does tanh lie?",
            with_part(enters, sigma=np.tanh),
            with_part(enters, sigma=np.tanh, candidate=sigmoid),
        ),
        Mistake(
            "the candidate is the new state: nothing of the old state is kept.",
            "What does the update gate decide?",
            with_part(enters, update=lambda r, z, n, h: n),
        ),
        Mistake(
            "one of the two shares, z or 1 − z, is missing.",
            "What do the shares of the old state and of the candidate add up to?",
            with_part(enters, update=lambda r, z, n, h: n + z * h),
            with_part(enters, update=lambda r, z, n, h: (1 - z) * n + h),
            with_part(enters, update=lambda r, z, n, h: (1 - z) * n),
            with_part(enters, update=lambda r, z, n, h: z * n + h),
            with_part(enters, update=lambda r, z, n, h: z * n),
            with_part(enters, update=lambda r, z, n, h: z * h),
        ),
        Mistake(
            "the share that is kept is reset too.",
            "The reset gate stands in one equation only. What does z multiply?",
            with_part(enters, update=lambda r, z, n, h: (1 - z) * n + z * r * h),
        ),
        Mistake(
            "the update gate sees the reset state r ⊙ h.",
            "The reset gate stands in one equation only. Which one?",
            with_part(enters, gated=lambda r, h: r * h),
        ),
        Mistake(
            "the new state goes through a tanh once more.",
            "A mean of two numbers between −1 and 1 needs no tanh. In which equation does it stand?",
            with_part(enters, update=lambda r, z, n, h: np.tanh((1 - z) * n + z * h)),
        ),
        Mistake(
            "one of the two biases is missing, or both are.",
            "How many biases has each of the three blocks?",
            step_without("ih"),
            step_without("hh"),
            step_without("ih", "hh"),
        ),
    )
