"""Are two networks the same? `check` runs both and says in words what differs."""

from rnnkit.convert.checking.checker import check
from rnnkit.convert.checking.verdict import Verdict

__all__ = ["Verdict", "check"]
