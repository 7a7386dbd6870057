"""The study of attention: that it measures what it says, and that its file follows from its runs."""

import hashlib
import json
import math
from itertools import product

import course_data
import numpy as np
import pytest
import torch

from rnnkit import _places, datasets, g2p, report, results
from rnnkit.g2p import Entry
from rnnkit.language import TextParts
from rnnkit.seq2seq import DecoderState, score
from studies import attention as study
from studies import page_attention
from studies.shared import attention_maps, ctc_reader, g2p_draws, g2p_runs, g2p_scores, g2p_words
from studies.shared.intervals import interval
from studies.shared.ranks import rank_test
from studies.shared.scheduled_sampling import OwnInputs, sampling_arm

ENTRIES = [
    Entry("cat", (("K", "AE", "T"),)),
    Entry("read", (("R", "EH", "D"), ("R", "IY", "D"))),
    Entry("at", (("AE", "T"),)),
    Entry("fox", (("F", "AA", "K", "S"),)),
]
PARTS = TextParts(ENTRIES * 8, ENTRIES, ENTRIES)


def small(**sizes):
    """Return an arm of a few numbers."""
    return g2p_runs.seq2seq_arm(**{"embedding_size": 3, "hidden_size": 4, "attention": "dot"} | sizes)


def untrained(arm, seed=0):
    torch.manual_seed(seed)
    return arm.build(arm.recipe).eval()


def scores_of(**some):
    """Return scores of which only some are given."""
    return g2p.Scores(**dict.fromkeys(g2p.Scores._fields) | some)


@pytest.fixture(scope="module")
def stored():
    return results.load("attention")


class TestArms:
    def test_equally_many_parameters_within_one_percent(self):
        counts = [g2p_runs.parameters(untrained(arm)) for arm in (*study.ARMS.values(), study.CTC)]
        assert max(counts) < 1.01 * min(counts)

    def test_the_same_training(self):
        for arm in (*study.ARMS.values(), study.CTC):
            assert arm.recipe.items() >= g2p_runs.TRAINING.items()

    def test_recipes_tell_arms_apart(self):
        arms = [
            *study.ARMS.values(),
            study.CTC,
            *(sampling_arm(study.ARMS["dot"], one) for one in study.SHARES),
        ]
        assert len({json.dumps(arm.recipe) for arm in arms}) == len(arms)


class TestNetworks:
    def test_an_interrupted_run_continues(self, tmp_path, monkeypatch):
        first, again = (g2p_runs.Networks(PARTS, 100, (0, 1), tmp_path) for _ in range(2))
        trained, seconds = first.train(small(), 0.01, 0)
        monkeypatch.setattr(again, "_learn", None)
        found, earlier = again.train(small(), 0.01, 0)
        assert (earlier, again.earlier, first.earlier) == (seconds, seconds, 0)
        assert not found.training
        for name, value in trained.state_dict().items():
            assert torch.equal(found.state_dict()[name], value)
        for arm, rate, seed in ((small(), 0.02, 0), (small(), 0.01, 1), (small(hidden_size=6), 0.01, 0)):
            with pytest.raises(TypeError):  # another network, which is not there
                again.train(arm, rate, seed)

    def test_the_rate_is_that_of_the_fewest_wrong_phones(self, monkeypatch):
        networks = g2p_runs.Networks(PARTS, 100, (0, 1))
        monkeypatch.setattr(networks, "_learn", lambda arm, network, rate, seed: float(rate))
        monkeypatch.setattr(networks, "said", lambda *_: pytest.fail("not the validation words"))
        pers = {0.1: 5.0, 0.2: 3.0, 0.4: 2.0, 0.8: 4.0}
        rates = iter(pers)
        monkeypatch.setattr(networks, "said", lambda arm, network, part: scores_of(per=pers[next(rates)]))
        tried = networks.choose(small(), (0.1, 0.2, 0.4))
        assert tried == pers
        trained, row = networks.network(small(), tried)
        assert (row["learning rate"], len(trained), row["seconds of each seed"]) == (0.4, 2, [0.4, 0.4])


class TestWords:
    def test_batches_hold_all_words_once(self):
        places = []
        for rows, x, lengths, y in g2p_words.said_first(ENTRIES, batch=1):
            (k,) = rows
            places.append(k)
            assert x[0].tolist() == g2p.encode_word(ENTRIES[k].word).tolist()
            assert lengths.tolist() == [x.shape[1]]
            assert y[0].tolist() == [*g2p.encode_phones(ENTRIES[k].pronunciations[0]), 0]
        assert sorted(places) == [0, 1, 2, 3]

    def test_every_length_has_one_group(self):
        groups = g2p_words.by_length([Entry("a" * n, (("AA",),)) for n in range(1, 35)])
        assert np.sum(list(groups.values()), axis=0).tolist() == [1] * 34
        assert [int(one.sum()) for one in groups.values()] == [4, 2, 2, 2, 24]


class TestScores:
    def said(self, *answers):
        return [g2p.judge([tuple(one.split()) for one in some], ENTRIES) for some in answers]

    def test_scores_and_groups(self):
        said = self.said(["K AE T", "R IY D", "AE", "F AA K S"], ["K AE T", "R EH D", "AE T", "F"])
        found = g2p_scores.scores(said, {"short": np.array([0, 0, 1, 0], dtype=bool)})
        assert found["WER"]["of each seed"] == [25, 25]
        assert found["WER, first listed"]["of each seed"] == [50, 25]
        assert found["PER"]["of each seed"] == pytest.approx([100 / 12, 300 / 12])
        assert found["by length"]["short"]["WER"]["of each seed"] == [100, 0]
        assert found["by length"]["short"]["PER"]["of each seed"] == [50, 0]
        assert report.unpack_answers(found["answers"][0], 4).tolist() == [True, True, False, True]

    def test_p_counts_the_comparisons_of_all_tables(self):
        wrong = {"a": np.arange(40) < 2, "b": np.arange(40) >= 30}
        said = {k: [scores_of(wrong=one)] for k, one in wrong.items()}
        found = g2p_scores.compare(said, [("a", "b")])[0]
        p = report.mcnemar(~wrong["a"], ~wrong["b"]).p
        assert found["p"] == [p]
        assert p < 0.05 < 2 * p
        assert found["verdict"] == "better"
        assert found["difference"] == pytest.approx(100 * (2 - 10) / 40)
        many = g2p_scores.compare(said, [("a", "b")], tables=2)
        assert len(many) == 1
        assert many[0]["verdict"] == "a draw"
        some = g2p_scores.compare(said, [("a", "b")], np.arange(40) >= 30)[0]
        assert (some["difference"], some["only the first right"]) == (-100, [10])


class TestOwnInputs:
    def network(self, share, done):
        arm = small()
        learner = sampling_arm(arm, share).learner(untrained(arm), arm.recipe, 10)
        assert isinstance(learner, OwnInputs)
        learner.done = done
        return learner

    def batch(self, N=400):
        y_in = torch.tensor([[0, 5, 6, 7]]).repeat(N, 1)
        return torch.ones(N, 3, dtype=torch.long), torch.full((N,), 3), y_in

    def test_without_a_share_and_in_evaluation_it_is_the_network(self):
        x, lengths, y_in = self.batch(3)
        for learner in (self.network(0.0, 5), self.network(1.0, 0), self.network(1.0, 5).eval()):
            assert torch.equal(learner(x, lengths, y_in), learner.model(x, lengths, y_in))

    def test_the_share_rises_and_the_first_input_stays(self):
        x, lengths, y_in = self.batch()
        learner = self.network(0.8, 5)
        torch.manual_seed(0)
        mixed = learner._mixed(y_in, learner.model.start(x, lengths), 0.4)
        assert (mixed[:, 0] == 0).all()
        assert (mixed[:, 1:] != 0).all()
        replaced = (mixed != y_in)[:, 1:].float().mean()
        assert replaced == pytest.approx(0.4 * 38 / 40, abs=0.05)  # nearly equal probabilities of 40 symbols
        learner.train()(x, lengths, y_in)
        assert learner.done == 6

    def test_own_phones_come_from_the_networks_probabilities(self):
        x, lengths, y_in = self.batch()
        learner = self.network(1.0, 10)
        with torch.no_grad():
            learner.model.decoder.readout.weight.zero_()
            learner.model.decoder.readout.bias.copy_(torch.where(torch.arange(40) == 9, 50.0, 0.0))
        mixed = learner._mixed(y_in, learner.model.start(x, lengths), 1.0)
        assert (mixed[:, 1:] == 9).all()


class TestCTC:
    arm = ctc_reader.arm(embedding_size=3, hidden_size=4, num_layers=1)

    def test_frames_become_phones(self):
        frames = np.array([0, 3, 3, 0, 3, 5, 5, 0, 0])
        assert ctc_reader.collapsed(frames) == g2p.decode_phones([3, 3, 5])
        assert ctc_reader.collapsed(np.zeros(4, dtype=int)) == ()

    def test_the_probability_is_the_sum_over_all_frames(self):
        torch.manual_seed(0)
        logits = torch.randn(1, 4, 3, dtype=torch.float64)
        p = logits.softmax(dim=2)[0].numpy()
        phones = {}
        for frames in product(range(3), repeat=4):
            said = ctc_reader.collapsed(np.array(frames))
            phones[said] = phones.get(said, 0) + math.prod(p[k, frame] for k, frame in enumerate(frames))
        assert sum(phones.values()) == pytest.approx(1)
        for said in ([1], [1, 1], [2, 1, 2]):
            y = torch.tensor([[*said, 0]])
            found = ctc_reader.log_probabilities(logits, y)
            assert found.exp().item() == pytest.approx(phones[g2p.decode_phones(said)])
            assert ctc_reader.loss(logits, y).item() == pytest.approx(-found.item() / len(said))
        assert ctc_reader.log_probabilities(logits, torch.tensor([[1, 1, 1, 1, 0]])).item() == -torch.inf
        assert ctc_reader.loss(logits, torch.tensor([[1, 1, 1, 1, 0]])) == 0

    def test_how_many_frames_are_needed(self):
        entries = [Entry("a", (("EY",), ("AA", "AA"))), Entry("x", (("EH", "K", "S"),))]
        assert ctc_reader.too_few(entries, 1) == {"too few": 2, "of": 3}
        assert ctc_reader.too_few(entries, 2) == {"too few": 2, "of": 3}
        assert ctc_reader.too_few(entries, 3) == {"too few": 0, "of": 3}

    def test_words_keep_their_order(self):
        network = untrained(self.arm)
        words = ["cat", "a", "dog", "b"]
        alone = [ctc_reader.pronounce(network, [word])[0] for word in words]
        assert ctc_reader.pronounce(network, words) == alone
        assert len(ctc_reader.drawn(network, words, 3)[1]) == 3


class TestDraws:
    def test_as_often_as_probable(self):
        network = untrained(small())
        with torch.no_grad():
            network.decoder.readout.bias[:2] = 5  # END and the first phone
        torch.manual_seed(0)
        some = g2p_draws.drawn(network, ["ab"], 4000)[0]
        for said in ((), ("AA",), ("AA", "AA")):
            y = torch.tensor([[*g2p.encode_phones(said), 0]])
            p = score(network, torch.tensor([[1, 2]]), torch.tensor([2]), y).exp().item()
            assert np.mean([one == said for one in some]) == pytest.approx(p, abs=0.03)

    def test_shares(self):
        drawings = [[("K", "AE", "T"), ()], [("R", "EH", "D"), ("R", "IY", "D")], [()] * 2, [()] * 2]
        assert g2p_draws.listed_shares(drawings, ENTRIES) == {
            "one way listed": pytest.approx(1 / 6), "several ways listed": 1,
            "several ways listed, two of them drawn": 1,
        }  # fmt: skip

    def test_bits(self):
        network = untrained(small())
        found = g2p_draws.bits_first(network, ENTRIES)
        one = score(network, torch.tensor([[1, 20]]), torch.tensor([2]), torch.tensor([[2, 31, 0]]))
        assert found[2] == pytest.approx(-one.item() / math.log(2), rel=1e-5)
        reader = untrained(TestCTC.arm)
        assert ctc_reader.bits_first(reader, ENTRIES).shape == (4,)


class TestMaps:
    def test_measured(self):
        places = [np.array([0, 1, 1]), np.array([2, 0]), np.array([3])]
        letters = [np.array([0, 1, 2]), np.array([0, 1]), np.array([3])]
        assert attention_maps.measured(places, letters) == {
            "forward": 50, "agreement": 50, "at most one letter away": pytest.approx(100 * 5 / 6),
            "one letter before": pytest.approx(100 * 2 / 6), "one letter behind": 0,
        }  # fmt: skip

    def test_the_diagonal_goes_from_the_first_letter_to_the_last(self):
        (line,) = attention_maps.diagonal([Entry("abcdef", (("K", "AE", "T"),))])
        assert line.tolist() == [1, 3, 5]
        assert all((one >= 0).all() for one in attention_maps.chance(ENTRIES, 0))

    @pytest.mark.parametrize("name", ["dot", "additive"])
    def test_the_weights_are_those_of_the_decoder(self, name):
        network = untrained(small(attention=name))
        found = attention_maps.maps(network, ENTRIES)
        for one, entry in zip(found, ENTRIES, strict=True):
            assert one.shape == (len(entry.pronunciations[0]), len(entry.word))
            np.testing.assert_allclose(one.sum(axis=1), 1, rtol=1e-5)
        letters = [np.zeros(len(entry.pronunciations[0]), dtype=int) for entry in ENTRIES]
        rows = attention_maps.of_network(network, letters, ENTRIES)
        assert rows["weight on the letter"] == pytest.approx(
            100 * np.mean(np.concatenate([one[:, 0] for one in found])), rel=1e-5
        )
        assert 1 < rows["letters looked at"] < 4

    @pytest.mark.parametrize("name", ["dot", "additive"])
    def test_what_is_wrong_after_the_right_beginning(self, name):
        network = untrained(small(attention=name), seed=1)
        longer = [entry for entry in ENTRIES if len(entry.word) > 2]
        wrong = []
        for _, x, lengths, y in g2p_words.said_first(longer):
            said = network(x, lengths, torch.nn.functional.pad(y[:, :-1], (1, 0))).argmax(dim=2)
            wrong += (said != y)[:, :-1].flatten().tolist()
        found = attention_maps.needed(network, ENTRIES, 0)
        assert list(found) == list(attention_maps.VERSIONS)
        assert found["as it is"] == pytest.approx(100 * np.mean(wrong))
        assert attention_maps.wrong_phones(network, longer) == pytest.approx(100 * np.mean(wrong))

    def test_without_the_letter_that_holds_the_answer(self):
        """A decoder that says what the one letter holds on which all its weight lies."""
        network = untrained(small())
        with torch.no_grad():
            for weight in network.parameters():
                weight.zero_()
        entries = [Entry("cat", (("AA", "AA", "AA"),))]
        values = torch.eye(4)[None, :3]  # letter k holds 1 at place k

        class Fixed(torch.nn.Module):
            def forward(self, query, values, mask=None):
                weights = torch.tensor([0.8, 0.1, 0.1]).expand(1, query.shape[1], 3)
                return weights @ values, weights

        network.start = lambda x, lengths: DecoderState(*torch.zeros(2, 1, 1, 4), values)
        network.decoder.attention = Fixed()
        with torch.no_grad():
            network.decoder.combine.weight[:, 4:] = torch.eye(4)
            network.decoder.readout.weight[1, 0] = 1  # AA, from the first letter
            network.decoder.readout.bias[2] = 0.2  # else AE
        found = attention_maps.needed(network, entries, 0)
        assert found["as it is"] == found["without another letter"] == found["all letters alike"] == 0
        assert found["without the letter looked at most"] == 100


def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr(g2p, "entries", course_data.entries)
    monkeypatch.setattr(study, "RATES", (0.01,))  # how one is chosen is tried above
    found, earlier = study.everything(quick=True)
    assert earlier == 0
    json.dumps(found, allow_nan=False)
    assert set(found) == {"attention", "scheduled sampling", "ctc", "maps"}
    assert "scheduled sampling" in capsys.readouterr().out


class TestStored:
    def networks(self, stored):
        """Yield the name and row of every trained network."""
        tables = stored["results"]
        yield from tables["attention"]["networks"].items()
        yield from tables["scheduled sampling"]["networks"].items()
        yield "CTC", tables["ctc"]["network"]

    def test_data_and_seeds(self, stored):
        assert stored["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        assert stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS]
        assert stored["command"] == study.COMMAND

    def test_each_row_follows_from_its_answers(self, stored):
        tables = stored["results"]
        words = sum(tables["attention"]["words of each length"].values())
        for name, row in self.networks(stored):
            right = np.array([report.unpack_answers(one, words) for one in row["answers"]])
            assert len(right) == len(study.SHARES_SEEDS if name[0].isdigit() else study.EVALUATION_SEEDS)
            wers = 100 * (1 - right.mean(axis=1))
            np.testing.assert_allclose(row["WER"]["of each seed"], wers)
            assert row["WER"]["mean"] == pytest.approx(wers.mean())
            assert row["WER"]["interval"] == pytest.approx(interval(wers))
            if "recipe" in row:
                tried = {float(r): per for r, per in row["validation PER at each rate"].items()}
                best = min(tried, key=tried.get)
                assert row["learning rate"] == best
                assert min(tried) < best < max(tried), name

    def test_each_verdict_follows_from_the_answers(self, stored):
        tables = stored["results"]
        words = sum(tables["attention"]["words of each length"].values())
        rows = dict(self.networks(stored))
        right = {
            name: [report.unpack_answers(one, words) for one in row["answers"]] for name, row in rows.items()
        }
        for name in ("attention", "scheduled sampling", "ctc"):
            for row in tables[name]["compared"]:
                tested = [report.mcnemar(a, b) for a, b in zip(right[row["first"]], right[row["second"]],
                                                              strict=True)]  # fmt: skip
                assert row["p"] == [one.p for one in tested]
                assert row["verdict"] == report.verdict(tested, len(tables[name]["compared"]))
                a, b = (rows[row[key]]["WER"]["mean"] for key in ("first", "second"))
                assert row["difference"] == pytest.approx(a - b)

    def test_phone_error_rates_are_compared_by_rank(self, stored):
        rows = dict(self.networks(stored))
        for second, p in stored["results"]["ctc"]["rank test of PER"].items():
            values = [rows[name]["PER"]["of each seed"] for name in ("CTC", second)]
            assert p == rank_test(*values, len(study.CTC_PAIRS))

    def test_recipes_are_those_of_the_study(self, stored):
        rows = dict(self.networks(stored))
        for name, arm in {**study.ARMS, "CTC": study.CTC}.items():
            assert rows[name]["recipe"] == arm.recipe
            assert rows[name]["parameters"] == g2p_runs.parameters(untrained(arm))

    def test_the_maps_are_of_words_that_can_be_aligned(self, stored):
        maps = stored["results"]["maps"]
        test = [one for one in course_data.entries().test if attention_maps.alignable(one)]
        assert maps["words"] == len(test)
        assert maps["phones"] == sum(len(one.pronunciations[0]) for one in test)
        assert (np.diff(maps["alignment"]["log probability of a pair"]) > 0).all()


class TestPage:
    def test_what_is_measured(self):
        found = page_attention.measure(untrained(small()), PARTS)
        json.dumps(found, allow_nan=False)
        assert (found["words"], found["phones"]) == (4, 12)
        assert list(found["needed"]) == list(attention_maps.VERSIONS)

    def test_the_file_is_of_the_network_that_is_shipped(self, stored):
        page = results.load("page_attention")
        weights = (_places.CHECKPOINTS / "g2p.safetensors").read_bytes()
        assert page["data"]["g2p.safetensors"] == hashlib.sha256(weights).hexdigest()
        assert page["results"]["diagonal"] == stored["results"]["maps"]["diagonal"]
        assert page["results"]["words"] == stored["results"]["maps"]["words"]
