"""Matrix products of Gemma 3 270M and ragged ones: generated kernels against OpenBLAS."""
from common import Benchmark, Contestant, Work

# (N, K) of the weights; the last is a slice of the output head.
WEIGHTS = [(1024, 640), (256, 640), (640, 1024), (2048, 640), (640, 2048), (32768, 640)]
ROWS = [1, 2, 4, 8, 16, 64, 128, 256, 512, 1024, 2048]
LARGEST_RESULT = 1 << 24
RAGGED = [(97, 1000, 333), (1, 1000, 333), (33, 500, 129), (250, 250, 250), (510, 1022, 638),
          (7, 4099, 641), (1999, 77, 611)]
LAYOUTS = ["NN", "NT", "TN", "NP"]


def products():
    for layout in LAYOUTS:
        for n, k in WEIGHTS:
            yield from ((layout, m, n, k) for m in ROWS if m * n <= LARGEST_RESULT)
        yield from ((layout, *shape) for shape in RAGGED)


def work(layout, m, n, k):
    return Work(f"{layout}_{m}x{n}x{k}", flops=2 * m * n * k, bytes=4 * (m * k + k * n + m * n))


def benchmark(context):
    """Generated matrix products against OpenBLAS (sgemm, and sgemv for one row), shapes of Gemma 3 270M."""
    works = [each for each in (work(*product) for product in products()) if context.selected(each.name)]
    command = [context.binary("rxc_gemm_bench"), "--threads", context.threads,
               "--cpu", context.options.get("cpu", "host"), *(each.name for each in works)]
    # One process times both sides in turns and names each line's contestant.
    return Benchmark(works=works, ours=Contestant("rxc", command),
                     peers=[Contestant("openblas", ["true"])], targets=["rxc_gemm_bench"])
