"""Everything that can be checked is run right, and what cannot be run is refused by name."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from wrong_networks import changed

from rnnkit.convert import _libraries, from_keras, from_layers, from_torch, to_keras, to_layers, to_torch
from rnnkit.convert.checking import check
from rnnkit.models import Forecaster, LanguageModel, ReviewClassifier, SequenceClassifier, SequenceTagger

torch.manual_seed(2)
LSTM = nn.LSTM(3, 4, bidirectional=True, batch_first=True).eval()
GRU = nn.GRU(3, 4, 2).eval()


class Alternative(nn.Module):
    """A classifier that represents a sequence otherwise."""

    def __init__(self, model, represent):
        super().__init__()
        self.model, self.represent = model, represent

    def forward(self, x, lengths):
        return self.model.readout(self.represent(self.model.states(x, lengths)))


class WithoutLengths(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x, lengths):
        return self.model(x, torch.full_like(lengths, x.shape[1]))


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.state = nn.LSTM(3, 4), None

    def forward(self, x):
        fits = self.state is not None and self.state[0].shape[1] == x.shape[1]
        output, self.state = self.layer(x, self.state if fits else None)
        return output, self.state


def test_layers_and_descriptions_are_equal():
    assert check(GRU, to_layers(from_torch(GRU))).equal
    assert check(from_torch(GRU), GRU).equal
    assert check(from_layers(to_layers(from_torch(LSTM))), LSTM).equal


def test_keras_layers_agree_but_for_the_padding():
    layer = nn.GRU(3, 4).eval()
    verdict = check(layer, to_keras(from_torch(layer)))
    assert str(verdict).startswith("equal on valid steps, padding differs: b repeats the last output")
    assert verdict.equal_on_valid_steps
    assert not verdict.equal
    assert check(LSTM, to_keras(from_torch(LSTM), merge_bias=True)).equal  # zero on the padding, as torch


def test_keras_differences_are_named():
    keras = _libraries.load("keras").layers
    layer = nn.LSTM(3, 4).eval()
    weights = to_keras(from_torch(layer), merge_bias=True).get_weights()

    def named(words, **options):
        other = keras.LSTM(4, **{"return_sequences": True} | options)
        other.build((4, None, 3))
        other.set_weights(weights)
        verdict = check(layer, other)
        assert words in str(verdict)
        assert not verdict.equal

    named("hard sigmoid of slope 1/6", recurrent_activation="hard_sigmoid")
    named("activations of g and c are relu", activation="relu")
    named("the sequence is read from its end", go_backwards=True)
    named("stateful=True", stateful=True)
    both = keras.Bidirectional(keras.LSTM(4, return_sequences=True), merge_mode="sum")
    both.build((None, None, 3))
    both.set_weights(to_keras(from_torch(LSTM), merge_bias=True).get_weights())
    assert "the two directions are added" in str(check(LSTM, both))


def test_chains_are_compared_with_their_masks():
    keras = _libraries.load("keras")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(9, 5, mask_zero=True),
            layers.Bidirectional(layers.LSTM(4)),
            layers.Dense(2, activation="softmax"),
        ]
    )
    for k, weight in enumerate(model.weights):
        weight.assign(np.random.default_rng(k).normal(size=weight.shape))
    chain = from_keras(model)
    assert check(model, chain).equal
    assert check(model, to_torch(chain)).equal
    wrong = changed(to_torch(chain), lambda m: m.parts[3].bias.zero_())
    assert "the bias of the linear layer is dropped" in str(check(model, wrong))


def test_models_of_the_course():
    classifier = SequenceClassifier(nn.Embedding(20, 6), 5, 3, kind="gru").eval()
    for model in (
        classifier,
        SequenceTagger(4, 5, 3).eval(),
        Forecaster(2, 8, 2).eval(),
        LanguageModel(11, 6, 8).eval(),
        LanguageModel(11, None, 8, kind="gru").eval(),
        ReviewClassifier(30, 6, 5).eval(),
        SequenceClassifier(4, 5, 3, direction="backward", representation="max").eval(),
    ):
        assert check(model, copy.deepcopy(model)).equal, model
    for words, other in (
        ("output[:, -1], instead of the last state", Alternative(classifier, lambda s: s[:, -1])),
        ("the mean over all steps with the padding", Alternative(classifier, lambda s: s.mean(dim=1))),
        ("as if lengths were ignored", WithoutLengths(classifier)),
        ("the vector of token 0 is 0", changed(classifier, lambda m: m.embedding.weight[0].zero_())),
    ):
        verdict = check(classifier, other.eval())
        assert words in str(verdict)
        assert not verdict.equal
    model = Forecaster(2, 8, 2).eval()
    wrong = changed(model, lambda m: m.rnn.bias_hh_l1.zero_())
    assert "the bias b_hh is dropped, only in layer l1" in str(check(model, wrong))


def test_batch_and_time_swapped():
    other = copy.deepcopy(LSTM)
    other.batch_first = False
    words = "batch and time are swapped: a reads (B, T, D), b reads (T, B, D)"
    assert words in str(check(LSTM, other))
    assert words in str(check(LSTM, lambda x, lengths=None, state=None: other(x, state)))


def test_a_module_in_training_is_compared_by_a_copy():
    module = nn.GRU(3, 4, 2, dropout=0.5)
    module.load_state_dict(GRU.state_dict())
    verdict = check(module, GRU)
    assert "a answers the same input differently each time: it is in training" in str(verdict)
    assert "a came in training; a copy in evaluation was compared." in verdict.notes
    assert module.training


def test_random_numbers_are_left_as_they_were():
    module = nn.GRU(3, 4, 2, dropout=0.5)
    module.load_state_dict(GRU.state_dict())
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    check(module, GRU)
    assert torch.equal(torch.rand(3), expected)


def test_a_state_that_is_kept_is_named():
    module = Stateful().eval()
    assert "kept for the next one (stateful)" in str(check(module.layer, module))


def test_other_projections_are_told_by_the_tensors():
    module = nn.LSTM(3, 4, proj_size=2).eval()
    assert check(module, copy.deepcopy(module)).equal
    wrong = changed(module, lambda m: m.bias_hh_l0.zero_())
    assert "bias_hh_l0 is 0 in b" in str(check(module, wrong))


def test_half_precision_is_said():
    assert "a is float32, b is bfloat16" in str(check(LSTM, copy.deepcopy(LSTM).bfloat16()))


def test_sizes_and_kinds_that_differ():
    assert "numbers in a step: a takes 3, b takes 5" in str(check(nn.GRU(3, 4), nn.GRU(5, 4)))
    assert "states and their size" in str(check(nn.GRU(3, 4), nn.GRU(3, 4, bidirectional=True)))
    assert "kind: a has GRU, b has LSTM" in str(check(nn.GRU(3, 4).eval(), nn.LSTM(3, 4).eval()))


def test_what_is_missing_is_said_and_may_be_left_out():
    layer = nn.GRU(3, 4).eval()

    def run(x):
        return layer(torch.from_numpy(x))[0]

    verdict = check(layer, run)
    assert verdict.not_compared == (
        "lengths (b takes none)",
        "initial states (b takes none)",
        "h_n (b does not give it)",
    )
    assert str(verdict).startswith("the same in all that was compared")
    assert not verdict.equal
    assert check(layer, run, without=["lengths", "initial states", "final states"]).equal


@pytest.mark.parametrize(
    ("b", "words"),
    [
        (3, "b must be a torch module"),
        ("nothing.onnx", "b must be the path of an ONNX file"),
        (__file__, "b must be an ONNX file"),
        (lambda x: 1 / 0, "b must run on a batch of sequences, but raises ZeroDivisionError"),
        (nn.GRU(3, 4, device="meta"), "b must have weights"),
    ],
)
def test_what_is_no_network_is_refused(b, words):
    with pytest.raises((TypeError, ValueError), match=words):
        check(GRU, b)


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="a or b must say how many numbers a step has"):
        check(lambda x: x, lambda x: x)
    with pytest.raises(ValueError, match="without must be 'lengths'"):
        check(GRU, GRU, without=["time"])
    with pytest.raises(TypeError, match="batch_first must be True or False"):
        check(GRU, GRU, batch_first=1)
    layer = _libraries.load("keras").layers.LSTM(4)
    with pytest.raises(ValueError, match="b must be built"):
        check(GRU, layer)
