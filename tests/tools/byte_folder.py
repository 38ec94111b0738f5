"""byte_folder.py FOLDER PROGRAM: a new folder with the program, and a loaded model over bytes that its data can be tokenized for: `use bigram { Bigram }`, tiny.gguf."""

import pathlib
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).parent
folder = pathlib.Path(sys.argv[1])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
for program in (sys.argv[2], here / "Inputs" / "bigram.rx"):
    shutil.copy(program, folder)
writer = here.parent / "driver" / "Inputs" / "tiny_gguf.py"
subprocess.run([sys.executable, writer, folder / "tiny.gguf", "1"], check=True)
