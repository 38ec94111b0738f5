#!/usr/bin/env python3
"""hostile_gguf.py RXC FILES PROGRAM FOLDER: every file of tests/tools/make_hostile_gguf.py at the command line.

Copies each of FILES as FOLDER/hostile.gguf beside PROGRAM and asks `rxc check` about it. It must answer in the
author's terms: the place in the program, the file, what is wrong with it; exit code 1. Vocabularies are read when
text is encoded, so theirs is the answer of `rxc run`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

EXPECTED = {
    "alignment_0": "metadata 'general.alignment' = 0 must be a power of two from 8 to 65536",
    "alignment_2_30": "metadata 'general.alignment' = 1073741824 must be a power of two",
    "alignment_i32": "metadata 'general.alignment' is i32, expected u32",
    "array_bomb": "metadata 'k' declares 1073741824 array elements",
    "array_of_unknown_type": "metadata 'k' is an array of the unknown type 99",
    "array_size_wraps": "metadata 'k' declares 2305843009213693952 array elements",
    "axes_0": "tensor 't' has 0 axes, allowed are 1 to 4",
    "axes_2_32": "tensor 't' has 4294967295 axes",
    "axes_5": "tensor 't' has 5 axes",
    "axis_size_0": "tensor 't' has size 0 on axis 1",
    "axis_size_negative": "tensor 't' has size 18446744073709551615 on axis 0",
    "bool_2": "metadata 'k' holds a bool of value 2",
    "byte_swapped": "big-endian GGUF",
    "duplicate_key": "metadata 'k' stands in the file twice",
    "duplicate_tensor": "tensor 't' stands in the file twice",
    "elements_wrap": "tensor 't' has more than 2^48 elements",
    "empty": "0 bytes are too few for a GGUF file",
    "key_with_escape": r"has the key '\x1b[31mred', which is not printable ASCII",
    "metadata_count": "declares 9223372036854775808 metadata pairs",
    "negative_tensor_type": "tensor 't' has the unknown type id 4294967295",
    "nested_arrays": "metadata 'k' is an array of arrays",
    "offset_past_end": "tensor 't' needs 16 bytes at offset 9223372036854775808, but the data section has 32",
    "offset_unaligned": "tensor 't' begins at offset 8, which is no multiple of the alignment 32",
    "overlap": "tensors 'a' and 'b' overlap",
    "padding_wraps": "tensor 't' has more than 2^48 elements",
    "rows_not_blocks": "tensor 't' stores rows of 640 elements as q4_k, whose blocks have 256",
    "string_bomb": "metadata 'k' declares a string of 1073741824 bytes",
    "string_length_wraps": "metadata 'k' declares a string of 18446744073709551615 bytes",
    "tail": "80 bytes follow the last tensor",
    "tensor_count": "declares 18446744073709551615 tensors",
    "truncated_data": "tensor 't' needs 256 bytes at offset 0, but the data section has 100",
    "truncated_header": "20 bytes are too few for a GGUF file",
    "truncated_metadata": "metadata 'general.name' declares a string of 100 bytes",
    "unknown_tensor_type": "tensor 't' has the unknown type id 77",
    "unknown_value_type": "metadata 'k' has the unknown value type 13",
    "version_1": "GGUF version 1 is not supported, only 2 and 3",
    "vocabulary_duplicate": "token 'a' stands in the vocabulary twice",
    "vocabulary_huge_token": "token 1 is 5000 bytes long, allowed are 4096",
    "vocabulary_scores_short": "metadata 'tokenizer.ggml.scores' has 2 elements, expected 3",
    "vocabulary_scores_strings": "metadata 'tokenizer.ggml.scores' is array of 2 strings, expected an array of f32s",
    "wrong_magic": "it begins with 'GGML' instead of 'GGUF'",
}


def problem(rxc, program, name):
    """What is wrong with the answer about one file, or None."""
    is_vocabulary = name.startswith("vocabulary_")
    command = [rxc, "run" if is_vocabulary else "check", program]
    done = subprocess.run(command, capture_output=True, timeout=60)
    answer = done.stderr.decode()
    if done.returncode != 1:
        return f"exit code {done.returncode}, expected 1\n{answer}"
    if done.stdout:
        return f"wrote {done.stdout!r} to stdout"
    start = "rxc: error: " if is_vocabulary else f"{program}:"
    if not answer.startswith(start) or "hostile.gguf: " not in answer or EXPECTED[name] not in answer:
        return f"the message should begin with {start!r}, name the file and say {EXPECTED[name]!r}; it is\n{answer}"
    if not is_vocabulary and '| ' + 'source = load(Constant, path("hostile.gguf"))' not in " ".join(answer.split()):
        return f"the line of the program is not shown\n{answer}"
    if any(not character.isprintable() and character != "\n" for character in answer):
        return f"the message holds control characters: {answer!r}"
    return None


def main():
    rxc, files, program, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    copy = shutil.copy(program, folder)
    names = sorted(path.stem for path in files.glob("*.gguf"))
    assert names == sorted(EXPECTED), set(names) ^ set(EXPECTED)
    failed = 0
    for name in names:
        shutil.copyfile(files / f"{name}.gguf", folder / "hostile.gguf")
        wrong = problem(rxc, copy, name)
        if wrong:
            failed += 1
            print(f"{name}: {wrong}")
    print(f"{len(names)} files, {failed} failed")
    sys.exit(1 if failed else 0)


main()
