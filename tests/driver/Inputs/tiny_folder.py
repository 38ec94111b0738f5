"""tiny_folder.py FOLDER [LINES]: the program tiny.rx with its weights and a text of LINES lines (300), in a new folder."""

import pathlib
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).parent
folder = pathlib.Path(sys.argv[1])
lines = int(sys.argv[2]) if len(sys.argv) > 2 else 300
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
shutil.copy(here / "tiny.rx", folder)
for seed, name in enumerate(["tiny.gguf", "second.gguf"], start=1):
    subprocess.run([sys.executable, here / "tiny_gguf.py", folder / name, str(seed)], check=True)
(folder / "text.txt").write_text("".join(f"the quick brown fox {i} jumps\n" for i in range(lines)))
