#!/usr/bin/env python3
"""measure.py RXC CACHE WORK...: seconds until each is there, from the start of the process. CACHE holds the weights."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

REPETITIONS = 3
EXAMPLE = "examples/recursive_gemma.rx"
PROMPT = "The capital of France is"


def seconds(command, environment=None):
    begin = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def code_ready(rxc, cache):
    """`rxc plan` of a program that was compiled before: everything a run does before it reads weights."""
    command = [rxc, "plan", EXAMPLE]
    seconds(command)
    return median(seconds(command) for _ in range(REPETITIONS))


def cold_compile(rxc, cache):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "packages").symlink_to(cache / "packages")
        return seconds([rxc, "compile", EXAMPLE, "-o", Path(folder) / "bundle"], {**os.environ, "RXC_CACHE": folder})


def until_text(command):
    """From the start of the process until it has printed more than the prompt."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen = b""
    while len(seen) <= len(PROMPT):
        piece = os.read(process.stdout.fileno(), 4096)
        if not piece:
            raise SystemExit(f"{' '.join(map(str, command))}: ended with {seen!r}")
        seen += piece
    taken = time.perf_counter() - begin
    process.kill()
    process.wait()
    return taken


def first_token(rxc, cache):
    command = [rxc, "generate", "examples/generate.rx", PROMPT]
    until_text(command)
    return median(until_text(command) for _ in range(REPETITIONS))


rxc, cache, *works = sys.argv[1:]
for work in works:
    print(json.dumps({"work": work, "seconds": globals()[work](rxc, Path(cache))}), flush=True)
