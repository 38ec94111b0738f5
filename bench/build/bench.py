"""The first build."""
import sys

from common import Benchmark, Contestant, Work

PROMISED = 15 * 60


def benchmark(context):
    """The first build of a fresh clone, without ccache, against what is promised (15 minutes on two cores)."""
    measure = [sys.executable, context.folder / "measure.py"]
    return Benchmark(works=[Work("cold_build")], ours=Contestant("rxc", [*measure, context.root]),
                     peers=[Contestant("promised", [*measure, "--promised", str(PROMISED)])])
