"""The language models that come with the course: their files, their scores, and the recipes."""

import gzip
import json

import course_data
import numpy as np
import pytest
import torch

from rnnkit import __main__ as command
from rnnkit import _places, datasets, language
from rnnkit.language import packed, reader, train_speeches, train_words
from rnnkit.models import LanguageModel
from rnnkit.widgets.base.weights import read_weights

HASHES = {
    "words": {"cmudict": datasets.CMUDICT_SHA256}, "speeches": {"speeches": datasets.SPEECHES_SHA256},
}  # fmt: skip
RECIPES = {"words": train_words.RECIPE, "speeches": train_speeches.RECIPE}


@pytest.mark.parametrize("name", reader.NAMES)
class TestShipped:
    def test_the_record_says_how_it_was_made(self, name):
        about = reader.record(name)
        assert about["recipe"].items() >= json.loads(json.dumps(RECIPES[name])).items()
        assert about["data"] == HASHES[name]
        assert about["seconds"] > 10

    def test_the_model_is_the_recipe_s_and_ready_to_read(self, name):
        model, alphabet = language.load(name)
        recipe = RECIPES[name]
        assert not model.training
        assert (model.embedding.embedding_dim, model.rnn.hidden_size) == (
            recipe["embedding_size"], recipe["hidden_size"],
        )  # fmt: skip
        assert model.symbols == len(alphabet)

    def test_the_file_is_small_enough_for_the_repository(self, name):
        assert (_places.CHECKPOINTS / f"{name}.safetensors").stat().st_size < 2e6


def test_words_reproduce_the_recorded_bits():
    model, _ = language.load("words")
    words, about = course_data.words(), reader.record("words")
    for name in ("validation", "test"):
        found = train_words.bits_per_character(model, getattr(words, name))
        assert found == pytest.approx(about["bits per character"][name], abs=1e-6)


def test_rounding_the_words_costs_little():
    about = reader.record("words")
    for name, bits in about["bits per character"].items():
        assert bits == pytest.approx(about["bits per character before rounding"][name], abs=0.01)


def test_the_page_gets_the_same_numbers_in_at_most_200_kB():
    for_page = read_weights("invent_words")
    arrays, symbols = packed.unpack(for_page)
    model, alphabet = language.load("words")
    assert symbols == alphabet.characters == language.WORDS.characters
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), arrays[name])
    script = (_places.WEIGHTS / "invent_words.js").read_bytes()
    assert len(gzip.compress(script, 9, mtime=0)) < 200_000
    assert train_words.rounded(model)[1] == for_page


def test_speeches_reproduce_the_recorded_bits():
    """On the beginning of the text only: it takes a tenth of the time."""
    model, alphabet = language.load("speeches")
    codes = alphabet.encode("".join(course_data.speeches().test))
    about = reader.record("speeches")
    found = train_speeches.bits_per_character(model, codes[: about["characters of the beginning"]])
    assert found == pytest.approx(about["bits per character of the beginning"], abs=1e-4)
    assert about["characters of the text"]["test"] == len(codes)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_write_and_load(tmp_path, dtype):
    torch.manual_seed(0)
    model = LanguageModel(3, 2, 4, 2, kind="gru").to(dtype).eval()
    reader.write("speeches", model, language.Alphabet("\ufffdab"), {"seconds": 1.0}, tmp_path)
    again, alphabet = language.load("speeches", tmp_path)
    assert alphabet == language.Alphabet("\ufffdab")
    assert reader.record("speeches", tmp_path)["seconds"] == 1.0
    x = torch.tensor([[0, 2, 1]])
    torch.testing.assert_close(again(x)[0], model(x)[0], rtol=0, atol=0)


class TestBadInput:
    def test_names(self):
        with pytest.raises(ValueError, match="name must be 'words' or 'speeches', got 'poems'"):
            language.load("poems")
        with pytest.raises(TypeError, match="folder must be"):
            language.load("words", 3)

    def test_missing_and_damaged_files(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"words.json .*git checkout -- data/checkpoints/words"):
            language.load("words", tmp_path)
        for content in ("{", "[]", "{}", '{"characters": "ab", "model": {"kind": "x"}, "dtype": "float32"}'):
            (tmp_path / "words.json").write_text(content, encoding="utf-8")
            with pytest.raises(ValueError, match=r"words\.json is damaged"):
                language.load("words", tmp_path)


class TestCommands:
    @pytest.fixture
    def small(self, monkeypatch, tmp_path):
        """Make both recipes and their data small, and let the files go elsewhere."""
        for recipe in RECIPES.values():
            for name, value in {"embedding_size": 3, "hidden_size": 4, "epochs": 1, "batch": 4}.items():
                monkeypatch.setitem(recipe, name, value)
        words = language.TextParts(["cat", "act", "tact"] * 40, ["at"], ["cat", "tat"])
        texts = language.TextParts(["Fellow citizens! " * 60] * 2, ["A citizen. "], ["Fellow men. " * 30])
        monkeypatch.setattr(language, "words", lambda: words)
        monkeypatch.setattr(language, "speeches", lambda: texts)
        monkeypatch.setattr(_places, "WEIGHTS", tmp_path)
        write = reader.write
        monkeypatch.setattr(reader, "write", lambda *given: write(*given, tmp_path))
        monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
        return tmp_path

    @pytest.mark.parametrize("name", reader.NAMES)
    def test_they_write_what_can_be_loaded(self, small, capsys, name):
        command.main(["train", name])
        model, alphabet = language.load(name, small)
        about = reader.record(name, small)
        assert model.rnn.hidden_size == 4
        assert about["data"] == HASHES[name]
        assert about["bits per character"].keys() == {"validation", "test"}
        assert f"{name}: bits per character" in capsys.readouterr().out
        assert not list(small.glob("rnnkit_*"))  # a complete run leaves no file to continue from
        if name == "words":
            assert (
                (small / "invent_words.js")
                .read_text(encoding="utf-8")
                .startswith('rnnWeights("invent_words"')
            )
