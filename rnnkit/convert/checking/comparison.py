"""One comparison of two networks, step by step."""

from rnnkit.convert.checking import cases as inputs
from rnnkit.convert.checking.accounts import causes, dtypes_and_states, facts
from rnnkit.convert.checking.answers import both
from rnnkit.convert.checking.arithmetic import arithmetic
from rnnkit.convert.checking.compare import HALF, Ruler
from rnnkit.convert.checking.explaining import explain, fits
from rnnkit.convert.checking.guess import guesses
from rnnkit.convert.checking.hidden import hidden
from rnnkit.convert.checking.measuring import apart, largest, not_compared, padding_apart
from rnnkit.convert.checking.preparing import Preparation
from rnnkit.convert.checking.readings import Reading
from rnnkit.convert.checking.sides import side_of
from rnnkit.convert.checking.silent import silent
from rnnkit.convert.checking.steadiness import steadiness
from rnnkit.convert.checking.tensors import tensors_that_differ
from rnnkit.convert.checking.trying import answers, fixed_sizes
from rnnkit.convert.checking.verdict import Verdict


class Comparison(Preparation):
    """The steps of one comparison, in their order."""

    def __init__(self, a, b, batch_first, without, names):
        sides = tuple(side_of(one, name) for one, name in zip((a, b), names, strict=True))
        super().__init__(sides, batch_first)
        self._without, self._rulers = without, {}

    def verdict(self):
        """Return the verdict."""
        a, b = self.sides
        early = self.unite()
        if early:
            return Verdict(differences=tuple(early), notes=tuple(facts(self.sides, early)))
        readings = [None if side.description is None else Reading.of(side.description) for side in self.sides]
        self.prepare(readings)
        self._run()
        readings = [self._guess(*pair) for pair in zip(self.sides, readings, strict=True)]
        trusted = [
            reading is not None and fits(reading, self.ran[k], self.ruler(reading))
            for k, reading in enumerate(readings)
        ]
        k, base = self._base(readings, trusted)
        ruler = self.ruler(base)
        said, notes, unsteady_sides = steadiness(self.sides, self.ran, self.home, readings, base)
        self.differences += said
        self.notes += notes
        for n, side in enumerate(self.sides):
            refused = {case: said for case, said in self.refused[n].items() if case in self.ran[1 - n]}
            self.differences += fixed_sizes(side, self.home, self.ran[n], refused)
        shaky = self._drop_shaky(ruler)
        left = [*not_compared(self.sides, self.ran, self._without), *shaky]
        numbers = apart(*self.ran, ruler)
        explained = True
        if numbers and unsteady_sides:
            self.notes.append(
                "Its numbers change from call to call, so nothing was looked for that explains them."
            )
        elif numbers:
            explained = self._explain(k, base, readings, trusted)
        elif not left and not both(*self.ran):
            self.differences.append("no input runs on both")
        padding = padding_apart(self.sides, *self.ran, ruler)
        if any("lengths" in phrase or "padding" in phrase for phrase in self.differences):
            padding = ""  # what explains the valid steps says it already
        if not numbers:
            self.differences += silent(self.sides, readings, self.dtype)
        self.differences += dtypes_and_states(self.sides)
        unseen = hidden(base, self.ran[0], ruler) if not self.differences else ()
        return Verdict(
            differences=tuple(dict.fromkeys(self.differences)),
            padding=padding,
            not_compared=tuple(left),
            without=self._without,
            hidden=unseen,
            notes=(*self.notes, *facts(self.sides, self.differences)),
            explained=explained,
            largest=largest(*self.ran),
        )

    def _run(self):
        self.cases = inputs.cases(self.sizes)
        self.home = self.cases["plain"][0]
        if "lengths" in self._without:
            self.cases |= {"lengths": [], "both": []}
        if "initial states" in self._without:
            self.cases |= {"states": [], "both": []}
        self.all_cases = [case for stage in self.cases.values() for case in stage]
        runs = [answers(side, self.all_cases) for side in self.sides]
        self.ran, self.refused = zip(*runs, strict=True)
        if "final states" in self._without:
            self.ran = tuple({c: a._replace(h_n=None, c_n=None) for c, a in one.items()} for one in self.ran)
        self.dtype, said = arithmetic(self.sides)
        self.notes += said

    def _drop_shaky(self, ruler):
        """Leave out cases in which rounding grows from step to step until it hides everything; say which."""
        shaky = {case for case in both(*self.ran) if case is not self.home and ruler.shaky(case)}
        self.ran = tuple({c: a for c, a in one.items() if c not in shaky} for one in self.ran)
        return [
            f"{case.name} (rounding alone changes these answers)" for case in self.all_cases if case in shaky
        ]

    def ruler(self, reading):
        """Return the ruler for a reading; it keeps what it has measured."""
        return self._rulers.setdefault(reading, Ruler(reading, self.dtype))

    def _guess(self, side, reading):
        """Return the reading of a module whose parts explain its own numbers, if there is none yet."""
        if reading is not None or not hasattr(side, "module"):
            return reading
        home = self.ran[self.sides.index(side)]
        for guess in guesses(side.module):
            if fits(guess, home, self.ruler(guess)):
                return guess
        return None

    def _base(self, readings, trusted):
        """Return which side the other one is explained from, and its reading."""
        known = [k for k in (0, 1) if trusted[k]] or [k for k in (0, 1) if readings[k] is not None]
        return (known[0], readings[known[0]]) if known else (0, Reading(side=self.sides[0].answer))

    def _explain(self, k, base, readings, trusted):
        """Add phrases on what explains the numbers from side k's reading; return whether they explain all."""
        if self.dtype in HALF and (told := tensors_that_differ(*self.sides)):
            self.differences += told  # they are exact, and what fits such coarse numbers may be anything
            return False
        complete, phrases = True, []
        subjects = [1 - k] if trusted[k] or readings[k] is None else [k, 1 - k]
        for n in subjects:
            ran = self.ran[n]
            if base.side:  # which knows no answer to what it refused
                ran = {case: ran[case] for case in both(*self.ran)}
            labels = self.sides[k].label, self.sides[n].label
            found = explain(self.sides[n], base, readings[n], self.cases, ran, self.ruler(base), labels)
            phrases += [(self.sides[n].label, words) for words in found.words]
            complete &= found.complete
            self.notes += found.notes
        self.differences += [f"{label}: {words}" for label, words in phrases]
        if not complete:
            self.differences += causes(self.sides) or tensors_that_differ(*self.sides)
        if not self.differences:
            self.differences.append("the numbers differ")
        return complete and bool(phrases)
