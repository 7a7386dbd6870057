"""Train a PyTorch model: one loop for all chapters, the scores of a model, and its weights in a file."""

from rnnkit.training.checkpoints import load_weights, save_weights
from rnnkit.training.loop import fit
from rnnkit.training.metrics import accuracy, evaluate
from rnnkit.training.schedules import WarmupDecay

__all__ = ["WarmupDecay", "accuracy", "evaluate", "fit", "load_weights", "save_weights"]
