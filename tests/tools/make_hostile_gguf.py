#!/usr/bin/env python3
"""Writes GGUF files that lie, one per known way, into a folder; the same bytes every time.

    python make_hostile_gguf.py FOLDER

Every file must be refused with a message, by whatever opens it. Vocabulary files are sound as GGUF
and must be refused when a tokenizer is made of them.
"""

import pathlib
import struct
import sys

U32, I32, F32, BOOL, STRING, ARRAY, U64 = 4, 5, 6, 7, 8, 9, 10
TYPE_F32, TYPE_Q4_K = 0, 12


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", value)


def string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return u64(len(raw)) + raw


def field(key, value_type, payload):
    return string(key) + u32(value_type) + payload


def array(element_type, elements):
    return u32(element_type) + u64(len(elements)) + b"".join(elements)


def record(name, dims, tensor_type=TYPE_F32, offset=0):
    return string(name) + u32(len(dims)) + b"".join(map(u64, dims)) + u32(tensor_type) + u64(offset)


def gguf(fields=(), records=(), data=b"", magic=b"GGUF", version=3, field_count=None,
         tensor_count=None):
    head = magic + u32(version)
    head += u64(len(records) if tensor_count is None else tensor_count)
    head += u64(len(fields) if field_count is None else field_count)
    head += b"".join(fields) + b"".join(records)
    if records:
        head += bytes(-len(head) % 32)
    return head + data


def vocabulary(tokens, *more):
    return gguf([field("tokenizer.ggml.model", STRING, string("llama")),
                 field("tokenizer.ggml.tokens", ARRAY, array(STRING, [string(t) for t in tokens])),
                 *more])


def scores(count):
    return field("tokenizer.ggml.scores", ARRAY, array(F32, [struct.pack("<f", -i) for i in range(count)]))


ONE = [record("t", [4])]
ZEROS = bytes(32)

CASES = {
    "empty": b"",
    "truncated_header": gguf()[:20],
    "truncated_metadata": gguf([field("general.name", STRING, string("x" * 100))])[:60],
    "truncated_data": gguf(records=[record("t", [64])], data=bytes(100)),
    "wrong_magic": gguf(records=ONE, data=ZEROS, magic=b"GGML"),
    "byte_swapped": gguf(records=ONE, data=ZEROS, version=0x03000000),
    "version_1": gguf(records=ONE, data=ZEROS, version=1),
    "tensor_count": gguf(records=ONE, data=ZEROS, tensor_count=2**64 - 1),
    "metadata_count": gguf(records=ONE, data=ZEROS, field_count=2**63),
    "string_bomb": gguf([field("k", STRING, u64(2**30) + bytes(100))]),
    "string_length_wraps": gguf([field("k", STRING, u64(2**64 - 1) + bytes(100))]),
    "array_bomb": gguf([field("k", ARRAY, u32(F32) + u64(2**30) + bytes(100))]),
    "array_size_wraps": gguf([field("k", ARRAY, u32(U64) + u64(2**61) + bytes(100))]),
    "array_of_unknown_type": gguf([field("k", ARRAY, u32(99) + u64(1) + bytes(8))]),
    "nested_arrays": gguf([field("k", ARRAY, (u32(ARRAY) + u64(1)) * 5000)]),
    "unknown_value_type": gguf([field("k", 13, bytes(8))]),
    "bool_2": gguf([field("k", BOOL, b"\2")]),
    "key_with_escape": gguf([field(b"\x1b[31mred", U32, u32(1))]),
    "alignment_i32": gguf([field("general.alignment", I32, u32(32))], ONE, ZEROS),
    "alignment_0": gguf([field("general.alignment", U32, u32(0))], ONE, ZEROS),
    "alignment_2_30": gguf([field("general.alignment", U32, u32(2**30))], ONE, ZEROS),
    "duplicate_key": gguf([field("k", U32, u32(1)), field("k", U32, u32(2))]),
    "duplicate_tensor": gguf(records=[record("t", [4]), record("t", [4], offset=32)], data=bytes(64)),
    "axes_0": gguf(records=[record("t", [])], data=ZEROS),
    "axes_5": gguf(records=[record("t", [1] * 5)], data=ZEROS),
    "axes_2_32": gguf(records=[string("t") + u32(2**32 - 1) + bytes(64)], data=ZEROS),
    "axis_size_0": gguf(records=[record("t", [4, 0])], data=ZEROS),
    "axis_size_negative": gguf(records=[record("t", [2**64 - 1, 2])], data=ZEROS),
    "elements_wrap": gguf(records=[record("t", [2**32, 2**32])], data=ZEROS),
    "padding_wraps": gguf(records=[record("t", [4, 2**30 - 1, 2**30 + 1])], data=ZEROS),
    "unknown_tensor_type": gguf(records=[record("t", [4], 77)], data=ZEROS),
    "negative_tensor_type": gguf(records=[record("t", [4], 2**32 - 1)], data=ZEROS),
    "rows_not_blocks": gguf(records=[record("t", [640, 2], TYPE_Q4_K)], data=bytes(1024)),
    "offset_unaligned": gguf(records=[record("t", [4], offset=8)], data=ZEROS),
    "offset_past_end": gguf(records=[record("t", [4], offset=2**63)], data=ZEROS),
    "overlap": gguf(records=[record("a", [16]), record("b", [8], offset=32)], data=bytes(64)),
    "tail": gguf(records=ONE, data=bytes(32) + b"more" * 16),
    "vocabulary_scores_short": vocabulary(["<unk>", "a", "b"], scores(2)),
    "vocabulary_scores_strings": vocabulary(
        ["<unk>", "a"], field("tokenizer.ggml.scores", ARRAY, array(STRING, [string("0")] * 2))),
    "vocabulary_duplicate": vocabulary(["<unk>", "a", "a"], scores(3)),
    "vocabulary_huge_token": vocabulary(["<unk>", "a" * 5000], scores(2)),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CASES.items():
        (folder / f"{name}.gguf").write_bytes(content)


if __name__ == "__main__":
    main()
