"""full_disk.py RXC FOLDER: runs the program in FOLDER, that of tiny_folder.py, with its report on file systems of every size up to one
that holds it. In a mount namespace of its own (unshare -Urm)."""

import json
import os
import pathlib
import subprocess
import sys

rxc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
disk = folder / "disk"
disk.mkdir()
environment = {**os.environ, "RXC_CACHE": str(folder / "cache")}
failures = 0
for size in range(4, 256, 4):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk], check=True)
    run = subprocess.run([rxc, "run", "tiny.rx", "--out", disk / "out"], cwd=folder, env=environment, capture_output=True, text=True)
    left = {path.name: path.read_text() for path in disk.glob("out/*")}
    subprocess.run(["umount", disk], check=True)
    # Every file that is there is a whole one, of this moment or an earlier one of the run.
    assert not [name for name in left if name.endswith(".tmp")], left.keys()
    if "report.json" in left:
        json.loads(left["report.json"])
    if "report.html" in left:
        assert left["report.html"].endswith("</html>\n")
    if run.returncode == 0:
        break
    failures += 1
    assert run.returncode == 1, run.returncode
    assert "No space left on device" in run.stderr and str(disk) in run.stderr, run.stderr
assert run.returncode == 0 and failures > 2, (failures, run.stderr)
assert json.loads(left["report.json"])["state"] == "complete"
