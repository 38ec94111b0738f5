"""code_of.py BUNDLE: the code in kernels.so, as text to compare: its bytes, and each function with its
bytes.

Reads ELF by hand (System V ABI, ELF-64 object file format): sections, and the symbols that are
functions. Objects are linked in the order of their names, which are hashes of what they compute, so
equal code is equal bytes."""

import hashlib
import struct
import sys
from pathlib import Path

SYMBOL_TABLE, FUNCTION = 2, 2
SECTION = struct.Struct("<IIQQQQIIQQ")  # name, type, flags, address, offset, size, link, ..
SYMBOL = struct.Struct("<IBBHQQ")  # name, info, other, section, value, size


def text_at(table, at):
    return table[at : table.index(b"\0", at)].decode()


def sections(elf):
    """By name: (type, offset, size, link)."""
    assert elf[:6] == b"\x7fELF\x02\x01", "no little-endian ELF-64"
    start, (size, count, names) = struct.unpack_from("<Q", elf, 40)[0], struct.unpack_from("<HHH", elf, 58)
    assert size == SECTION.size
    headers = [SECTION.unpack_from(elf, start + i * size) for i in range(count)]
    table = elf[headers[names][4] :]
    return headers, {text_at(table, header[0]): header for header in headers}


def functions(elf, headers):
    """Those that are defined, local ones too: (name, address, size)."""
    for header in headers:
        if header[1] != SYMBOL_TABLE:
            continue
        names = elf[headers[header[6]][4] :]
        for at in range(header[4], header[4] + header[5], SYMBOL.size):
            name, info, _, section, value, size = SYMBOL.unpack_from(elf, at)
            if info & 15 == FUNCTION and section != 0:
                yield text_at(names, name), value, size


def main():
    elf = (Path(sys.argv[1]) / "kernels.so").read_bytes()
    headers, named = sections(elf)
    _, _, _, address, offset, size, *_ = named[".text"]
    text = elf[offset : offset + size]
    print(".text", size, "bytes", hashlib.sha256(text).hexdigest())
    assert size > 0
    for name, value, length in sorted(functions(elf, headers)):
        code = text[value - address : value - address + length]
        print(name, length, "bytes", hashlib.sha256(code).hexdigest())


main()
