#!/usr/bin/env python3
"""Gives every ```rx block of docs/*.md to `rxc check`: docs_test.py RXC ROOT. A guide that does not compile is wrong.

The programs of docs/tutorial.md need weights: tutorial_test.py runs them.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    rxc, root = sys.argv[1], Path(sys.argv[2])
    blocks = failures = 0
    for page in sorted((root / "docs").glob("*.md")):
        if page.name == "tutorial.md":
            continue
        text = page.read_text()
        for match in re.finditer(r"^```rx\n(.*?)^```$", text, re.S | re.M):
            blocks += 1
            line = text.count("\n", 0, match.start()) + 1
            with tempfile.TemporaryDirectory() as folder:
                program = Path(folder) / "block.rx"
                program.write_text(match.group(1))
                run = subprocess.run([rxc, "check", program], capture_output=True, text=True)
                if run.returncode == 0 and re.search(r"^test ", match.group(1), re.M):
                    run = subprocess.run([rxc, "test", program], capture_output=True, text=True)
            if run.returncode:
                failures += 1
                print(f"{page.name}:{line}: this block does not check\n{run.stderr}")
    print(f"{blocks} blocks, {failures} failed")
    sys.exit(1 if failures or not blocks else 0)


main()
