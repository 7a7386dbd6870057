"""How the networks learn: the loss, the beginning, and what is noted of a training."""

import pytest
import torch

from rnnkit import g2p, language
from rnnkit.g2p import learning, train_g2p, train_g2p_large
from rnnkit.models import next_symbol_loss

RECIPE = train_g2p.RECIPE | {"embedding_size": 3, "hidden_size": 4, "epochs": 2, "batch": 4}
CAT, AT = g2p.Entry("cat", (("K", "AE", "T"),)), g2p.Entry("at", (("AE", "T"), ("AH", "T")))


class TestLoss:
    logits = torch.tensor([[[2.0, 0.0, -1.0], [0.5, 0.5, 0.5]], [[0.0, 3.0, 0.0], [9.0, 9.0, 0.0]]])
    target = torch.tensor([[0, 2], [1, -100]])

    def test_without_smoothing_it_is_that_of_the_chapter(self):
        found = learning.smoothed_loss(self.logits, self.target, 0.0)
        assert found == pytest.approx(next_symbol_loss(self.logits, self.target).item())

    def test_a_share_is_spread_over_all_symbols(self):
        log_p = self.logits.log_softmax(dim=2)
        whole = -torch.stack([log_p[0, 0, 0], log_p[0, 1, 2], log_p[1, 0, 1]])
        spread = -torch.stack([log_p[0, 0], log_p[0, 1], log_p[1, 0]]).mean(dim=1)
        found = learning.smoothed_loss(self.logits, self.target, 0.1)
        assert found == pytest.approx((0.9 * whole + 0.1 * spread).mean().item())


def test_the_seed_decides_how_a_training_begins():
    first, same, other = (learning.untrained(RECIPE | {"seed": seed}) for seed in (0, 0, 1))
    assert torch.equal(first.decoder.readout.weight, same.decoder.readout.weight)
    assert not torch.equal(first.decoder.readout.weight, other.decoder.readout.weight)


def test_the_recipe_is_followed(monkeypatch):
    seen = {}

    def fit(model, batches, **options):
        seen.update(options, model=model)
        return []

    monkeypatch.setattr("rnnkit.training.fit", fit)
    learning.learn(g2p.pairs([CAT, AT] * 10), RECIPE | {"max_norm": 0.5, "seed": 7})
    group = seen["optimizer"].param_groups[0]
    assert (group["lr"], group["betas"], group["weight_decay"]) == (5e-3, (0.9, 0.98), 0.01)
    assert (seen["epochs"], seen["max_norm"], seen["seed"]) == (2, 0.5, 7)
    assert seen["schedule"].updates == 2 * (2 + 5)  # 10 pairs of 3 letters, 20 of 2, in batches of about 4
    assert seen["schedule"].warmup == 1


def test_the_record_counts_what_it_says():
    network = learning.untrained(RECIPE).eval()
    parts = language.TextParts([CAT, AT], [AT], [CAT] * 11)
    about = learning.about(RECIPE, 1.23, parts, [{"loss": 0.51239}], network, network, (1, 2))
    assert (about["words"], about["pairs"]) == ({"training": 2, "validation": 1, "test": 11}, 3)
    assert about["seconds"] == 1.2
    assert about["loss of each epoch"] == [0.5124]
    assert list(about["error rates in percent"]) == ["greedy", "beam of 2"]
    assert list(about["error rates before rounding"]) == ["greedy"]
    judged = g2p.judge(g2p.pronounce_all(network, ["cat"]), [CAT])
    for part in ("test", learning.TENTH):
        rates = about["error rates in percent"]["greedy"][part]
        assert rates == {"WER": judged.wer, "WER, first listed": judged.wer_first, "PER": judged.per}


@pytest.mark.parametrize("trainer", [train_g2p, train_g2p_large])
def test_a_recipe_is_complete(trainer):
    assert trainer.RECIPE.keys() >= RECIPE.keys()
    assert trainer.BEAMS[0] == 1
