"""count_code.py BUNDLE: how many functions the kernels of the plan share."""

import json
import sys
from pathlib import Path

kernels = json.loads((Path(sys.argv[1]) / "plan.json").read_text())["kernels"]
print(len({kernel["symbol"] for kernel in kernels}))
