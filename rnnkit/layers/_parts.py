"""Products with a matrix that is cut into parts, each so small that OpenBLAS takes it as it stands.

OpenBLAS copies a larger matrix into an order of its own first. That is quickly repaid where the other one has
many rows, but the matrix of a step has only as many as there are sequences, and is multiplied at every step.
"""

LARGEST = 100**3  # multiplications of one product for which OpenBLAS copies nothing
NARROWEST = 32  # columns: with fewer, more is lost than won


def parts(rows, length, columns):
    """Return into how many parts to cut a matrix (length, columns) that matrices (rows, length) multiply."""
    count = 1
    while rows * length * columns > LARGEST * count:
        count *= 2
        if columns % count or columns // count < NARROWEST:
            return 1
    return count


def cut(array, count):
    """Return a view (..., count, rows, columns / count) of an array (..., rows, columns); for 1 the array."""
    return array if count == 1 else array.reshape(*array.shape[:-1], count, -1).swapaxes(-3, -2)
