#!/usr/bin/env python3
"""tiny_gguf.py FILE [SEED [ARCHITECTURE]]: a weight file with a byte vocabulary and two tables of 259 x 16 for a bigram model."""

import random
import struct
import sys

U32, F32, STRING, ARRAY, I32 = 4, 6, 8, 9, 5
VOCABULARY, WIDTH = 259, 16


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def array(kind, items):
    return struct.pack("<IQ", kind, len(items)) + b"".join(items)


def fields(architecture):
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [2, 3, 3] + [6] * 256
    yield "general.architecture", STRING, text(architecture)
    yield "bigram.vocab_size", U32, struct.pack("<I", VOCABULARY)
    yield "bigram.width", U32, struct.pack("<I", WIDTH)
    yield "tokenizer.ggml.model", STRING, text("llama")
    yield "tokenizer.ggml.tokens", ARRAY, array(STRING, [text(t) for t in tokens])
    yield "tokenizer.ggml.scores", ARRAY, array(F32, [struct.pack("<f", 0.0)] * VOCABULARY)
    yield "tokenizer.ggml.token_type", ARRAY, array(I32, [struct.pack("<i", k) for k in kinds])
    yield "tokenizer.ggml.bos_token_id", U32, struct.pack("<I", 1)


def main():
    path, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    architecture = sys.argv[3] if len(sys.argv) > 3 else "bigram"
    draw = random.Random(seed)
    names = ["first.weight", "second.weight"]
    size = VOCABULARY * WIDTH * 4
    padded = (size + 31) // 32 * 32
    header = b"GGUF" + struct.pack("<IQQ", 3, len(names), len(list(fields(architecture))))
    for key, kind, payload in fields(architecture):
        header += text(key) + struct.pack("<I", kind) + payload
    for i, name in enumerate(names):
        header += text(name) + struct.pack("<IQQIQ", 2, WIDTH, VOCABULARY, 0, i * padded)
    header += b"\0" * (-len(header) % 32)
    with open(path, "wb") as out:
        out.write(header)
        for _ in names:
            values = [draw.gauss(0, 1) for _ in range(VOCABULARY * WIDTH)]
            out.write(struct.pack(f"<{len(values)}f", *values) + b"\0" * (padded - size))


main()
