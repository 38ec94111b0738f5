"""The first build."""
import sys

from common import Benchmark, Contestant, Work, promised

PROMISED = 15 * 60


def benchmark(context):
    """The first build of a fresh clone, without ccache, against what is promised (15 minutes on two cores)."""
    command = [sys.executable, context.folder / "measure.py", context.root]
    return Benchmark(works=[Work("cold_build")], ours=Contestant("rxc", command), peers=[promised({"cold_build": PROMISED})])
