"""Differences that could not show, because the weights that were compared hide them."""

from rnnkit.convert.checking.hypotheses import hypotheses
from rnnkit.convert.checking.search import Evidence

WATCHED = (
    "b_hn is dropped",
    "b_hn is added outside of the reset",
    "both biases are dropped",
    "reset before instead of after",
    "z turned round",
    "the reverse direction has the weights of the forward direction",
    "the weights of the two directions are exchanged",
    "recurrent kernel transposed",
    "recurrent kernel left out",
    "input kernel transposed",
    "as if lengths were ignored",
    "as if the initial state were ignored",
    "only the first step was computed",
    "the layers are in the opposite order",
)


def hidden(reading, ran, ruler):
    """Return what would have left all answers of a side as they are, of the differences that are seen
    most.
    """
    if not reading.parts:
        return ()
    answers = {case: reading(case) for case in ran}
    evidence = Evidence(list(ran), answers, ruler)
    found = []
    for stage in ("plain", "lengths", "states"):
        cases = [case for case in ran if (stage == "lengths") == (case.lengths is not None)]
        if stage == "states":
            cases = [case for case in ran if case.state is not None]
        if not cases:
            continue
        evidence = Evidence(cases, answers, ruler)
        for one in hypotheses(stage, reading):
            if one.rank or not one.words.startswith(WATCHED):
                continue
            try:
                edited = one.edit(reading)
            except (ValueError, IndexError, TypeError):
                continue
            if edited is not None and evidence.explained(edited):
                found.append(one.words)
    return tuple(dict.fromkeys(found))
