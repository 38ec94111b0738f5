"""kinds.py KINDS FOLDER..: every kind of KINDS stands as `[kind]` in the expected output of some test of the folders."""

import re
import sys
from pathlib import Path

kinds = re.findall(r'^RX_KIND\("([^"]+)"', Path(sys.argv[1]).read_text(), re.M)
messages = "".join(
    path.read_text()
    for folder in sys.argv[2:]
    for path in sorted(Path(folder).iterdir())
    if path.suffix in {".expected", ".test"}
)
missing = [kind for kind in kinds if f"[{kind}]" not in messages]
for kind in missing:
    print(f"{kind}: no program fails with it")
print(f"{len(kinds)} kinds, {len(missing)} without a program")
sys.exit(1 if missing or not kinds else 0)
