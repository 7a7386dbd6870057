"""What can be checked, each as a `Side`: something that answers a case, and says what it takes."""

from rnnkit.convert.checking.sides.finding import side_of

__all__ = ["side_of"]
