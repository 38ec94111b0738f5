#!/usr/bin/env python3
"""few_rows.py FILE: a sound GGUF whose tokenizer has four tokens, but whose model has rows for two."""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tools"))
import make_hostile_gguf as make

tokens = ["<unk>", "a", "b", "c"]
fields = [make.field("tokenizer.ggml.model", make.STRING, make.string("llama")),
          make.field("tokenizer.ggml.tokens", make.ARRAY, make.array(make.STRING, [make.string(t) for t in tokens])),
          make.scores(len(tokens)),
          make.field("tokenizer.ggml.add_space_prefix", make.BOOL, b"\0")]
rows = struct.pack("<8f", *range(8))
open(sys.argv[1], "wb").write(make.gguf(fields, [make.record("rows", [4, 2])], rows))
