"""The training loop.

All that a seed determines is drawn anew from (seed, epoch) when an epoch starts: dropout, the order of the
batches. A training that continues after an interruption therefore draws the same numbers as one without, and
ends with the same weights, bit by bit.
"""

import math
import sys
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from rnnkit.training.arguments import check_fit, device_for
from rnnkit.training.checkpoints import describe_run, load_run, save_run
from rnnkit.training.metrics import Means, compared, evaluate, examples_on, one_number


def fit(
    model, batches, validation=None, *, loss, epochs, optimizer=None, schedule=None, metric=None,
    max_norm=None, patience=None, checkpoint=None, device=None, seed=0, progress=True,
):  # fmt: skip
    """Train a model and return the history, a list with one dict for each epoch.

    model: a module that is called as model(*inputs).
    batches: what to train on, pairs (inputs, target). inputs is a tensor or a tuple, target a tensor with one
        row for each example, or a tuple of such tensors. Either something that can be run through again and
        again, such as a list or a `DataLoader` (also with shuffle=True), or a function that gets a NumPy
        generator and gives the batches of one epoch; it draws their order from the generator.
    validation: batches that are not trained on, a list or a `DataLoader`; None for no validation.
    loss: function (prediction, target) → a tensor with one number, the mean over the examples of a batch.
    epochs: how often to run through the batches, in all.
    optimizer: a torch optimizer of the model's parameters that makes its step from one dense gradient, so
        neither LBFGS nor SparseAdam; None for Adam with its learning rate of 0.001.
    schedule: function of the number of updates made so far → factor of the learning rate; see `WarmupDecay`.
    metric: function (prediction, target) → a second number to watch, such as `accuracy`.
    max_norm: longer gradients are shortened to this norm; None for no clipping.
    patience: stop after so many epochs in a row without a lower validation loss, and return to the weights of
        the best epoch. None trains all epochs and keeps the last weights.
    checkpoint: a file that is written after each epoch. If it exists, the training continues from it, or ends
        at once if it was complete.
    device: where to compute; None for a GPU if torch finds one that runs CUDA, else the CPU.
    seed: of dropout and of the order of the batches. The first weights are the caller's.
    progress: show a bar; there is none where the output does not go to a terminal.

    An entry of the history has epoch (1, 2, …), updates (made so far), learning_rate (of the last update, in
    the first group of parameters), loss and metric (means over the examples during training, while the
    weights changed), and, with validation, validation_loss and validation_metric (after the epoch, without
    dropout).

    Afterwards the model is in evaluation mode, on the device where it was. The learning rates and torch's
    random numbers are as before.

    Raises TypeError or ValueError that names the argument; ValueError if the checkpoint is damaged or belongs
    to a run with other settings; all that before the model is changed. Raises FloatingPointError, which says
    where, if the loss, the gradient or a weight is not finite: the checkpoint then holds the epoch before.
    """
    checkpoint = check_fit(model, batches, validation, loss, epochs, optimizer, schedule, metric, max_norm,
                           patience, checkpoint, seed, progress)  # fmt: skip
    device = device_for(device)
    optimizer = optimizer or torch.optim.Adam(model.parameters())
    settings = describe_run(model, optimizer, loss=loss, schedule=schedule, metric=metric, max_norm=max_norm,
                            patience=patience, seed=seed)  # fmt: skip
    trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    history, best = [], None
    with _borrowed(model, optimizer, device) as rates, _progress_bar(epochs, progress) as bar:
        if checkpoint and checkpoint.exists():
            history, best = load_run(checkpoint, settings, epochs, model, optimizer)
            bar.update(len(history))
        elif checkpoint:  # written now, so that a folder without room or rights is noticed before the work
            save_run(checkpoint, settings, history, model, optimizer)
        updates = history[-1]["updates"] if history else 0

        for epoch in range(len(history) + 1, epochs + 1):
            if patience and _epochs_since_best(history) >= patience:
                break
            rng = _seeded(batches, seed, epoch)
            means = Means()
            model.train()
            for inputs, target in examples_on(device, batches(rng) if callable(batches) else batches):
                where = f"epoch {epoch}, batch {means.batches + 1}"
                for group, rate in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = rate * schedule(updates) if schedule else rate

                prediction = model(*inputs)
                value = one_number(compared("loss", loss, prediction, target))
                _require_finite("the loss", value, where)
                optimizer.zero_grad()
                value.backward()
                _make_dense(trained)
                norm = nn.utils.clip_grad_norm_(trained, max_norm or math.inf)
                _require_finite("the norm of the gradient", norm, where)
                optimizer.step()

                updates += 1
                means.add(prediction, target, value, metric)
                bar.set_postfix_str(f"{where}, loss {means()['loss']:.4g}", refresh=False)
                bar.update(0)  # draws, but not too often
            for name, weight in model.named_parameters():
                _require_finite(f"weight {name}", weight, f"epoch {epoch}, after the last batch")

            rate = optimizer.param_groups[0]["lr"]
            row = {"epoch": epoch, "updates": updates, "learning_rate": rate, **means()}
            if validation is not None:
                for name, score in evaluate(model, validation, loss, metric).items():
                    row[f"validation_{name}"] = score
                _require_finite("the validation loss", row["validation_loss"], f"epoch {epoch}")
            history.append(row)
            if patience and _epochs_since_best(history) == 0:
                best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
            if checkpoint:
                save_run(checkpoint, settings, history, model, optimizer, best)
            bar.update()

        if best:
            model.load_state_dict(best)
    return history


@contextmanager
def _borrowed(model, optimizer, device):
    """Take the model to the device; in the end give it, the learning rates and the random numbers back."""
    home = next(model.parameters()).device
    rates = [group["lr"] for group in optimizer.param_groups]
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        try:
            model.to(device)
            yield rates
        finally:
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate
            model.to(home).eval()


def _make_dense(parameters):
    """Write out sparse gradients, as of `nn.Embedding(…, sparse=True)`: few optimizers take them."""
    for parameter in parameters:
        if parameter.grad is not None and parameter.grad.is_sparse:
            parameter.grad = parameter.grad.to_dense()


def _progress_bar(epochs, progress):
    """Return a bar that counts epochs; it shows nothing where there is no terminal."""
    return tqdm(total=epochs, unit="epoch", disable=None if progress else True, file=sys.stdout, miniters=0)


def _seeded(batches, seed, epoch):
    """Seed all that draws numbers in this epoch, and return the generator for the function `batches`."""
    rng = np.random.default_rng([seed, epoch])
    number = int(rng.integers(2**63))
    torch.manual_seed(number)  # dropout, and the order of a DataLoader without a generator of its own
    sampler = getattr(batches, "batch_sampler", None)
    for holder in (batches, getattr(batches, "sampler", None), sampler, getattr(sampler, "sampler", None)):
        if isinstance(getattr(holder, "generator", None), torch.Generator):
            holder.generator.manual_seed(number)
    return rng


def _require_finite(what, value, where):
    """Raise if a number or an entry of a tensor is NaN or infinite, and say what usually helps."""
    if not torch.as_tensor(value).isfinite().all():
        raise FloatingPointError(
            f"{what} is not finite in {where}: look for NaN in the data, lower the learning rate, "
            "or clip the gradient (max_norm)"
        )


def _epochs_since_best(history):
    """Return how many epochs have passed since the lowest validation loss."""
    losses = [row["validation_loss"] for row in history]
    return len(losses) - 1 - losses.index(min(losses)) if losses else 0
