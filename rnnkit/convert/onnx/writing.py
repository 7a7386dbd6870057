"""Write a network as an ONNX file, from its weights, with batch and time free, and compare the two."""

from dataclasses import dataclass
from pathlib import Path

from rnnkit import _validation as v
from rnnkit._files import write_atomically
from rnnkit.convert import _libraries
from rnnkit.convert.onnx.files import file_of
from rnnkit.convert.onnx.sources import plan_of
from rnnkit.convert.onnx.verifying import SHAPES, compare
from rnnkit.convert.parts import Masking


@dataclass(frozen=True)
class Written:
    """A file that was compared with its network. largest: the difference, as a share of the numbers."""

    path: Path
    largest: float
    shapes: tuple = SHAPES

    def __str__(self):
        shapes = ", ".join(map(str, self.shapes))
        return f"written {self.path}: equal at (T, B) = {shapes}, largest difference {self.largest:.1e}"


def to_onnx(model, path, *, lengths=True, states=False, batch_first=None):
    """Write a network to the ONNX file `path` and return what was compared, `Written`.

    model: a layer of torch.nn or rnnkit.layers, a `Recurrent`, a `Chain`, or a SequenceClassifier,
        SequenceTagger, ReviewClassifier, Forecaster or LanguageModel of rnnkit.models, in evaluation.
    lengths: the file has an input `lengths`, (B,) of int32, from 1 to T, and honours it as a packed sequence.
    states: the file has the initial states as inputs, `h_0` and of an LSTM `c_0`; else they are 0. For layers
        and the LanguageModel only: the others begin with 0.
    batch_first: for a description, whether x is (B, T, ·); a layer or model knows it.

    B and T are free. The input is `x`, numbers of the dtype of the weights, or tokens of int64. The outputs
    of a layer are `output`, `h_n` and of an LSTM `c_n`, in its shapes; other networks have `output`, and with
    `states` also the states after the last step. In a file of a network of float64, weights, inputs and
    outputs are float64 and the recurrent nodes float32: onnxruntime has no others. Dropout does nothing.

    The file is first written beside `path`, opened with onnxruntime, and compared with the network on three
    shapes, at unequal lengths and with states that are not 0. If anything fails, `path` stays as it was.
    Raises TypeError or ValueError that names the argument, FileNotFoundError if the folder is missing,
    RuntimeError if the file computes something else.
    """
    path = v.file_path("path", path)
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"path must lie in a folder that exists, got {path}")
    lengths, states = v.boolean("lengths", lengths), v.boolean("states", states)
    for library in ("onnx", "onnxruntime"):
        _libraries.load(library)
    plan = plan_of(model, batch_first)
    if states and not plan.has_states:
        raise ValueError(f"states must be False for a network that begins with 0, got True for {plan.title}")
    if not lengths and any(
        isinstance(one, Masking) or getattr(one, "mask_zero", False) for one in plan.parts
    ):
        raise ValueError("lengths must be True for a chain that masks its padding, got False")
    content, errors = file_of(plan, lengths=lengths, states=states), []
    write_atomically(
        path,
        content,
        check=lambda file: errors.append(compare(file, plan, lengths=lengths, states=states)),
    )
    return Written(path, *errors)
