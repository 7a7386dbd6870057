"""Chapter 10: its sentences follow from what its cells printed, and from other seeds."""

import re

import pytest
from drawings import letters
from stored_chapters import cells, glued, prose

from rnnkit.convert.gates import ORDER
from rnnkit.report import ranges

CHAPTER = "10_rosetta"
PARAMETERS = {"7,937", "116,033", "79,681", "50,851"}  # of the four networks in Keras


def printed(begins):
    """Return what the only cell printed that begins so, in lines."""
    (cell,) = (cell for cell in cells(CHAPTER) if cell.cell_type == "code" and begins in cell.source)
    return "".join(output.get("text", "") for output in cell.outputs).splitlines()


def values(name):
    """Return what a measured number was with each seed."""
    return ranges.by_name(ranges.read())[f"rosetta.{name}"]["values"]


def test_the_file_of_the_opening_reads_one_step_of_twenty():
    assert glued(CHAPTER)["rosetta.opening.read"] == "1"
    assert glued(CHAPTER)["rosetta.opening.steps"] == "20"
    rows = [
        line.split() for line in printed("small.export(") if line.split()[1:] and line.split()[0].isdigit()
    ]
    assert rows == [["1", "True", "True"], ["2", "False", "True"], ["20", "False", "True"]]


def test_the_networks_have_as_many_parameters_as_in_the_sources():
    texts = "".join(output.get("text", "") for cell in cells(CHAPTER) for output in cell.get("outputs", ()))
    assert set(re.findall(r"parameters: (\S+)", texts)) == PARAMETERS | {"116,801"}
    assert 116_801 - 116_033 == 768
    assert "768" in prose(CHAPTER)


def test_the_same_network_stands_in_three_tabs():
    tabs = [tag for cell in cells(CHAPTER) for tag in cell.metadata.get("tags", ()) if tag.startswith("tab-")]
    assert tabs == ["tab-Keras", "tab-PyTorch", "tab-NumPy"] * 4


def test_one_order_of_the_gates_is_right():
    assert printed("permutations(range(4))")[-1].endswith("the same answers: ['ifgo']")


@pytest.mark.parametrize("at", range(5))
def test_keras_begins_with_an_open_forget_gate_with_every_seed(at):
    assert values("start.keras")[at] > 5 * values("start.pytorch")[at]


def test_only_h_n_holds_both_halves():
    rows = [re.findall("True|False", line) for line in printed("torch.cat([*h_n], dim=1)")[1:]]
    assert rows == [["True", "True"], ["True", "False"], ["False", "True"]]


def test_training_parts_where_keras_has_one_bias():
    said = dict(re.findall(r"^(\w.*?) +(all|one bias) ", line)[0] for line in printed("assert equal ==")[::2])
    assert set(said.values()) == {"all"}
    equal = [line for line in printed("assert equal ==") if line.endswith("equal to 1e-5")]
    assert [re.split("  +| one| all", line)[0] for line in equal] == ["RNN", "LSTM", "LSTM, both ways", "GRU"]
    assert ["one bias" in line for line in equal] == [True, True, True, False]


def test_the_predictor_of_prices_is_behind_persistence_with_every_seed():
    assert min(values("stock.stockpredictor.rmse_persistence")) > 1


def test_checking_names_what_was_done():
    said = " ".join(line.strip() for line in printed("wrong = {"))
    for words in ("i and f", "1 is added to the forget bias", "share of the new state", "reset before"):
        assert words in said
    assert "equal" not in said
    opening = [line.strip() for line in printed('("the file of the opening"')]
    assert opening[1] == "equal"
    assert "only the first step was computed" in opening[4]


def test_the_drawing_of_the_blocks_has_the_orders_of_the_converters():
    drawn = "".join(letters("gate_blocks", "m"))
    lstm, gru = drawn[:12], drawn[12:]
    for library, order in (("torch", lstm[:4]), ("keras", lstm[4:8]), ("onnx", lstm[8:])):
        assert order == {"torch": "ifgo", "keras": "ifco", "onnx": "iofc"}[library]
    assert (gru[:3], gru[3:6], gru[6:]) == ("rzn", "zrh", "zrh")
    assert ("".join(ORDER["LSTM"]), "".join(ORDER["GRU"])) == ("ifgo", "rzn")
