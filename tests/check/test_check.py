"""Every exercise of every chapter: solutions pass, and each known mistake is told by its name."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from each import for_each

from rnnkit import check
from rnnkit.check import compare
from rnnkit.check.attempt import attempt

EXERCISES = check.exercises()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def every_mistake(exercise):
    """Each mistake with each of its variants, by name."""
    return {
        f"variant {k} of: {mistake.says}": (mistake, variant)
        for mistake in exercise.mistakes
        for k, variant in enumerate(mistake.variants)
    }


def test_every_exercise_is_found_under_its_name():
    assert {"basics.rnn_step", "basics.cross_entropy"} <= EXERCISES.keys()
    assert all(name.endswith(f".{exercise.name}") for name, exercise in EXERCISES.items())


@every_exercise
def test_form(exercise):
    assert len({tuple(inputs) for inputs in exercise.cases.values()}) == 1
    assert len(exercise.mistakes) >= 3
    assert len({mistake.says for mistake in exercise.mistakes}) == len(exercise.mistakes)
    for mistake in exercise.mistakes:
        assert mistake.variants
        assert mistake.says[0].islower()
        assert mistake.says.endswith(".")
        assert mistake.hint.endswith(("?", "."))


@every_exercise
def test_reference_passes(exercise, capsys):
    review = exercise.review(exercise.reference)
    assert review.solved
    assert review.mistake is None
    assert exercise(exercise.reference) is None
    shown = capsys.readouterr().out
    assert shown == review.text + "\n"
    assert shown.startswith(f"✓ {exercise.name}: {len(exercise.cases)} of {len(exercise.cases)} right.")
    on_one_line = " ".join(shown.split())
    assert all(case in on_one_line for case in exercise.cases)


@every_exercise
def test_each_mistake_is_told_by_its_own_message(exercise, monkeypatch):
    # Even ten times the tolerance leaves each apart from the reference and from every other mistake, and a
    # narrower one parts no mistake from itself.
    monkeypatch.setattr(compare, "RTOL", compare.RTOL * 10)
    monkeypatch.setattr(compare, "ATOL", compare.ATOL * 10)

    def told(case):
        mistake, variant = case
        review = exercise.review(variant)
        assert not review.solved
        assert [m.says for m in exercise.mistakes if m.says in review.text] == [mistake.says]
        assert review.mistake is mistake
        assert mistake.hint in review.text

    for_each(every_mistake(exercise), told)


@every_exercise
def test_each_mistake_shows_by_a_wrong_value_or_by_sizes_that_clash(exercise):
    """A mistake that shows only by some exception would be taken for any other failure."""
    right = {case: exercise.reference(*exercise.inputs(case).values()) for case in exercise.cases}

    def shows(case):
        _, variant = case
        wrong, clashes = 0, []
        for name, inputs in exercise.cases.items():
            tried = attempt(variant, inputs)
            if tried.error:
                clashes.append(tried.clash)
            else:
                wrong += bool(compare.difference(tried.answer, right[name], exercise.returns))
        assert wrong or (clashes and all(clashes))

    for_each(every_mistake(exercise), shows)


@every_exercise
def test_settings_of_the_session_do_not_matter(exercise):
    exercise = replace(exercise)  # its solution and its mistakes have not run yet: they do so here
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert exercise.review(exercise.reference).solved
        for mistake in exercise.mistakes:
            assert exercise.review(mistake.variants[-1]).mistake is mistake


@every_exercise
def test_stubs_are_met_kindly(exercise):
    def unfinished(*inputs):
        raise NotImplementedError

    stubs = {
        "returns None": lambda *inputs: None,
        "returns ...": lambda *inputs: ...,
        "raises NotImplementedError": unfinished,
    }
    for does, stub in stubs.items():
        review = exercise.review(stub)
        assert not review.solved
        assert review.text == (
            f"○ {exercise.name}: not solved yet, it {does}.\n  Write its body and end it with `return`."
        )


@every_exercise
def test_the_learner_gets_copies(exercise):
    def spoil(*inputs):
        answer = exercise.reference(*inputs)
        for value in inputs:
            if isinstance(value, np.ndarray):
                value += 1
        return answer

    arrays = [name for name, value in next(iter(exercise.cases.values())).items() if np.ndim(value)]
    before = {case: exercise.inputs(case) for case in exercise.cases}
    review = exercise.review(spoil)
    if arrays:
        assert not review.solved
        count = len(exercise.cases)
        assert f"✗ {exercise.name}: {count} of {count} right, but it changes its inputs.\n" in review.text
        assert f"  ✗ It changes its input {', '.join(arrays)}: build a new array" in review.text
    else:
        assert review.solved
    for case, inputs in before.items():
        for name, value in exercise.inputs(case).items():
            np.testing.assert_array_equal(value, inputs[name])
    assert exercise.review(exercise.reference).solved


@every_exercise
def test_inputs_of_an_unknown_case(exercise):
    with pytest.raises(ValueError, match=r"case must be one of .*, got 'batch of 7000'"):
        exercise.inputs("batch of 7000")


def test_the_text_is_the_same_in_a_new_process_without_torch(tmp_path):
    script = tmp_path / "all.py"
    script.write_text(
        "import sys\n"
        "sys.modules['torch'] = None\n"
        "from rnnkit import check\n"
        "for exercise in check.exercises().values():\n"
        "    for mistake in exercise.mistakes:\n"
        "        exercise(mistake.variants[0])\n",
        encoding="utf-8",
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}
    shown = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert shown.stderr == ""
    texts = [e.review(m.variants[0]).text for e in EXERCISES.values() for m in e.mistakes]
    assert shown.stdout == "\n".join(texts) + "\n"
