"""In which dtype two sides are compared: the coarsest that one of them computes in."""

DTYPES = ("float64", "float32", "float16", "bfloat16")


def arithmetic(sides):
    """Return the name of the dtype, and sentences on sides that compute in another one than they show."""
    found, said = [], []
    for side in sides:
        reason = side.single if side.dtype == "float64" else ""
        found.append("float32" if reason else side.dtype)
        if reason:
            said.append(f"{side.label} is float64, but {reason}: numbers were compared as float32.")
    return max(found, key=DTYPES.index), said
