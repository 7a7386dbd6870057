"""The course's models as parts to write. The model itself, in evaluation, says what the file must compute."""

from functools import partial

import numpy as np
from torch import nn

from rnnkit import models
from rnnkit.convert.onnx.answers import moved, said
from rnnkit.convert.onnx.parts import OneHot, Pooled, Score
from rnnkit.convert.onnx.plan import Plan
from rnnkit.convert.parts import Embedding, Last, Linear
from rnnkit.convert.pytorch import from_torch
from rnnkit.convert.torch_chain import array
from rnnkit.convert.torch_hooks import require_no_hooks


def plan_of_model(model):
    """Return the plan of a model of `rnnkit.models`.

    Raises TypeError for another module, ValueError for one in training with dropout, or on another device.
    """
    kinds = (
        models.SequenceClassifier, models.SequenceTagger, models.ReviewClassifier, models.Forecaster,
        models.LanguageModel,
    )  # fmt: skip
    base = next((kind for kind in kinds if isinstance(model, kind)), None)
    if base is None or type(model).forward is not base.forward:
        names = ", ".join(kind.__name__ for kind in kinds)
        hint = f"; {type(model).__name__}.model is one" if isinstance(model, models.Carried) else ""
        if isinstance(model, nn.RNNCellBase):
            hint = "; from_torch(model) is the layer that goes through a sequence with it"
        raise TypeError(
            f"model must be a recurrent layer of torch.nn or one of {names}, got {type(model).__name__}{hint}"
        )
    _require_evaluation(model)
    require_no_hooks(model, "model")
    first = _first(model)
    tokens = len(first[0].weight) if first and isinstance(first[0], Embedding) else None
    return Plan(
        f"{base.__name__} of rnnkit.models",
        (*first, *_PARTS[base](model), *_readout(model)),
        np.dtype(str(model.readout.weight.dtype).removeprefix("torch.")),
        batch_first=True,
        layer=False,
        has_states=base is models.LanguageModel,
        tokens=model.symbols if base is models.LanguageModel else tokens,
        expected=partial(said, model),
        moved=lambda *call: said(moved(model), *call),
    )


def _require_evaluation(model):
    """Raise ValueError if the model would drop something at random."""
    rates = {name: one.p for name, one in model.named_modules() if isinstance(one, nn.Dropout)}
    rates |= {name: one.dropout for name, one in model.named_modules() if isinstance(one, nn.RNNBase)}
    rates["word_dropout"] = getattr(model, "word_dropout", 0)
    dropped = [f"{name} {rate}" for name, rate in rates.items() if rate]
    if model.training and dropped:
        raise ValueError(
            f"model must be in evaluation, model.eval(), got training with dropout: {', '.join(dropped)}"
        )


def _first(model):
    """Return what turns tokens into vectors, none or one part."""
    embedding = getattr(model, "embedding", None)
    if embedding is not None:
        return [Embedding(array("embedding.weight", embedding.weight))]
    return [OneHot(model.symbols)] if isinstance(model, models.LanguageModel) else []


def _readout(model):
    """Return the linear readout, and for reviews the step to one score."""
    readout = Linear(array("readout.weight", model.readout.weight), array("readout.bias", model.readout.bias))
    return [readout, Score()] if isinstance(model, models.ReviewClassifier) else [readout]


def _sequence(model):
    """Return the recurrent part of a classifier or tagger: reading backward is the reverse direction."""
    recurrent = from_torch(model.rnn)
    return [recurrent.replace(directions=("reverse",)) if model.direction == "backward" else recurrent]


def _classifier(model):
    last = model.representation == "last"
    return [*_sequence(model), Last() if last else Pooled((model.representation,))]


def _forecaster(model):
    return [from_torch(model.rnn)] + ([] if model.every_step else [Last()])


def _reviews(model):
    """Two layers with one direction each are one with both, if padding is told."""
    recurrent = from_torch(model.lstm)
    if model.backward_lstm is not None:
        backward = {name + "_reverse": one for name, one in from_torch(model.backward_lstm).weights.items()}
        recurrent = recurrent.replace(
            weights={**recurrent.weights, **backward}, directions=("forward", "reverse")
        )
    return [recurrent, Pooled(("max", "mean"))]


_PARTS = {
    models.SequenceClassifier: _classifier,
    models.SequenceTagger: _sequence,
    models.ReviewClassifier: _reviews,
    models.Forecaster: _forecaster,
    models.LanguageModel: lambda model: [from_torch(model.rnn)],
}
