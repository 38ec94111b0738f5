#!/usr/bin/env python3
"""Writes golden token ids with llama.cpp, the reference for GGUF vocabularies.

    pip install llama-cpp-python==0.3.36
    python generate.py MODEL.gguf OUTPUT.json

Only the vocabulary is loaded. Texts are listed here rather than in the output's history, so that a
new case is one line; ids are whatever llama.cpp says (special parsing off, no BOS).
"""

import argparse
import base64
import hashlib
import json
import unicodedata

import llama_cpp

NFD = lambda text: unicodedata.normalize("NFD", text)
NFC = lambda text: unicodedata.normalize("NFC", text)

TEXTS = [
    ("", "empty text"),
    (" ", "one space"),
    ("Hello, world!", "plain English"),
    ("It is a truth universally acknowledged, that a single man in possession of a good fortune, "
     "must be in want of a wife.", "a sentence of a novel"),
    (" leading space", "leading space"),
    ("trailing space ", "trailing space"),
    ("two  spaces   three    four", "inner runs of spaces"),
    ("".join("a" + " " * n for n in range(1, 41)) + "z", "runs of 1 to 40 spaces between letters"),
    (" " * 31, "31 spaces"),
    (" " * 32, "32 spaces"),
    (" " * 100, "100 spaces"),
    ("\t", "tab"),
    ("".join("a" + "\t" * n for n in range(1, 41)) + "z", "runs of 1 to 40 tabs"),
    ("".join("a" + "\n" * n for n in range(1, 41)) + "z", "runs of 1 to 40 newlines"),
    ("line\r\nline\r\n\r\nline\rline", "CRLF, blank CRLF line, lone CR"),
    (" \n \t\n\t \r\n  ", "mixed whitespace only"),
    ("a\u00a0b\u3000c\u2003d\u200be\u0085f\u2028g", "Unicode spaces, zero-width space, NEL, LS"),
    ("\u2581", "U+2581 alone: indistinguishable from a space after escaping"),
    ("a\u2581b \u2581\u2581 c", "U+2581 inside text"),
    ("1234567890", "digits"),
    ("3.14159 1,000,000 0x1F 1e-6 \u00bd \u2167 \u0663\u0664\u0665 \u00b2", "number forms"),
    ("def f(x):\n    return {k: v**2 for k, v in x.items()}  # comment\n", "Python"),
    ("int main(void) {\n\tfor (int i = 0; i < 10; ++i)\n\t\tprintf(\"%d\\n\", i);\n}\n", "C, tabs"),
    ("<html><body class=\"x\"><h1>T</h1><p>a</p></body></html>", "HTML: tags are vocabulary pieces"),
    ("{\"a\": [1, 2, {\"b\": null}], \"c\": \"\\u00e9\"}", "JSON"),
    ("https://example.org/a?b=c&d=%20#e user@example.org", "URL and e-mail"),
    ("$\\frac{\\partial L}{\\partial w} = \\sum_i x_i$", "LaTeX"),
    ("<start_of_turn>user\nhi<end_of_turn>\n", "typed control tokens stay plain text"),
    ("<bos><eos><pad><unk><mask>", "typed control tokens"),
    ("[multimodal]", "a user-defined piece: recognised in plain text"),
    ("<unused5> <unused99>", "typed unused pieces"),
    ("<0x41><0x0A>", "typed byte pieces"),
    ("<start_of_image>x<end_of_image>", "typed image markers"),
    (NFC("caf\u00e9 na\u00efve \u00c5ngstr\u00f6m"), "Latin, NFC"),
    (NFD("caf\u00e9 na\u00efve \u00c5ngstr\u00f6m"), "Latin, NFD: no normalisation"),
    (NFC("\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8"), "Korean, NFC"),
    (NFD("\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8"), "Korean, NFD: conjoining jamo"),
    ("\u7684\u4e00\u662f\u4e0d\u4e86\u4eba\u6211\u5728\u6709\u4ed6\u8fd9\u4e2d\u5927\u6765", "Chinese"),
    ("\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3067\u3059\u3002", "Japanese"),
    ("\u0627\u0644\u0644\u063a\u0629 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0645\u064f\u062d\u064e\u0645\u064e\u0651\u062f", "Arabic with marks"),
    ("\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd \u05e2\u05d5\u05dc\u05dd", "Hebrew with points"),
    ("\u0939\u093f\u0928\u094d\u0926\u0940 \u092d\u093e\u0937\u093e", "Hindi"),
    ("\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "Thai"),
    ("\u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u044f\u0437\u044b\u043a, \u0457\u0457", "Cyrillic"),
    ("\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u1f00\u03c1\u03c7\u1fc7", "Greek, polytonic"),
    ("\u12a0\u121b\u122d\u129b \u10e5\u10d0\u10e0\u10d7\u10e3\u10da\u10d8 \u0540\u0561\u0575", "Amharic, Georgian, Armenian"),
    ("\U00010330\U00010331 \U00020000 \U0001d49c\U0001d4b7", "beyond the basic plane"),
    ("\U0001f600\U0001f680\u2764\ufe0f", "emoji, variation selector"),
    ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "family: ZWJ sequence"),
    ("\U0001f44d\U0001f3fb\U0001f44d\U0001f3ff \U0001f9d1\U0001f3fd\u200d\U0001f680", "skin tones"),
    ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "flags"),
    ("e\u0301\u0302\u0303\u0304\u0305 Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319", "stacked combining marks"),
    ("\u202eright to left\u202c \u200fx\u200e", "directional controls"),
    ("\ufeffBOM first", "byte order mark"),
    ("\ufffd\uffff\U0010ffff", "replacement and noncharacters"),
    ("".join(chr(c) for c in range(32)) + "\x7f", "all C0 controls, with NUL"),
    ("a\0b\0\0c", "NUL inside text"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "one letter repeated"),
    ("=" * 80 + "-" * 70 + "." * 50 + "*" * 33, "runs of punctuation"),
    ("The the THE tHe theTHEthe_the-the.the", "case and joints"),
    ("antidisestablishmentarianism floccinaucinihilipilification", "long words"),
    ("don't I'll we've it's 'tis rock'n'roll \u2019s", "apostrophes"),
    ("supercalifragilistic\nexpialidocious\n\n  indented\n", "newlines and indentation"),
    (b"\xff\xfe\xfd", "bytes that begin no character"),
    (b"ok \x80\x81 continuation alone", "stray continuation bytes"),
    (b"cut \xe2\x82", "character cut at the end of the text"),
    (b"cut \xe2\x82 inside \xf0\x9f\x98 text", "characters cut inside the text"),
    (b"\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80", "overlong, surrogate, too large"),
    (bytes(range(256)), "all 256 bytes"),
]


def first_character(raw):
    """Length of the character at the start of raw, 0 when its first byte begins none."""
    for length in range(1, 5):
        try:
            raw[:length].decode()
            return length
        except UnicodeDecodeError:
            pass
    return 0


def reference_ids(model, raw):
    """llama.cpp's ids; bytes that begin no character stand alone as byte tokens.

    llama.cpp itself believes lead bytes: it lets a stray one swallow the escaped space behind it,
    so that the text does not come back. No piece holds such bytes, hence the stretches between
    them are tokenised on their own.
    """
    ids, start, end = [], 0, 0
    while end < len(raw):
        length = first_character(raw[end:])
        if length == 0:
            ids += model.tokenize(raw[start:end], add_bos=False, special=False)
            ids += model.tokenize(raw[end:end + 1], add_bos=False, special=False)
            start = end + 1
        end += max(length, 1)
    return ids + model.tokenize(raw[start:], add_bos=False, special=False)


def entry(model, text, note):
    raw = text if isinstance(text, bytes) else text.encode()
    ids = reference_ids(model, raw)
    content = {"base64": base64.b64encode(raw).decode()} if isinstance(text, bytes) else {"text": text}
    return {**content, "ids": ids, "note": note}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("model")
    arguments.add_argument("output")
    options = arguments.parse_args()
    model = llama_cpp.Llama(options.model, vocab_only=True, verbose=False)
    with open(options.model, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    golden = {
        "model_sha256": digest,
        "generator": f"llama-cpp-python {llama_cpp.__version__}",
        "cases": [entry(model, text, note) for text, note in TEXTS],
    }
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in golden["cases"])
    with open(options.output, "w") as file:
        file.write("{\n")
        file.write(f'  "model_sha256": {json.dumps(golden["model_sha256"])},\n')
        file.write(f'  "generator": {json.dumps(golden["generator"])},\n')
        file.write(f'  "cases": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
