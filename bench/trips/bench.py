"""What compiling a block takes when more trips or more ranks share it."""
import sys

from common import Benchmark, Contestant, Work


def cases():
    """(work, program, setting with the fewest, setting of this work)"""
    for trips in (2, 3, 6, 9):
        yield f"trips_{trips}", "trips.rx", "looped.trips=2", f"looped.trips={trips}"
    for ranks in ("16", "16,64", "16,32,64,128"):
        yield f"ranks_{1 + ranks.count(',')}", "ranks.rx", "ranks=[16]", f"ranks=[{ranks}]"


def benchmark(context):
    """Compile time with an empty cache, for 2 to 9 trips of one loop and for 1 to 4 ranks: ratio is what the fewest take over that."""
    chosen = [case for case in cases() if context.selected(case[0])]
    each = [f"{work}:{fewest}:{setting}:{context.folder / program}" for work, program, fewest, setting in chosen]
    # One process times both sides in turns and names each line's contestant.
    return Benchmark(works=[Work(work) for work, *_ in chosen],
                     ours=Contestant("rxc", [sys.executable, context.folder / "compile.py", context.binary("rxc"), *each]),
                     peers=[Contestant("fewest", ["true"])], targets=["rxc"])
