"""report_too_large.py RXC FOLDER: runs the program in FOLDER, that of tiny_folder.py, again and again where a file may not grow to the
size of its report. What full_disk.py does with file systems, wherever no file system may be mounted: the report that was there stays
whole, or a whole one of this run is there."""

import os
import pathlib
import resource
import subprocess
import sys

rxc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
out = folder / "limited"
environment = {**os.environ, "RXC_CACHE": str(folder / "cache")}


def run(limit=resource.RLIM_INFINITY):
    """Values are remembered after the first time, and the bundle is found again: only the files of the report are written."""
    return subprocess.run([rxc, "run", "tiny.rx", "--out", out], cwd=folder, env=environment, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))


def files():
    return {path.name: path.read_bytes() for path in out.iterdir()}


assert run().returncode == 0 and run().returncode == 0
before = files()
page = before["report.html"]
others = max(len(content) for name, content in before.items() if name != "report.html")
assert others + 64 < len(page), "the report is not the largest file: this test tests nothing"
kept = 0
for limit in range(len(page) - 8, others, -64):
    limited = run(limit)
    assert limited.returncode == 1, limited
    assert f"{out}/report.html: cannot write: File too large" in limited.stderr, limited.stderr
    after = files()
    assert after.keys() == before.keys(), after.keys()
    assert after["report.html"].endswith(b"</html>\n"), after["report.html"][-80:]
    kept += after["report.html"] == page
    assert run().returncode == 0
    page = files()["report.html"]
print(f"{kept} times the report of before")
assert kept > 0
