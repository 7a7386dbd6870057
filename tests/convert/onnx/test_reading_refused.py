"""Files that are no ONNX, or hold what a description has not: refused by name."""

import contextlib

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx_files import by_hand, changed, first, in_opset, with_attribute
from torch import nn

from rnnkit.convert import from_onnx, from_torch, to_onnx

NO_CHAIN = "^path must be a file with a chain of layers that a description holds, got .*"


@pytest.fixture
def path(tmp_path):
    """The file of a stack of LSTMs in both directions."""
    to_onnx(nn.LSTM(3, 4, 2, bidirectional=True), tmp_path / "file.onnx")
    return tmp_path / "file.onnx"


# Bad files


@pytest.mark.parametrize("content", [b"hello, this is no network\n", b"\x80\x04" * 99, b"PK\x03\x04" * 9])
def test_a_file_that_is_no_onnx(path, content):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"^path must be an ONNX file, got .*: it is cut off, damaged or no ON"
    ):
        from_onnx(path)


def test_an_empty_file(path):
    path.write_bytes(b"")
    with pytest.raises(
        ValueError, match=r"^path must be an ONNX file that can be read, got .*: it holds no g"
    ):
        from_onnx(path)


def test_a_file_that_is_cut_off_anywhere(path):
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 1, 40, dtype=int):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"^path must be an ONNX file"):
            from_onnx(path)


def refuses(path):
    """Return whether a file is refused, with whatever error."""
    try:
        from_onnx(path)
    except Exception:
        return True
    return False


def test_a_damaged_file_is_read_or_refused_by_its_name(path):
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        damaged = np.frombuffer(content, np.uint8).copy()
        damaged[rng.integers(0, len(damaged), 3)] = rng.integers(0, 256, 3)
        path.write_bytes(damaged.tobytes())
        with pytest.raises(ValueError, match=r"^path must be") if refuses(path) else contextlib.nullcontext():
            from_onnx(path)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^path must be an ONNX file, got .*which does not exist$"):
        from_onnx(tmp_path / "none.onnx")
    with pytest.raises(ValueError, match=r"^path must be a file, got the folder"):
        from_onnx(tmp_path)
    with pytest.raises(TypeError, match=r"^path must be str or PathLike, got 3"):
        from_onnx(3)


def unknown(model):
    model.graph.node[-1].op_type = "Foo"


def of_a_vendor(model):
    model.graph.node[-1].op_type, model.graph.node[-1].domain = "Foo", "com.example"
    model.opset_import.add(domain="com.example", version=1)


def without_weights(model):
    first(model).input[2] = ""


def not_a_number(model):
    weights = numpy_helper.to_array(model.graph.initializer[0]).copy()
    weights.flat[0] = np.nan
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(weights, model.graph.initializer[0].name))


def other_notes(text):
    def change(model):
        next(one for one in model.metadata_props if one.key == "rnnkit").value = text

    return change


BAD = {
    "opset too new": (
        in_opset(99),
        "its opset is 99, and onnx .* knows those to .*; a newer onnx may read",
    ),
    "opset too old": (in_opset(5), "its opset is 5, and recurrent nodes are read from 7 on$"),
    "no opset": (lambda model: model.ClearField("opset_import"), "it imports no version"),
    "too new": (
        lambda model: setattr(model, "ir_version", 99),
        "its IR version is 99, and onnx .* knows those",
    ),
    "unknown operator": (unknown, r"ONNX has no operator 'Foo' \(node '"),
    "another domain": (of_a_vendor, r"ONNX has no operator 'Foo' of the domain 'com.example' \(node '"),
    "no weights": (without_weights, r"^path must be a valid ONNX file, got .*lstm_0"),
    "NaN": (not_a_number, NO_CHAIN + r"weights\['weight_ih_l0'\] must be finite, got 1 NaN"),
    "damaged notes": (other_notes("{"), "it says that rnnkit wrote it, and its metadata is damaged$"),
    "wrong notes": (
        other_notes('{"recurrent": [{"layers": 5}]}'),
        "it says that rnnkit wrote it, and its nodes are not those that its metadata tells of$",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_models(path, name):
    change, message = BAD[name]
    changed(path, change)
    content = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        from_onnx(path)
    assert path.read_bytes() == content


def test_weights_in_a_file_that_is_missing_cut_off_or_elsewhere(path, tmp_path):
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="w.data", size_threshold=10)
    beside = tmp_path / "w.data"
    beside.write_bytes(beside.read_bytes()[:99])
    with pytest.raises(ValueError, match=r"the weights beside it cannot be loaded: External data length"):
        from_onnx(path)
    beside.unlink()
    with pytest.raises(
        ValueError, match=r"the weights 'W_l0' lie in the file 'w.data' beside it, which is mi"
    ):
        from_onnx(path)

    def elsewhere(model):
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                entry.value = "../file" if entry.key == "location" else entry.value

    (tmp_path.parent / "file").write_bytes(b"0" * 10_000)
    model = onnx.load(path, load_external_data=False)
    elsewhere(model)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=r"the weights beside it cannot be loaded: .*outside"):
        from_onnx(path)


# Weights as inputs


def test_weights_as_inputs(tmp_path):
    path = tmp_path / "file.onnx"
    arrays = by_hand(path, "GRU")

    def as_input(model):
        (tensor,) = (one for one in model.graph.initializer if one.name == "W")
        model.graph.input.append(onnx.helper.make_tensor_value_info("W", 1, tensor.dims))
        model.graph.initializer.remove(tensor)

    whole = from_onnx(path)
    changed(path, as_input)
    assert from_onnx(path, inputs={"W": arrays["W"], "X": np.ones((1, 1, 3))}).same_bits(whole)
    with pytest.raises(
        ValueError, match=r"has weights W that are no constant but come from outside: give it "
    ):
        from_onnx(path)
    with pytest.raises(ValueError, match=r"must have W of the shape \(1, 12, 2\), got \(1, 9, 2\)$"):
        from_onnx(path, inputs={"W": np.ones((1, 9, 2), np.float32)})
    with pytest.raises(ValueError, match=r"must be float32 or float64, got dtype"):
        from_onnx(path, inputs={"W": np.ones((1, 12, 3), np.float16)})
    with pytest.raises(ValueError, match=r"^the names of inputs must be 'X' or 'W', got 'V' \(str\)$"):
        from_onnx(path, inputs={"V": arrays["W"]})
    with pytest.raises(TypeError, match=r"^inputs must be Mapping, got"):
        from_onnx(path, inputs=[arrays["W"]])


# What a description has not


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"clip": 3.0}, "clip = 3, which a description has not$"),
        (
            {"input_forget": 1},
            r"input_forget = 1 \(one gate for input and forget\), which a description has not$",
        ),
        (
            {"activations": ["Affine", "Tanh", "Tanh"]},
            "gates of the activation Affine, where a description has",
        ),
        ({"activations": ["Sigmoid", "Relu", "Tanh"]}, "the activation Relu, where a description has Tanh$"),
        ({"activations": ["Sigmoid"]}, "1 activations, where LSTM has 3 in each direction$"),
        (
            {"direction": "sideways"},
            "the direction 'sideways', where ONNX has forward, reverse, bidirectional$",
        ),
    ],
)
def test_attributes(tmp_path, attributes, message):
    by_hand(tmp_path / "file.onnx")
    changed(tmp_path / "file.onnx", lambda model: with_attribute(model, **attributes))
    with pytest.raises(ValueError, match=rf"{NO_CHAIN}node 'cell' \(LSTM\) has {message}"):
        from_onnx(tmp_path / "file.onnx")


def test_another_activation_in_each_direction(path):
    names = ["Sigmoid", "Tanh", "Tanh", "HardSigmoid", "Tanh", "Tanh"]
    changed(path, lambda model: with_attribute(model, activations=names))
    with pytest.raises(
        ValueError, match=r"has another activation in each direction, where a description has"
    ):
        from_onnx(path)


def test_slopes_that_can_be_read_in_two_ways(path):
    names, slopes = ["HardSigmoid", "Tanh", "Tanh"] * 2, [0.1, 0.0, 0.0, 0.1, 0.0, 0.0]
    changed(path, lambda model: with_attribute(model, activations=names, activation_alpha=slopes))
    with pytest.raises(ValueError, match=r"has 6 values of activation_alpha for 2 HardSigmoid$"):
        from_onnx(path)


GRAPHS = {
    "unknown": ([("Cos", ["Y_h"], ["end"])], {}, r"node 'cos_0' \(Cos\) computes something that a desc"),
    "a sum": ([("Add", ["Y_h", "b"], ["end"])], {}, r"\(Add\) adds something else than the bias of a lin"),
    "two halves": ([("Add", ["Y_h", "Y_h"], ["end"])], {}, r"\(Add\) adds something else than the bias"),
    "an input": ([("Identity", ["X"], ["end"])], {}, "its output 'end' does not depend on a recurrent node$"),
    "a step": ([("Slice", ["Y", "i1", "i2", "i0"], ["end"])], {}, "works on a step that is not the last"),
    "numbers": ([("Slice", ["Y", "i1", "i2", "i-1"], ["end"])], {}, "takes a part of the axis 'numbers'$"),
    "a constant state": ([], {"states": "h"}, "begins with initial_h that is constant and not 0, which a"),
    "half a state": (
        [("Slice", ["h_0", "i1", "i2", "i0"], ["half"])], {"states": "half"},
        "begins with another part of 'h_0' than its own as initial_h$",
    ),
    "constant lengths": ([], {"lengths": "two"}, "has sequence_lens that are constant"),
    "the last step in spite of lengths": (
        [("Gather", ["Y", "i-1"], ["end"], {"axis": 0})], {"lengths": "lens"}, "is not the last of each",
    ),
    "training": (
        [("Constant", [], ["yes"], {"value": numpy_helper.from_array(np.array(True))}),
         ("Dropout", ["Y_h", "", "yes"], ["end"])], {},
        r"\(Dropout\) drops numbers at random: the network was exported in training$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(tmp_path, name):
    nodes, options, message = GRAPHS[name]
    outputs = ["Y_h", "end"] if any("end" in one[2] for one in nodes) else ["Y_h"]
    by_hand(tmp_path / "file.onnx", "LSTM", nodes, outputs, **options)
    with pytest.raises(ValueError, match=NO_CHAIN + ".*" + message):
        from_onnx(tmp_path / "file.onnx")


@pytest.mark.parametrize("settings", [{}, {"axis": 1}, {"axis": 0}])
def test_a_softmax_of_older_files_over_several_axes(tmp_path, settings):
    nodes = [("Squeeze", ["Y"], ["flat"], {"axes": [1]}), ("Softmax", ["flat"], ["end"], settings)]
    by_hand(tmp_path / "file.onnx", "LSTM", nodes, ["end"])
    changed(tmp_path / "file.onnx", in_opset(11))
    with pytest.raises(ValueError, match=r"\(Softmax\) is a softmax over other axes than the last$"):
        from_onnx(tmp_path / "file.onnx")


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("Y", [3, 5, 4]),
        ("Y", [5, 4, 3]),
        ("Y", [5, 12]),
        ("Y", [3, 5, 1, 4]),
        ("Y", [5, 0, 4]),
        ("Y_h", [4, 3]),
        ("Y_h", [-1, 3]),
        ("Y_h", [12]),
    ],
)
def test_a_reshape_that_puts_numbers_into_other_steps(tmp_path, value, shape):
    by_hand(
        tmp_path / "file.onnx", "LSTM", [("Reshape", [value, "shape"], ["end"])], ["end"],
        constants={"shape": np.array(shape)}, time=5, batch=3,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"\(Reshape\) gives the axes .* another shape, \["):
        from_onnx(tmp_path / "file.onnx")


def test_nodes_side_by_side(tmp_path):
    more = ("LSTM", ["X", "W", "R"], ["other", "other_h"], {"hidden_size": 4})
    wanted = r"side by side, where a description is one chain: node 'cell' \(LSTM\), node 'lstm_0' \(LST"
    for nodes, outputs in (
        ([more], ["Y_h", "other_h"]),
        ([more, ("Concat", ["Y", "other"], ["end"], {"axis": 3})], ["end"]),
        ([more, ("Add", ["Y", "other"], ["end"])], ["end"]),
    ):
        by_hand(tmp_path / "file.onnx", "LSTM", nodes, outputs)
        with pytest.raises(ValueError, match=wanted):
            from_onnx(tmp_path / "file.onnx")


def test_a_state_that_another_node_computes(tmp_path):
    decoder = ("LSTM", ["X", "W", "R", "", "", "Y_h"], ["other"], {"hidden_size": 4})
    by_hand(tmp_path / "file.onnx", "LSTM", [decoder], ["other"])
    with pytest.raises(ValueError, match="begins with initial_h that another part of the graph computes"):
        from_onnx(tmp_path / "file.onnx")


@pytest.mark.filterwarnings("ignore")
def test_a_loop_that_was_unrolled(tmp_path):
    import torch

    torch.onnx.export(
        nn.RNN(3, 4), (torch.ones(3, 2, 3),), tmp_path / "file.onnx", dynamo=True, verbose=False
    )
    wanted = (
        r"depend on no LSTM, GRU or RNN node \(its operators are Add, .*\): a loop that an exporter has unr"
    )
    with pytest.raises(ValueError, match=wanted):
        from_onnx(tmp_path / "file.onnx")


def test_what_is_not_needed_does_not_matter(tmp_path):
    module = nn.LSTM(3, 4)
    to_onnx(module, tmp_path / "file.onnx")
    changed(
        tmp_path / "file.onnx",
        lambda model: model.graph.node.append(onnx.helper.make_node("Cos", ["x"], ["unused"], "unused")),
    )
    assert from_onnx(tmp_path / "file.onnx").same_bits(from_torch(module))
