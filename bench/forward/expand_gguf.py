#!/usr/bin/env python3
"""expand_gguf.py FROM TO: a copy of a GGUF file with every tensor as F32."""
import sys

import gguf
import numpy as np

source = gguf.GGUFReader(sys.argv[1])
field = lambda name: source.fields[name].contents()
writer = gguf.GGUFWriter(sys.argv[2], field("general.architecture"))
for name, entry in source.fields.items():
    if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
        continue
    kind = entry.types[0]
    writer.add_key_value(name, entry.contents(), kind, entry.types[1] if kind == gguf.GGUFValueType.ARRAY else None)
for tensor in source.tensors:
    writer.add_tensor(tensor.name, gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
