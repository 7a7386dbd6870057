"""Differences that could not show, because the weights that were compared hide them."""

from rnnkit.convert.checking.hypotheses import hypotheses
from rnnkit.convert.checking.search import Evidence, edited

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
    answers = {case: ruler.answer(reading, case) for case in ran}
    stages = {
        "plain": [case for case in ran if case.lengths is None],
        "lengths": [case for case in ran if case.lengths is not None],
        "states": [case for case in ran if case.state is not None],
    }
    found = []
    for stage, cases in stages.items():
        if not cases:
            continue
        evidence = Evidence(cases, answers, ruler)
        for one in hypotheses(stage, reading):
            if one.rank or not one.words.startswith(WATCHED):
                continue
            changed = edited(one, reading)
            if changed is not None and evidence.explained(changed):
                found.append(one.words)
    return tuple(dict.fromkeys(found))
