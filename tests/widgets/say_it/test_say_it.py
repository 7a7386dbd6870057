"""SayIt: its searches against torch's, its script against both, and what it makes of bad settings."""

import gzip
import json
import re

import course_data
import numpy as np
import pytest
import torch
from figure_settings import random_figures, speaker_weights
from py_mini_racer import MiniRacer

from rnnkit import _places, g2p, language, seq2seq
from rnnkit.g2p import packed
from rnnkit.widgets.base.drawing import format_number
from rnnkit.widgets.base.scripts import script_source
from rnnkit.widgets.say_it import figure, invent, network, picture
from rnnkit.widgets.say_it.figure import SayIt
from rnnkit.widgets.say_it.phones import TABLE, respelling

SMALL = speaker_weights(np.random.default_rng(3), 3, 6, end=1.0)
NEVER = SMALL | {"decoder.readout.bias": [-1e3, *[0.0] * 39]}  # the end is never said


def shown(word="through", **settings):
    """Return a figure with the small random network."""
    return SayIt(word, **{"weights": SMALL, **settings})


def model_of(weights):
    """Return the network of a figure as a Seq2Seq in float64."""
    arrays, _, _ = packed.unpack(weights)
    V, H = arrays[packed.READOUT].shape
    S, E = arrays[packed.ENC_EMBEDDING].shape
    model = seq2seq.Seq2Seq(S, V, E, H).double().eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    return model


def searched(model, word, width):
    """Return what torch's beam search finds."""
    return seq2seq.beam_search(model, torch.from_numpy(g2p.encode_word(word)), width)


def sayable():
    """Return the test words that are not too long for the figure."""
    return [word for word in course_data.words().test if len(word) <= figure.MOST_LETTERS]


@pytest.fixture(scope="module")
def script():
    """Return the engine of the page; weights travel into it once."""
    with MiniRacer() as engine:
        engine.eval(script_source("say_it"))
        engine.eval("let given = {}; function give(name, weights) { given[name] = weights; return name; }")
        engine.eval(
            "function show(state, name) { return computeSayIt({ ...state, weights: given[name] }); }"
            "function say(words, width, name) {"
            "  const reader = unpacked(given[name]);"
            "  return words.map((word) => search(read(word, reader), width, reader)"
            "    .map(({ symbols, total, score }) => [symbols, total, score]));"
            "}"
        )
        engine.call("give", "stored", figure.stored())
        yield engine


class TestSearch:
    def test_greedy_search_says_1000_words_as_torch_does(self, script):
        words = sayable()[:1000]
        found = [best for (best,) in script.call("say", words, 1, "stored")]
        said = g2p.pronounce_all(model_of(figure.stored()), words)
        assert [g2p.decode_phones([k for k in symbols if k]) for symbols, *_ in found] == said

    def test_beam_search_finds_the_same_in_numpy_in_torch_and_in_the_page(self, script):
        words, weights = sayable()[-100:], figure.stored()
        arrays, _, _ = packed.unpack(weights)
        model = model_of(weights)
        in_page = script.call("say", words, 3, "stored")
        for word, page in zip(words, in_page, strict=True):
            numpy = network.search(network.read(g2p.encode_word(word), arrays), arrays, 3)
            torchs = searched(model, word, 3)
            assert [one.symbols for one in numpy] == [symbols for symbols, *_ in page]
            assert [one.symbols for one in numpy] == [one.symbols + [0] * one.finished for one in torchs]
            for one, (_, total, score), other in zip(numpy, page, torchs, strict=True):
                assert one.total == pytest.approx(other.log_probability, abs=1e-10)
                assert [total, score] == pytest.approx([one.total, one.score], abs=1e-10)
                np.testing.assert_allclose(one.weights, other.weights, atol=1e-10)

    @pytest.mark.parametrize("width", [1, 2, 5])
    def test_random_networks_search_as_torch_does(self, script, width):
        for one in random_figures(SayIt, 20):
            arrays, _, _ = packed.unpack(one.weights)
            found = network.search(network.read(g2p.encode_word(one.word), arrays), arrays, width)
            wanted = searched(model_of(one.weights), one.word, width)
            assert [said.symbols for said in found] == [said.symbols + [0] * said.finished for said in wanted]
            totals = [said.total for said in found]
            np.testing.assert_allclose(totals, [said.log_probability for said in wanted], atol=1e-9)


class TestNumbers:
    def test_weights_and_chances_are_those_of_torch(self):
        for one in random_figures(SayIt, 10):
            values = one.numbers()
            said = searched(model_of(one.weights), one.word, 3)[one.candidate - 1]
            np.testing.assert_allclose(values["map"], said.weights, atol=1e-10)
            np.testing.assert_allclose(np.sum(values["map"], axis=1), 1)
            read = [0, *said.symbols]
            with torch.no_grad():
                state = model_of(one.weights).start(
                    torch.from_numpy(g2p.encode_word(one.word))[None], torch.tensor([len(one.word)])
                )
                logits, _, _ = model_of(one.weights).decoder(torch.tensor([read[: values["phone"]]]), state)
            symbol = [*said.symbols, 0][values["phone"] - 1]
            assert values["now"]["chance"] == pytest.approx(
                float(logits[0, -1].softmax(0)[symbol]), abs=1e-10
            )
            scores = [other["score"] for other in values["candidates"] if other["said"][-1:] != "…"]
            assert scores == sorted(scores, reverse=True)

    def test_a_phone_behind_the_last_is_the_last(self):
        values = shown(phone=50).numbers()
        assert values["phone"] == values["U"] == len(values["rows"])
        assert values["rows"][-1] == "·end"
        assert values["says"]["where"] == f"Behind {values['U'] - 1} phones: the end."

    def test_a_word_that_does_not_end_is_cut_and_the_figure_says_so(self):
        one = shown("abc", weights=NEVER)
        values = one.numbers()
        assert values["U"] == 2 * 3 + 10
        assert all(candidate["said"].endswith(" …") for candidate in values["candidates"])
        assert "Cut after 16 symbols, 2 for each letter and 10 more: no end came." in one.to_html()

    def test_a_word_of_no_phones_is_said_to_be_nothing(self):
        one = shown(weights=SMALL | {"decoder.readout.bias": [1e3, *[0.0] * 39]})
        values = one.numbers()
        assert values["candidates"][0]["said"] == "nothing"
        assert values["rows"] == ["·end"]
        assert values["greedy"] == "candidate 1"

    def test_greedy_search_is_named_or_written_out(self):
        seen = {one.numbers()["greedy"][:9] for one in random_figures(SayIt, 50)}
        assert "candidate" in seen
        assert len(seen) > 1

    def test_the_two_letters_that_count_most_are_named(self):
        values = shown(phone=1).numbers()
        first, second = np.argsort(-np.array(values["map"][0]), kind="stable")[:2]
        for t in (first, second):
            share = format_number(100 * values["map"][0][t], 0)
            said = f"letter {t + 1}, “{values['word'][t]}” ({share} %)"
            assert (said in values["says"]["looks"]) == (t == first or values["map"][0][t] >= 0.1)


class TestPhones:
    def test_they_are_those_of_g2p_and_of_the_page(self, script):
        assert tuple(TABLE) == g2p.PHONES
        page = script.eval("JSON.stringify(PHONES)")
        assert json.loads(page) == {name: list(phone) for name, phone in TABLE.items()}
        assert list(json.loads(page)) == list(TABLE)

    def test_each_is_heard_in_its_word(self):
        said = {one.word: one.pronunciations for part in g2p.entries() for one in part}
        for name, phone in TABLE.items():
            assert any(name in pronunciation for pronunciation in said[phone.example]), name

    def test_a_respelling_is_what_the_page_gives(self, script):
        assert respelling(["N", "AY", "T"]) == script.call("respelling", ["N", "AY", "T"]) == "night"


class TestInventedWords:
    def test_they_are_what_the_command_makes(self):
        assert invent.stored() == invent.invented()
        assert json.loads(invent.PATH.read_text("utf-8"))["command"] == invent.COMMAND

    def test_none_is_in_the_dictionary_and_all_can_be_said(self):
        words = invent.stored()
        assert len(set(words)) == len(words) >= 50
        assert not set(words) & {word for part in language.words() for word in part}
        for word in words:
            assert figure._word("word", word) == word


class TestBadSettings:
    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ({"word": ""}, "word must be of 1 to 20 letters from a to z, got '' (str)"),
            ({"word": "The"}, "word must be of 1 to 20 letters from a to z, got 'The' (str)"),
            ({"word": "naïve"}, "word must be of 1 to 20 letters from a to z"),
            ({"word": "a\n"}, "word must be of 1 to 20 letters from a to z"),
            ({"word": "a" * 21}, "word must be of 1 to 20 letters from a to z"),
            ({"word": "a" * 60}, "word must be of 1 to 20 letters from a to z"),
            ({"word": 3}, "word must be"),
            ({"word": float("nan")}, "word must be"),
            ({"candidate": 0}, "candidate must be an integer from 1 to 3, got 0"),
            ({"candidate": 4}, "candidate must be an integer from 1 to 3, got 4"),
            ({"candidate": float("nan")}, "candidate must be an integer"),
            ({"phone": 0}, "phone must be an integer from 1 to 50, got 0"),
            ({"phone": 51}, "phone must be an integer from 1 to 50, got 51"),
            ({"phone": 1.5}, "phone must be an integer"),
            ({"phone": "2"}, "phone must be an integer"),
        ],
        ids=str,
    )
    def test_is_named_and_changes_nothing_in_python_and_in_the_page(self, script, setting, message):
        one = shown()
        (name, value), before = next(iter(setting.items())), one.props()
        for attempt in (lambda: shown(**{"word": "through", **setting}), lambda: setattr(one, name, value)):
            with pytest.raises((TypeError, ValueError), match=re.escape(message)):
                attempt()
        assert one.props() == before
        script.call("give", "small", SMALL)
        state = {key: of for key, of in before.items() if key != "weights"} | setting
        with pytest.raises(Exception, match=f"{name} must be"):
            script.call("show", state, "small")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"letters": "bacdefghijklmnopqrstuvwxyz"}, "weights['letters'] must be the letters a to z"),
            ({"phones": " ".join(sorted(g2p.PHONES, reverse=True))}, "weights['phones'] must be the 39 of"),
            (
                {"decoder.readout.bias": [0.0] * 39},
                "weights['decoder.readout.bias'] must be (40,), got (39,)",
            ),
            ({"decoder.rnn.weight_hh_l0": SMALL["decoder.rnn.weight_ih_l0"]}, "must be (4H, H)"),
            ({"decoder.combine.weight": SMALL["decoder.readout.weight"]}, "must be (H, 2H)"),
            (
                {"encoder.embedding.weight": SMALL["decoder.embedding.weight"]},
                "weights['letters'] must be 39",
            ),
        ],
        ids=["letters", "phones", "bias", "matrix", "combine", "rows"],
    )
    def test_weights_are_named_and_change_nothing(self, script, change, message):
        one, bad = shown(), SMALL | change
        for attempt in (lambda: shown(weights=bad), lambda: setattr(one, "weights", bad)):
            with pytest.raises((TypeError, ValueError), match=re.escape(message)):
                attempt()
        assert one.weights == SMALL
        state = {key: of for key, of in one.props().items() if key != "weights"}
        script.call("give", "bad", bad)
        with pytest.raises(Exception, match=re.escape(f"weights.{next(iter(change))} must be")):
            script.call("show", state, "bad")

    def test_an_unknown_part_of_the_weights_is_named(self, script):
        bad = SMALL | {"more": 1}
        with pytest.raises(ValueError, match="unknown more"):
            shown(weights=bad)
        script.call("give", "more", bad)
        with pytest.raises(Exception, match="weights must have no more"):
            script.call("show", {"word": "a", "candidate": 1, "phone": 1}, "more")


class TestOwnModel:
    def test_is_rounded_and_shown(self):
        torch.manual_seed(0)
        one = SayIt("queue", model=seq2seq.Seq2Seq(27, 40, 4, 6))
        (best, *_) = searched(model_of(one.weights), "queue", 3)
        assert one.numbers()["candidates"][0]["log_p"] == pytest.approx(best.log_probability, abs=1e-10)
        assert "data-weights" not in one.to_html()

    @pytest.mark.parametrize(
        ("model", "message"),
        [
            (
                seq2seq.Seq2Seq(27, 40, 4, 6, attention="additive"),
                "one that writes, got one with decoder",
            ),
            (seq2seq.Seq2Seq(27, 40, 4, 6, attention=None), "got one without decoder.combine.bias"),
            (seq2seq.Seq2Seq(27, 40, 4, 6, bidirectional=False), "got one with"),
            (seq2seq.Seq2Seq(27, 40, 4, 6, encoder_layers=2), "got one with encoder.rnn.bias_hh_l1"),
            (seq2seq.Seq2Seq(26, 40, 4, 6), "model must read 27 symbols and write 40, got 26 and 40"),
            (seq2seq.Seq2Seq(27, 39, 4, 6), "model must read 27 symbols and write 40, got 27 and 39"),
            (seq2seq.Seq2Seq(27, 40, 4, 258), "model must have at most 256 units, got 258"),
            (torch.nn.LSTM(4, 6), "model must be Seq2Seq"),
        ],
        ids=[
            "additive",
            "no attention",
            "one direction",
            "two layers",
            "letters",
            "phones",
            "large",
            "class",
        ],
    )
    def test_what_does_not_fit_is_named(self, model, message):
        with pytest.raises((TypeError, ValueError), match=re.escape(message)):
            SayIt(model=model)

    def test_a_number_that_is_none_is_named(self):
        model = seq2seq.Seq2Seq(27, 40, 4, 6)
        torch.nn.init.constant_(model.decoder.readout.bias, torch.nan)
        with pytest.raises(ValueError, match=re.escape("model['decoder.readout.bias'] must be finite")):
            SayIt(model=model)

    def test_new_weights_and_a_new_word_are_drawn(self):
        one = shown(candidate=2, phone=2)
        one.word = "thorough"
        assert (one.candidate, one.phone) == (1, 1)
        one.weights = NEVER
        assert one._picture == one.static_html()
        assert "no end came" in one._picture


class TestPage:
    def test_a_page_loads_the_weights_of_the_course(self):
        page = SayIt().to_html()
        assert f'data-weights="{figure.NAME}"' in page
        assert len(page) < 40_000

    def test_the_weights_are_light(self):
        script = (_places.WEIGHTS / f"{figure.NAME}.js").read_bytes()
        assert len(gzip.compress(script, 9)) <= 320_000

    def test_names_of_rows_are_written_where_there_is_room(self):
        assert [picture.name(["A"] * 23, k, 2) for k in range(3)] == ["A", "A", "A"]
        assert [picture.name(["A"] * 24, k, 2) for k in range(3)] == ["", "A", ""]

    def test_phones_far_from_the_chosen_one_are_left_out(self):
        rows = ["B"] * 30
        said = picture.says("ab", rows, "no", rows, 15, [0.25, 0.75])
        assert said["before"] == " ".join(["…"] + ["B"] * 12)
        assert said["after"] == " ".join(["B"] * 12 + ["…"])
        assert said["looks"] == "letter 2, “b” (75 %) and letter 1, “a” (25 %)"
