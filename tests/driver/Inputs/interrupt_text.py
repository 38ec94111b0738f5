"""interrupt_text.py RXC FOLDER: interrupts a text while it grows, and looks at what is left of it."""

import os
import pathlib
import signal
import subprocess
import sys

rxc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
command = [rxc, "generate", "tiny.rx", "--tokens", "100000000", "ab"]
environment = {**os.environ, "RXC_CACHE": str(folder / "cache")}
run = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
begun = run.stdout.read(1000)
run.send_signal(signal.SIGINT)
output, errors = run.communicate(timeout=120)
errors = errors.decode()
print(errors)
assert run.returncode == 130, run.returncode
assert begun.startswith(b"ab") and output.endswith(b"\n")
assert errors.rstrip().endswith("(interrupted)")
