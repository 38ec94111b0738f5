#!/usr/bin/env python3
"""Checks the include direction of the tree, and prints file:line of every wrong arrow.

    tests/layering.py [--root DIR] [--rx-run BINARY]

The rules:
  includes    a folder may include what ALLOWED lists for it, within the limits of ONLY_FOR
  upstream    LLVM and MLIR never in runtime/, ANTLR only in compiler/parse
  spelling    includes inside the repository are written from its root
  links       CMake files in runtime/ name no LLVM, MLIR, compiler or dialect library
  languages   stdlib/ and examples/ hold no C or C++
  models      compiler/, dialects/, runtime/ and grammar/ name no model: models are .rx text
  binary      with --rx-run: the program loads neither LLVM nor MLIR
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

# Folder -> folders it may include besides itself. The longest matching prefix decides, on both
# sides: `compiler/parse` is judged by its own row, and an entry `dialects` covers all below it.
ALLOWED = {
    "runtime/abi": [],
    "runtime": ["runtime"],
    "dialects": ["dialects", "runtime/abi"],
    "dialects/rx": ["dialects/rxt", "runtime/abi"],  # the equations of an experiment are rxt ops
    "dialects/rxt": ["runtime/abi"],
    "dialects/rxk": ["runtime/abi"],
    "compiler/diag": [],
    "compiler/ast": ["compiler/diag"],
    "compiler/parse": ["compiler/ast", "compiler/diag"],
    "compiler/resolve": ["compiler/ast", "compiler/diag", "runtime/abi"],
    "compiler/elaborate": [
        "compiler/ast",
        "compiler/diag",
        "compiler/parse",  # modules named by `use` and the values of --set are text
        "compiler/resolve",
        "dialects",
        "runtime/abi",
    ],
    "compiler/lower": ["compiler/ast", "compiler/diag", "compiler/target", "dialects", "runtime/abi"],
    "compiler/passes": ["dialects", "runtime/abi"],
    "compiler/reference": ["dialects", "runtime/abi"],
    "compiler/target": ["dialects", "runtime/abi"],
    "compiler/pipeline": ["compiler", "dialects", "runtime/abi"],
    "compiler/driver": ["compiler", "dialects", "runtime"],
    "compiler": ["compiler", "dialects", "runtime/abi"],
    "bench": ["compiler", "dialects", "runtime"],
    "tests/runtime": ["tests", "runtime"],
    "tests": ["tests", "compiler", "dialects", "runtime"],
}
# What nobody but the named folders may include, whatever the table above allows them.
ONLY_FOR = {
    "compiler/driver": ["tests"],
    "compiler/pipeline": ["compiler/driver", "tests"],
}
TOP_FOLDERS = ("runtime", "dialects", "compiler", "tests", "bench", "stdlib", "examples", "grammar")
CPP_SUFFIXES = {".h", ".hpp", ".c", ".cc", ".cpp", ".inc", ".def", ".td"}
MODEL_FREE = ("compiler", "dialects", "runtime", "grammar")
MODEL_NAMES = re.compile(r"gemma", re.IGNORECASE)

INCLUDE = re.compile(r'^\s*(?:#\s*include|include)\s*(["<])([^">]+)[">]')
LLVM = re.compile(r"^(llvm|llvm-c|mlir|mlir-c|clang|lld)/")
ANTLR = re.compile(r"antlr4|(^|/)Rx(Lexer|Parser)\w*\.h$")
RUNTIME_LINKS = re.compile(r"\b(rxc_mlir|MLIR\w*|LLVM\w*|rxc_(?!runtime_|abi\b|library\b|tool\b)\w+)\b")


def longest_prefix(path, folders):
    """The longest of `folders` that holds `path`, or None."""
    holding = [f for f in folders if path == f or path.startswith(f + "/")]
    return max(holding, key=len, default=None)


def text_files(root, tops):
    for top in tops:
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path


def lines_of(path):
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def includes_of(path):
    """(line number, quote, included path) of every include of a C++ or TableGen file."""
    for number, line in enumerate(lines_of(path), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def include_error(name, path, quote, included):
    """What is wrong with one include, or None."""
    if LLVM.match(included) and name.startswith(("runtime/", "tests/runtime/")):
        return f"runtime/ never includes LLVM or MLIR: {included}"
    if ANTLR.search(included) and not name.startswith("compiler/parse/"):
        return f"only compiler/parse includes ANTLR: {included}"
    if quote == '"' and path.suffix != ".td" and is_relative(path, included):
        return f"write the path from the root of the repository: {included}"
    folder = longest_prefix(name, ALLOWED)
    if folder is None or included.split("/")[0] not in TOP_FOLDERS:
        return None
    if longest_prefix(included, ALLOWED[folder] + [folder]) is None:
        return f"{folder} may not include {included}"
    guarded = longest_prefix(included, ONLY_FOR)
    if guarded and longest_prefix(name, ONLY_FOR[guarded] + [guarded]) is None:
        return f"only {', '.join(ONLY_FOR[guarded])} may include {included}"
    return None


def is_relative(path, included):
    return included.startswith(".") or ("/" not in included and (path.parent / included).exists())


def check_includes(root):
    for name, path in text_files(root, TOP_FOLDERS):
        if path.suffix not in CPP_SUFFIXES:
            continue
        for number, quote, included in includes_of(path):
            error = include_error(name, path, quote, included)
            if error:
                yield f"{name}:{number}: {error}"


def check_links(root):
    for name, path in text_files(root, ["runtime"]):
        if path.name != "CMakeLists.txt":
            continue
        for number, line in enumerate(lines_of(path), start=1):
            found = RUNTIME_LINKS.search(line.split("#")[0])
            if found:
                yield f"{name}:{number}: runtime/ may not link {found.group(0)}"


def check_languages(root):
    for name, path in text_files(root, ["stdlib", "examples"]):
        if path.suffix in CPP_SUFFIXES:
            yield f"{name}:1: stdlib/ and examples/ are .rx text only"


def check_models(root):
    for name, path in text_files(root, MODEL_FREE):
        for number, line in enumerate([name] + lines_of(path)):
            if MODEL_NAMES.search(line):
                yield f"{name}:{max(number, 1)}: names a model; models live in stdlib/ and examples/"


def check_binary(binary):
    if not binary.exists():
        print(f"layering: skipped the binary check: {binary} is not built")
        return
    listing = subprocess.run(["ldd", str(binary)], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        if re.search(r"LLVM|MLIR", line):
            yield f"{binary}: loads {line.split()[0]}: rx-run must start without LLVM and MLIR"


def check(root, rx_run=None):
    """All violations of the tree at `root`, as a list of messages."""
    errors = []
    for rule in (check_includes, check_links, check_languages, check_models):
        errors += rule(root)
    if rx_run:
        errors += check_binary(rx_run)
    return errors


def main():
    parser = argparse.ArgumentParser(description="Checks the include direction of the tree.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--rx-run", type=Path, help="also check what this binary loads")
    arguments = parser.parse_args()
    errors = check(arguments.root, arguments.rx_run)
    print("\n".join(errors) if errors else "layering: every include points the right way")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
