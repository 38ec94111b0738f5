"""How long a user waits before anything happens."""
import sys

from common import Benchmark, Contestant, Work, promised

# In seconds. With files in the page cache: a machine that has read nothing yet waits for its disk.
PROMISED = {"code_ready": 0.3, "cold_compile": 8.0, "first_token": 1.5}


def benchmark(context):
    """What a user waits for: code of a known program, the main example compiled anew, the first token of a text; against what is promised."""
    chosen = {work: seconds for work, seconds in PROMISED.items() if context.selected(work)}
    command = [sys.executable, context.folder / "measure.py", context.binary("rxc"), context.cache, *chosen]
    return Benchmark(works=[Work(work) for work in chosen], ours=Contestant("rxc", command), peers=[promised(chosen)],
                     targets=["rxc"])
