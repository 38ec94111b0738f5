"""NumPy's .npy files by the standard library alone: tests need no NumPy."""

import array
import ast
import sys

CODES = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q"}
assert sys.byteorder == "little"


def write(path, shape, values, descr="<i4"):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode())
        array.array(CODES[descr], values).tofile(file)


def read(path):
    """(shape, values): row-major, as an array.array."""
    with open(path, "rb") as file:
        start = file.read(10)
        assert start[:8] == b"\x93NUMPY\1\0", start
        header = ast.literal_eval(file.read(int.from_bytes(start[8:], "little")).decode())
        values = array.array(CODES[header["descr"]])
        values.frombytes(file.read())
    assert not header["fortran_order"]
    count = 1
    for size in header["shape"]:
        count *= size
    assert len(values) == count
    return header["shape"], values
