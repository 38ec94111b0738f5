"""bundle_index.py RXC FOLDER: finds bundles again in FOLDER, that of tiny_folder.py, and changes one ingredient after another.

An entry of the index that a command has written shows that it elaborated; none, that it did not.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

rxc, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
cache = folder / "cache"
stdlib = folder / "stdlib"
shutil.copytree(pathlib.Path(__file__).parents[3] / "stdlib", stdlib)


def entries():
    return {path.name: (path.stat().st_mtime_ns, path.read_text()) for path in cache.glob("programs/*.json")}


def run(*arguments, binary=rxc, command="plan"):
    environment = {**os.environ, "RXC_CACHE": str(cache), "RXC_STDLIB": str(stdlib)}
    return subprocess.run([binary, command, "study.rx", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def written(*arguments, **how):
    """Entries that the command has written, and what it printed."""
    before = entries()
    done = run(*arguments, **how)
    assert done.returncode == 0, done.stderr
    return [name for name, entry in entries().items() if before.get(name) != entry], done.stdout


def elaborates(what, *arguments, **how):
    """The command does, and the same one again does not, with the same result."""
    names, output = written(*arguments, **how)
    assert len(names) == 1, f"{what}: {names}"
    names, again = written(*arguments, **how)
    assert not names and again == output, f"{what}: elaborated again\n{output}{again}"
    return output


def finds(what, *arguments, **how):
    names, output = written(*arguments, **how)
    assert not names, f"{what}: elaborated"
    return output


def edit(name, old, new):
    """In place, of the same length and time: only the content differs."""
    path, text = folder / name, (folder / name).read_bytes()
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    assert old.encode() in text, name
    path.write_bytes(text.replace(old.encode(), new.encode(), 1))
    os.utime(path, ns=times)


def split_program():
    """tiny.rx with its model in a module of its own, and with something to set."""
    text = (folder / "tiny.rx").read_text()
    model = text[text.index("model Bigram"):text.index("experiment Tiny")]
    (folder / "bigram.rx").write_text("use std.core.layers { Embedding, Linear }\n" + model)
    text = text.replace(model, "").replace("use std.core.layers { Embedding, Linear }", "use bigram { Bigram }")
    text = text.replace("experiment Tiny {", "experiment Tiny {\n  n = 4").replace("Text.take(4)", "Text.take(n)")
    (folder / "study.rx").write_text(text.replace("\n  report", "\n  preset short { n = 3 }\n  report"))


def lock(version):
    """Pins the package `tiny` in this version, whose file lies in the cache."""
    packed = cache / f"packages/tiny-{version}/tiny.gguf"
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    part = {"package": "tiny", "version": version, "member": "tiny.gguf", "bytes": 1, "sha256": "0" * 64}
    package = {"version": version, "file": "tiny.gguf", "bytes": packed.stat().st_size, "sha256": digest,
               "licence": "MIT", "parts": [part], "notices": []}
    (folder / "rxc.lock").write_text(json.dumps({"version": 1, "packages": {"tiny": package}, "texts": {}}))


split_program()
first = elaborates("a new program")

# What is asked for.
assert elaborates("a setting", "--set", "n=5") != first
assert elaborates("a preset", "--preset", "short") != first
assert elaborates("two settings", "--set", "n=5", "--set", "n=6") != elaborates("their order", "--set", "n=6", "--set", "n=5")
cpu = pathlib.Path("/proc/cpuinfo").read_text()
if "avx512f" in cpu or "avx_vnni" in cpu:
    elaborates("a target", "--cpu", "avx2")
else:
    finds("this machine's target by its name", "--cpu", "avx2")
if "avx512_bf16" in cpu:
    elaborates("a precision", "--cpu", "avx512bf16", "--precision", "bf16")
else:
    finds("a precision that this machine gains nothing from", "--precision", "bf16")
finds("nothing changed")
edit("study.rx", "n = 4", "n = 7")
assert elaborates("the program's text") != first
edit("study.rx", "n = 7", "n = 4")
assert finds("the text is back") == first
shutil.copy(rxc, folder / "other-rxc")
elaborates("another compiler", binary=folder / "other-rxc")
elaborates("a text to continue", "--tokens", "3", "ab", command="generate")
finds("another prompt", "--tokens", "4", "abc", command="generate")
elaborates("another program for it", "--tokens", "3", "--whole", "ab", command="generate")
finds("back to the reports")

# What is read.
edit("bigram.rx", "second(first(ids))", "second(first(idz))")
assert run().returncode == 1, "an error in a module beside the program"
edit("bigram.rx", "second(first(idz))", "second(first(ids))")
finds("an error leaves no trace")
edit("bigram.rx", "{ Embedding, Linear }", "{ Linear, Embedding }")
elaborates("a module beside the program")
edit("stdlib/core/metrics.rx", "metric perplexity", "metric perplexitY")
assert run().returncode == 1, "a name that the library no longer has"
edit("stdlib/core/metrics.rx", "metric perplexitY", "metric perplexity")
finds("the library is back")
with open(stdlib / "core/layers.rx", "a") as library:
    library.write("// One line more.\n")
elaborates("a module of the library")
edit("tiny.gguf", "general.architecture", "general.architecturE")
elaborates("the header of a weight file")
shutil.copy(folder / "second.gguf", folder / "tiny.gguf")
edit("tiny.gguf", "general.architecture", "general.architecturE")
finds("other weights under the same header")

# A package is what the lock file says.
for version, file in (("1.0", "second.gguf"), ("2.0", "tiny.gguf")):
    (cache / f"packages/tiny-{version}").mkdir(parents=True)
    shutil.copy(folder / file, cache / f"packages/tiny-{version}/tiny.gguf")
edit("study.rx", 'path("tiny.gguf")', 'package("tiny")  ')
lock("1.0")
elaborates("a package")
lock("2.0")
elaborates("another version of the package")

# What the index says is checked.
edit("study.rx", 'package("tiny")  ', 'path("tiny.gguf")')
finds("back to the file")
shutil.rmtree(cache / "bundles")
elaborates("the bundle is gone")
for path in cache.glob("programs/*.json"):
    path.write_text(path.read_text()[:-9])
elaborates("a damaged entry")
run("--dump-dir", "dump")
assert (folder / "dump/01-rx.mlir").is_file(), "nothing was dumped"
