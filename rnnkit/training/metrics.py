"""What a model is worth on batches: means over the examples, whatever the sizes of the batches."""

import warnings
from collections import Counter
from collections.abc import Iterable

import torch
from torch import nn

from rnnkit import _validation as v

IGNORED = -100  # the class that `F.cross_entropy` leaves out


@torch.no_grad()
def evaluate(model, batches, loss, metric=None):
    """Return {"loss": mean} of a model over batches; with a metric also "metric".

    The arguments are those of `fit`. Each example counts the same, whatever the size of its batch: the mean
    of the batches' means would be wrong, because the last batch is often smaller. The model computes where it
    is, without dropout. Afterwards it is in training or evaluation mode as before.

    Raises TypeError or ValueError that names the argument.
    """
    v.instance("model", model, nn.Module)
    v.instance("batches", batches, Iterable)
    v.function("loss", loss)
    if metric is not None:
        v.function("metric", metric)
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    mode, means = model.training, Means()
    model.eval()
    try:
        for inputs, target in examples_on(device, batches):
            prediction = model(*inputs)
            means.add(prediction, target, one_number(compared("loss", loss, prediction, target)), metric)
    finally:
        model.train(mode)
    return means()


def accuracy(prediction, target):
    """Return the share of right answers.

    prediction: scores (B, V, …) of V classes, V from 2 on, for integer targets (B, …) from 0 to V − 1, as
        `F.cross_entropy` takes them, where a target of −100 is left out, as there; or scores of the shape of
        the targets 0 and 1, where a positive score says 1.

    Raises TypeError or ValueError if an argument is anything else, or if a score that counts is NaN.
    """
    for name, value in (("prediction", prediction), ("target", target)):
        v.instance(name, value, torch.Tensor)
    classes = prediction.ndim == target.ndim + 1 > 1
    scores = prediction.movedim(1, -1) if classes else prediction
    V = scores.shape[-1] if classes else 2
    if V < 2 or scores.shape != (*target.shape, V)[: target.ndim + classes]:
        hint = "; take prediction[:, 0]" if V < 2 else ""
        raise ValueError(
            "prediction must be (B, V, …) with V from 2 on, or (B, …), for a target (B, …) = "
            f"{tuple(target.shape)}, got {tuple(prediction.shape)}{hint}"
        )
    if classes and (target.is_floating_point() or target.dtype == torch.bool):
        raise TypeError(f"target must be integers where prediction has classes, got {target.dtype}")
    if classes:
        counted = target != IGNORED
        scores, target = scores[counted], target[counted]
    if not target.numel():
        raise ValueError(f"target must hold something to count{f' beside {IGNORED}' if classes else ''}")
    if ((target < 0) | (target >= V) if classes else (target != 0) & (target != 1)).any():
        wanted = f"classes from 0 to {V - 1}, or {IGNORED}" if classes else "0 or 1"
        raise ValueError(f"target must be {wanted}, got {target.min().item()} to {target.max().item()}")
    if scores.isnan().any():
        raise ValueError(f"prediction must not be NaN where it counts, got {scores.isnan().sum().item()} NaN")
    answer = scores.argmax(dim=-1) if classes else scores > 0
    return float((answer == target).double().mean())


def compared(name, function, prediction, target):
    """Return function(prediction, target), a loss or a metric.

    Raises ValueError where torch only warns: of (B,) and (B, 1) it compares each with all the others.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Using a target size", UserWarning)
        try:
            return function(prediction, target)
        except UserWarning as warning:
            if not str(warning).startswith("Using a target size"):
                raise
            told = str(warning).split(". ")[0]  # which sizes
            raise ValueError(f"{name} must compare tensors of one shape: {told}") from None


class Means:
    """Means over the examples, of a loss and a metric that are means over batches of different sizes."""

    def __init__(self):
        self.batches, self.examples, self.sums = 0, 0, Counter()

    def add(self, prediction, target, loss, metric):
        """Count one batch: its loss, a tensor with one number, and its metric, a function or None."""
        examples = _examples(target)
        self.batches += 1
        self.examples += examples
        self.sums["loss"] += examples * loss.item()
        if metric is not None:
            self.sums["metric"] += examples * float(compared("metric", metric, prediction.detach(), target))

    def __call__(self):
        """Return {"loss": mean, "metric": mean} of what was counted."""
        return {name: total / self.examples for name, total in self.sums.items()}


def examples_on(device, batches):
    """Yield (tuple of inputs, target) of each batch on the device, after looking at its form."""
    number = 0
    for number, batch in enumerate(batches, start=1):
        if not (isinstance(batch, (tuple, list)) and len(batch) == 2):
            raise TypeError(f"batches must give pairs (inputs, target), got {v.describe(batch)}")
        inputs, target = (_moved(part, device) for part in batch)
        if _examples(target) == 0:
            raise ValueError(f"batches must give examples, but number {number} has none")
        yield inputs if type(inputs) is tuple else (inputs,), target
    if not number:
        raise ValueError("batches must not be empty")


def one_number(value):
    """Return the loss if it is a tensor with one number."""
    if v.instance("loss(prediction, target)", value, torch.Tensor).numel() != 1:
        raise ValueError(f"loss must return one number, got a tensor of shape {tuple(value.shape)}")
    return value


def _moved(value, device):
    """Return a tensor, or a tuple of them, on the device; other things inside a tuple stay as they are."""
    if hasattr(value, "to"):
        return value.to(device)
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"batches must give tensors or tuples of them, got {v.describe(value)}")
    v.unmasked("batches", value)
    return tuple(part.to(device) if hasattr(part, "to") else part for part in value)


def _examples(target):
    return len(target[0] if isinstance(target, tuple) else target)
