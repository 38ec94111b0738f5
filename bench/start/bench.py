"""How long a user waits before anything happens."""
import sys

from common import Benchmark, Contestant, Work

# What the project promises, in seconds. With files in the page cache: a machine that has read nothing yet waits for its disk.
BUDGETS = {"code_ready": 0.3, "cold_compile": 8.0, "first_token": 1.5}


def benchmark(context):
    """What a user waits for: code of a known program, the main example compiled anew, the first token of a text; against what is promised."""
    chosen = [work for work in BUDGETS if context.selected(work)]
    measure = [sys.executable, context.folder / "measure.py"]
    return Benchmark(works=[Work(work) for work in chosen],
                     ours=Contestant("rxc", [*measure, context.binary("rxc"), context.cache, *chosen]),
                     peers=[Contestant("promised", [*measure, "--promised", *(f"{work}={BUDGETS[work]}" for work in chosen)])],
                     targets=["rxc", "rx-run"])
