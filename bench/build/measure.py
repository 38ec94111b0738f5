#!/usr/bin/env python3
"""measure.py ROOT: seconds that the first `./rxc --help` of a clone of ROOT takes."""
import json
import os
import subprocess
import sys
import tempfile
import time


def build(root):
    with tempfile.TemporaryDirectory() as folder:
        clone = f"{folder}/rxc"
        subprocess.run(["git", "clone", "--quiet", "--shared", root, clone], check=True)
        begin = time.perf_counter()
        subprocess.run([f"{clone}/rxc", "--help"], check=True, env={**os.environ, "CCACHE_DISABLE": "1"},
                       stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin


print(json.dumps({"work": "cold_build", "seconds": build(sys.argv[1])}))
