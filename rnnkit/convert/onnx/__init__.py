"""To and from ONNX files."""

from rnnkit.convert.onnx.reading import from_onnx
from rnnkit.convert.onnx.writing import Written, to_onnx

__all__ = ["Written", "from_onnx", "to_onnx"]
