"""The classic mistakes: what each is called, and how it is recognised."""

from rnnkit.check.compare import same


class Mistake:
    """A classic mistake, recognised by its results, or by the sizes that do not meet where it cannot run.

    says      what the learner did, in plain words
    hint      a question that leads on and does not give the answer away
    variants  the reference solution with exactly this mistake; several where it can be made in several ways
    """

    def __init__(self, says, hint, *variants):
        self.says, self.hint, self.variants = says, hint, variants


class Suspicion:
    """Whether what a function did, case after case, is what a mistake does."""

    def __init__(self, mistake, returns):
        self.mistake, self.returns = mistake, returns
        self.agreeing = mistake.variants  # those that did the same in every case so far
        self.same_clash = True  # in every case so far one of the variants failed with the same sizes
        self.shown = False  # whether some answer was wrong: only that tells one mistake from another

    def meet(self, tried, does, *, right):
        """Compare one attempt, and whether it was right, with what the variants do with the same inputs.

        does: does(variant) is the attempt of a variant.
        """
        if not self.possible:
            return
        known = {variant: does(variant) for variant in self.mistake.variants}
        agreeing = {variant for variant, other in known.items() if self._agrees(tried, other)}
        self.agreeing = tuple(variant for variant in self.agreeing if variant in agreeing)
        self.shown |= not tried.error and not right
        if tried.error:
            agreeing = tried.clash and tried.clash in [other.clash for other in known.values()]
        self.same_clash &= bool(agreeing)

    def _agrees(self, tried, known):
        # Where the mistake cannot run it is recognised by that: the message depends on how it was written.
        if tried.error or known.error:
            return bool(tried.error and known.error)
        return same(tried.answer, known.answer, self.returns)

    @property
    def possible(self):
        """Whether nothing so far speaks against it."""
        return bool(self.agreeing or self.same_clash)

    @property
    def holds(self):
        """Whether it is this mistake; errors alone prove it only if the same sizes clash."""
        return bool(self.agreeing) if self.shown else self.same_clash
