#!/usr/bin/env python3
"""Runs every program of docs/tutorial.md and compares its output line by line: tutorial_test.py RXC ROOT FOLDER."""

import re
import shutil
import subprocess
import sys
from pathlib import Path


def main():
    rxc, root, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "rxc.lock", folder / "rxc.lock")
    shutil.copy(root / "LICENSE", folder / "mine.txt")
    text = (root / "docs/tutorial.md").read_text()
    steps = re.findall(r"^```rx\n(.*?)^```\n+```text\n(.*?)^```", text, re.S | re.M)
    failures = 0
    for number, (program, expected) in enumerate(steps, 1):
        (folder / "mine.rx").write_text(program)
        command = [rxc, "run", folder / "mine.rx", "--no-memo", "--out", folder / f"run{number}"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode or run.stdout.split() != expected.split():
            failures += 1
            print(f"step {number}: exit code {run.returncode}\n{run.stderr}{run.stdout}expected:\n{expected}")
    print(f"{len(steps)} steps, {failures} failed")
    sys.exit(1 if failures or len(steps) != text.count("```rx") else 0)


main()
