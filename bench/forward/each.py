#!/usr/bin/env python3
"""each.py WORK=ARGUMENTS ... -- COMMAND: runs COMMAND once per work, with `--work WORK` and its arguments, and prints
what it prints with the largest resident memory of that one process."""
import json
import os
import subprocess
import sys

split = sys.argv.index("--")
works, command = sys.argv[1:split], sys.argv[split + 1:]
for work in works:
    name, arguments = work.split("=", 1)
    process = subprocess.Popen([*command, "--work", name, *arguments.split()], stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        sys.exit(f"{name}: exit status {code} of {' '.join(command)}")
    for line in text.splitlines():
        if line.startswith("{"):
            print(json.dumps({**json.loads(line), "rss": usage.ru_maxrss * 1024}), flush=True)
