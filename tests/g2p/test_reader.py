"""The networks that come with the course: their files, their error rates, and the commands that make them."""

import gzip
import json

import course_data
import numpy as np
import pytest
import torch

from rnnkit import __main__ as command
from rnnkit import _places, datasets, g2p, language
from rnnkit.g2p import packed, reader, train_g2p, train_g2p_large
from rnnkit.seq2seq import Seq2Seq
from rnnkit.widgets.base.weights import read_weights

TRAINERS = {"g2p": train_g2p, "g2p-large": train_g2p_large}


@pytest.fixture(scope="module")
def test_words():
    return course_data.entries().test


@pytest.mark.parametrize("name", TRAINERS)
class TestShipped:
    def test_the_record_says_how_it_was_made(self, name):
        about = reader.record(name)
        assert about["recipe"].items() >= json.loads(json.dumps(TRAINERS[name].RECIPE)).items()
        assert about["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        assert about["words"] == {"training": 105_744, "validation": 5_874, "test": 5_875}
        assert len(about["loss of each epoch"]) == about["recipe"]["epochs"]
        assert 60 < about["seconds"] < 3600  # an hour on one thread

    def test_the_network_is_the_recipe_s_and_ready_to_read(self, name):
        network, about = g2p.load(name), reader.record(name)
        assert not network.training
        assert network.symbols == g2p.TARGET_SYMBOLS
        assert network.decoder.rnn.hidden_size == about["recipe"]["hidden_size"]
        assert sum(weight.numel() for weight in network.parameters()) == about["parameters"]

    def test_the_file_is_small_enough_for_the_repository(self, name):
        assert (_places.CHECKPOINTS / f"{reader.FILES[name]}.safetensors").stat().st_size < 2e6

    def test_it_reproduces_the_recorded_error_rates(self, name, test_words):
        """Of all test words where the network is small, else of every tenth."""
        about, network = reader.record(name), g2p.load(name)
        some = test_words if name == "g2p" else test_words[::10]
        judged = g2p.judge(g2p.pronounce_all(network, [entry.word for entry in some]), some)
        rates = about["error rates in percent"]["greedy"][
            "test" if name == "g2p" else "every tenth test word"
        ]
        assert judged.wer == pytest.approx(rates["WER"], abs=0.02)
        assert judged.wer_first == pytest.approx(rates["WER, first listed"], abs=0.02)
        assert judged.per == pytest.approx(rates["PER"], abs=0.01)

    def test_rounding_costs_little(self, name):
        about = reader.record(name)
        exact, rounded = about["error rates before rounding"], about["error rates in percent"]
        for part, rates in exact["greedy"].items():
            assert rounded["greedy"][part]["WER"] == pytest.approx(rates["WER"], abs=0.35)


def test_they_say_words_as_well_as_was_asked():
    page, large = (reader.record(name)["error rates in percent"] for name in TRAINERS)
    assert page["greedy"]["test"]["WER"] <= 30.5
    assert page["greedy"]["test"]["PER"] <= 7.7
    assert large["greedy"]["test"]["WER"] <= 28


def test_the_page_gets_the_same_numbers_in_at_most_320_kB():
    arrays, letters, phones = packed.unpack(read_weights("say_it"))
    network = g2p.load("g2p")
    assert (letters, tuple(phones)) == (g2p.LETTERS, g2p.PHONES)
    assert arrays.keys() == network.state_dict().keys()
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), arrays[name])
    script = (_places.WEIGHTS / "say_it.js").read_bytes()
    assert len(gzip.compress(script, 9, mtime=0)) < 320_000
    assert train_g2p.for_page(network) == read_weights("say_it")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_write_and_load(tmp_path, dtype):
    torch.manual_seed(0)
    network = Seq2Seq(27, 40, 4, 6, encoder_layers=2, dropout=0.5).to(dtype).eval()
    reader.write("g2p-large", network, {"seconds": 1.0}, tmp_path)
    again = g2p.load("g2p-large", tmp_path)
    assert reader.record("g2p-large", tmp_path)["seconds"] == 1.0
    words = ["cat", "dog"]
    assert next(again.parameters()).dtype == dtype
    for name, value in network.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, rtol=0, atol=0.02)
    assert len(g2p.pronounce_all(again, words)) == 2


class TestBadInput:
    def test_names(self):
        with pytest.raises(ValueError, match="name must be 'g2p' or 'g2p-large', got 'p2g'"):
            g2p.load("p2g")
        with pytest.raises(TypeError, match="folder must be"):
            g2p.load("g2p", 3)

    def test_missing_and_damaged_files(self, tmp_path):
        with pytest.raises(
            FileNotFoundError, match=r"g2p_large.json .*git checkout -- data/checkpoints/g2p_l"
        ):
            g2p.load("g2p-large", tmp_path)
        for content in (
            "{",
            "[]",
            "{}",
            '{"model": {"hidden_size": 7}, "dtype": "float32"}',
            '{"model": {}}',
        ):
            (tmp_path / "g2p.json").write_text(content, encoding="utf-8")
            with pytest.raises(ValueError, match=r"g2p\.json is damaged"):
                g2p.load("g2p", tmp_path)

    def test_weights_of_another_network(self, tmp_path):
        for name, hidden in (("g2p", 6), ("g2p-large", 8)):
            reader.write(name, Seq2Seq(27, 40, 4, hidden), {}, tmp_path)
        (tmp_path / "g2p.safetensors").replace(tmp_path / "g2p_large.safetensors")
        with pytest.raises(ValueError, match=r"module does not fit to .*g2p_large\.safetensors"):
            g2p.load("g2p-large", tmp_path)


class TestCommands:
    @pytest.fixture
    def small(self, monkeypatch, tmp_path):
        """Make both recipes and their data small, and let the files go elsewhere."""
        for trainer in TRAINERS.values():
            for name, value in {"embedding_size": 3, "hidden_size": 4, "epochs": 1, "batch": 4}.items():
                monkeypatch.setitem(trainer.RECIPE, name, value)
        cat, at = g2p.Entry("cat", (("K", "AE", "T"),)), g2p.Entry("at", (("AE", "T"),))
        parts = language.TextParts([cat, at] * 20, [at], [cat, at])
        monkeypatch.setattr(g2p, "entries", lambda: parts)
        monkeypatch.setattr(_places, "WEIGHTS", tmp_path)
        write = reader.write
        monkeypatch.setattr(reader, "write", lambda *given: write(*given, tmp_path))
        monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
        return tmp_path

    @pytest.mark.parametrize("name", TRAINERS)
    def test_they_write_what_can_be_loaded(self, small, capsys, name):
        command.main(["train", name])
        network, about = g2p.load(name, small), reader.record(name, small)
        assert network.decoder.rnn.hidden_size == 4
        assert about["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        assert about["pairs"] == 40
        assert about["error rates in percent"]["greedy"].keys() >= {"validation", "test"}
        assert f"{name}: error rates in percent" in capsys.readouterr().out
        assert not list(small.glob("rnnkit_*"))  # a complete run leaves no file to continue from
        if name == "g2p":
            script = (small / "say_it.js").read_text(encoding="utf-8")
            assert script.startswith('rnnWeights("say_it"')
            assert train_g2p.for_page(network) == read_weights("say_it", small)

    def test_an_interrupted_training_continues(self, small, monkeypatch):
        from rnnkit.g2p.learning import learn

        pairs = g2p.pairs(g2p.entries().training)
        recipe = train_g2p.RECIPE | {"epochs": 2}
        whole, history = learn(pairs, recipe, progress=False)
        assert [row["epoch"] for row in history] == [1, 2]
        run = small / "run.safetensors"
        stop = RuntimeError("stopped")
        schedule, seen = g2p.equal_lengths(pairs, recipe["batch"]), []

        def twice(given, batch):
            def epoch(rng):
                seen.append(1)
                if len(seen) == 3:  # the first call only counts the batches
                    raise stop
                return schedule(rng)

            return epoch

        monkeypatch.setattr("rnnkit.g2p.learning.equal_lengths", twice)
        with pytest.raises(RuntimeError, match="stopped"):
            learn(pairs, recipe, run, progress=False)
        again, _ = learn(pairs, recipe, run, progress=False)
        for a, b in zip(whole.parameters(), again.parameters(), strict=True):
            assert torch.equal(a, b)
