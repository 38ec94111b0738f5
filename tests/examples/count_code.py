"""count_code.py BUNDLE PREFIX: how many functions the kernels of the plan whose names begin with PREFIX share."""

import json
import sys
from pathlib import Path

bundle, prefix = sys.argv[1:]
kernels = json.loads((Path(bundle) / "plan.json").read_text())["kernels"]
symbols = {kernel["symbol"] for kernel in kernels if kernel["name"].startswith(prefix)}
assert symbols, f"no kernel of {bundle} begins with {prefix}"
print(len(symbols))
