"""Open an ONNX file that somebody else wrote, or say what is wrong with it."""

from pathlib import Path

from rnnkit import _validation as v
from rnnkit.convert import _libraries

OLDEST = 7  # the opset in which the recurrent operators got the form that they still have

# What onnx and NumPy raise of a damaged file, far from what is wrong with it.
DAMAGE = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


class Unreadable(Exception):
    """What a file has, and a description or this reader has not."""


def opened(path):
    """Return the model in the file `path`, whole and valid, the weights that lie beside it included.

    Raises TypeError, ValueError or FileNotFoundError that names the file and what is wrong with it.
    """
    onnx = _libraries.load("onnx")
    path = v.file_path("path", path)
    if not path.exists():
        raise FileNotFoundError(f"path must be an ONNX file, got {path}, which does not exist")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # DecodeError of protobuf, which onnx does not name
        raise ValueError(
            f"path must be an ONNX file, got {path}: it is cut off, damaged or no ONNX ({_first_line(error)})"
        ) from None
    try:
        if not model.graph.node:
            raise Unreadable("it holds no graph")
        _require_known_versions(onnx, model)
        _load_weights(onnx, model, path.absolute().parent)
        _require_known_operators(onnx, model)
        _fill_shapes(onnx, model.graph)
        if model.functions:
            model = onnx.inliner.inline_local_functions(model)
        onnx.checker.check_model(model)
    except Unreadable as error:
        raise ValueError(f"path must be an ONNX file that can be read, got {path}: {error}") from None
    except (onnx.checker.ValidationError, *DAMAGE) as error:
        raise ValueError(f"path must be a valid ONNX file, got {path}: {_first_line(error)}") from None
    return model


def _require_known_versions(onnx, model):
    """Raise Unreadable if the file is newer than the installed onnx, or very old."""
    newest = onnx.defs.onnx_opset_version()
    if model.ir_version > onnx.IR_VERSION:
        raise Unreadable(
            f"its IR version is {model.ir_version}, and onnx {onnx.__version__} knows those to "
            f"{onnx.IR_VERSION}; a newer onnx may read it"
        )
    opset = opset_of(model)
    if opset > newest:
        raise Unreadable(
            f"its opset is {opset}, and onnx {onnx.__version__} knows those to {newest}; "
            "a newer onnx may read it"
        )
    if opset < OLDEST:
        raise Unreadable(f"its opset is {opset}, and recurrent nodes are read from {OLDEST} on")


def opset_of(model):
    """Return the version of ONNX's own operators that the file uses, or raise Unreadable."""
    versions = [one.version for one in model.opset_import if one.domain in ("", "ai.onnx")]
    if not versions:
        raise Unreadable("it imports no version (opset) of ONNX's operators")
    return versions[0]


def _require_known_operators(onnx, model):
    """Raise Unreadable that names an operator that ONNX does not have."""
    own = {(function.domain, function.name) for function in model.functions}
    for node in model.graph.node:
        known = node.domain in ("", "ai.onnx") and onnx.defs.has(node.op_type)
        if not known and (node.domain, node.op_type) not in own:
            domain = f" of the domain {node.domain!r}" if node.domain else ""
            raise Unreadable(f"ONNX has no operator {node.op_type!r}{domain} (node {node.name!r})")


def _fill_shapes(onnx, graph):
    """Give inputs and outputs a shape that have none: onnx's checker demands one, and onnxruntime does not.

    An input of numbers is then x (T, B, D), one of integers tokens (T, B); that of an output is not used.
    """
    for one in (*graph.input, *graph.output):
        kind = one.type.tensor_type
        if not kind.HasField("shape"):
            kind.shape.SetInParent()
            for _ in range(3 if kind.elem_type in (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE) else 2):
                kind.shape.dim.add()


def _load_weights(onnx, model, folder):
    """Load what lies in other files, or raise Unreadable that names the file that is missing."""
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        name = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
        if not Path(folder, name).is_file():
            raise Unreadable(
                f"the weights {tensor.name!r} lie in the file {name!r} beside it, which is missing"
            )
    try:
        onnx.load_external_data_for_model(model, str(folder))
    except Exception as error:  # ValidationError, ValueError, OSError: too short, or outside of the folder
        raise Unreadable(f"the weights beside it cannot be loaded: {_first_line(error)}") from None


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
