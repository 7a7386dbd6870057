"""How the models of the course learn: the words in a new order, and the recipe is obeyed."""

import numpy as np
import pytest
import torch

from rnnkit import language
from rnnkit.language.learning import learn, shuffled_words, untrained

RECIPE = {
    "kind": "lstm", "embedding_size": 4, "hidden_size": 6, "dropout": 0.0, "epochs": 2, "learning_rate": 0.02,
    "warmup": 0.5, "max_norm": 1.0, "seed": 3,
}  # fmt: skip
WORDS = ["cat", "act", "tact", "cata", "tat", "at"]


def text_of(pieces):
    """Return the text that pieces of one stream were cut from."""
    inputs = torch.cat([x[0] for (x, _), _ in pieces])
    targets = torch.cat([y[0] for _, y in pieces])
    assert torch.equal(inputs[1:], targets[:-1])
    return language.WORDS.decode([*inputs.tolist(), int(targets[-1])])


def test_an_epoch_holds_each_word_once_and_each_has_its_own_order():
    pieces = shuffled_words(WORDS, 1, 4)
    texts = [text_of(pieces(np.random.default_rng(seed))) for seed in range(4)]
    for text in texts:
        assert (text[0], text[-1]) == (language.END, language.END)
        assert sorted(text[1:-1].split(language.END)) == sorted(WORDS)
    assert len(set(texts)) > 1
    assert text_of(pieces(np.random.default_rng(0))) == texts[0]


def test_pieces_follow_each_other():
    firsts = [first for (_, first), _ in shuffled_words(WORDS, 2, 4)(np.random.default_rng(0))]
    assert firsts == [True, *[False] * (len(firsts) - 1)]


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_it_learns_and_the_seed_decides(kind):
    recipe, pieces = RECIPE | {"kind": kind, "epochs": 12}, shuffled_words(WORDS * 20, 4, 8)
    model = learn(27, pieces, recipe, progress=False)
    start = untrained(27, recipe)
    assert type(model.rnn).__name__.lower() == kind
    assert language.word_bits(model, WORDS).sum() < 0.6 * language.word_bits(start, WORDS).sum()
    few = shuffled_words(WORDS, 2, 8)
    first, again, other = (
        learn(27, few, recipe | {"epochs": 2, "seed": seed}, progress=False) for seed in (3, 3, 4)
    )
    assert torch.equal(again.readout.weight, first.readout.weight)
    assert not torch.equal(other.readout.weight, first.readout.weight)


def test_an_untrained_model_knows_nothing():
    start = untrained(27, RECIPE)
    assert language.word_bits(start, WORDS).sum() / sum(len(word) + 1 for word in WORDS) == pytest.approx(
        np.log2(27), abs=0.2
    )


def test_an_interrupted_run_ends_the_same(tmp_path):
    pieces, run = shuffled_words(WORDS * 5, 2, 8), tmp_path / "run.safetensors"
    whole = learn(27, pieces, RECIPE, progress=False)

    class Pieces:
        """Pieces whose second epoch does not come to its end."""

        epochs = 0

        def __call__(self, rng):
            self.epochs += 1
            found = pieces(rng)
            return self.interrupted(found) if self.epochs == 3 else found  # the first call counts the updates

        def interrupted(self, found):
            yield found[0]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(27, Pieces(), RECIPE, run, progress=False)
    model = learn(27, pieces, RECIPE, run, progress=False)
    for name, value in whole.state_dict().items():
        assert torch.equal(model.state_dict()[name], value)
