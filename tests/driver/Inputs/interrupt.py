"""interrupt.py RXC FOLDER: interrupts a run while it computes its second value, and looks at what it leaves."""

import json
import os
import pathlib
import signal
import subprocess
import sys

rxc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
program = (folder / "tiny.rx").read_text()
program = program.replace("perplexity(Text.take(4))]", "perplexity(Text.take(4)), perplexity(Text)]")
(folder / "long.rx").write_text(program)
environment = {**os.environ, "RXC_CACHE": str(folder / "cache")}
command = [rxc, "run", "long.rx", "--out", "out", "--no-memo"]
run = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
for line in run.stderr:
    if line.startswith("model, perplexity(Text.take(4)): "):
        run.send_signal(signal.SIGINT)
        break
output, errors = run.communicate(timeout=120)
print(output, errors)
assert run.returncode == 130, run.returncode
assert "stopping after the running batch" in errors
row = next(line for line in output.splitlines() if line.startswith("model "))
assert row.rstrip().endswith("not computed") and row.count("not computed") == 1, row
assert 'claim "more data, less certain" is undecided' in output

report = json.loads((folder / "out/report.json").read_text())
assert report["state"] == "interrupted", report["state"]
cells = report["reports"][0]["shows"][0]["rows"][0]["cells"]
assert [cell["origin"] for cell in cells] == ["constant", "constant", "computed", "missing"], cells
assert report["reports"][0]["claims"][0]["verdict"] == "undecided"
page = (folder / "out/report.html").read_text()
assert "interrupted" in page and "not computed" in page and page.endswith("</html>\n")
