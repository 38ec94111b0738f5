"""Kernels of rows: one pass over memory each, against eager torch."""
import subprocess

from common import Benchmark, Contestant, Work, peers

# Tensors of so many elements per row that must be read and written, and operations per row. An
# exponential or tanh is counted as 20: two steps of range reduction and a polynomial of degree 7,
# as multiply-adds, and its scaling.
TRANSCENDENTAL = 20
PROGRAMS = {"norm": (2 * 640, 4 * 640), "residual_norm": (4 * 640, 5 * 640),
            "softmax": (2 * 2048, (3 + TRANSCENDENTAL) * 2048), "gate": (3 * 2048, (9 + TRANSCENDENTAL) * 2048),
            "rope": (2 * 4 * 256 + 256, 3 * 4 * 256)}
# A prefill's rows, which stay in the caches, and rows that do not.
ROWS = {"norm": (512, 65536), "residual_norm": (512, 65536), "softmax": (512, 16384), "gate": (512, 16384),
        "rope": (512, 32768)}


def work(program, rows):
    elements, flops = PROGRAMS[program]
    return Work(f"{program}_{rows}", flops=rows * flops, bytes=4 * rows * elements if rows > 512 else 0)


def benchmark(context):
    """Kernels of rows (norm, residual, softmax, gate, rope) against eager torch, with the bandwidth as floor."""
    works = [each for program, sizes in ROWS.items() for each in (work(program, rows) for rows in sizes)
             if context.selected(each.name)]
    names = [each.name for each in works]
    bundle = context.build / "bench-rows" / "rows.bundle"

    def prepare():
        bundle.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([context.binary("rxc"), "compile", context.folder / "rows.mlir", "-o", bundle], check=True)

    return Benchmark(
        works=works,
        ours=Contestant("rxc", [context.binary("rxc_rows_bench"), "--bundle", bundle, "--threads", context.threads,
                                *names], env=peers.WARM_HEAP),
        peers=[Contestant("torch", [context.python, context.folder / "torch_rows.py", *names], env=peers.WARM_HEAP)],
        targets=["rxc", "rxc_rows_bench"], requirements=peers.TORCH, prepare=prepare)
