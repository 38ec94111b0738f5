#!/usr/bin/env python3
"""compile.py RXC WORK:FEWEST:SETTING:PROGRAM ...: compiles PROGRAM with `--set SETTING` and with `--set FEWEST`, in turns, each time
with an empty cache, and prints the best time of each."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPETITIONS = 2


def seconds(rxc, program, setting):
    with tempfile.TemporaryDirectory() as folder:
        command = [rxc, "compile", program, "--set", setting, "-o", Path(folder) / "bundle"]
        begin = time.perf_counter()
        subprocess.run(command, check=True, env={**os.environ, "RXC_CACHE": folder}, stderr=subprocess.DEVNULL)
        return time.perf_counter() - begin


rxc, *works = sys.argv[1:]
for case in works:
    work, fewest, setting, program = case.split(":")
    taken = {"rxc": [], "fewest": []}
    for _ in range(REPETITIONS):
        taken["fewest"].append(seconds(rxc, program, fewest))
        taken["rxc"].append(seconds(rxc, program, setting))
    for contestant, times in taken.items():
        print(json.dumps({"work": work, "contestant": contestant, "seconds": min(times)}), flush=True)
