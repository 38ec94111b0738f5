"""Matrix products of Gemma 3 270M with weights as their file stores them: panels of every form."""
from common import Benchmark, Contestant, Work

BLOCKS = {"NP": (1, 4), "bf16": (1, 2), "q5_0": (32, 22), "q8_0": (32, 34), "q4_k": (256, 144),
          "q6_k": (256, 210)}
# (N, K) of the weights; the last two are a slice of the output head and all of it.
WEIGHTS = [(1024, 640), (640, 1024), (2048, 640), (640, 2048), (32768, 640), (262144, 640)]
ROWS = [1, 2, 4, 8, 64, 512]
# On path step, which bulk products of as many rows are to be compared with.
STEP_FORMS, STEP_ROWS = ["q5_0", "q8_0", "q4_k", "q6_k"], [1, 2, 4, 8]
LARGEST_RESULT = 1 << 24


def products():
    for form, (elements, _) in BLOCKS.items():
        for n, k in WEIGHTS:
            if k % elements == 0:
                yield from ((form, m, n, k) for m in ROWS if m * n <= LARGEST_RESULT)
                yield from ((f"step_{form}", m, n, k) for m in STEP_ROWS if form in STEP_FORMS)


def work(form, m, n, k):
    elements, size = BLOCKS[form.removeprefix("step_")]
    return Work(f"{form}_{m}x{n}x{k}", flops=2 * m * n * k, bytes=n * k // elements * size + 4 * (m * k + m * n))


def benchmark(context):
    """Products with weights in their stored form, on both paths, against OpenBLAS on the expanded f32 values."""
    works = [each for each in (work(*product) for product in products()) if context.selected(each.name)]
    command = [context.binary("rxc_gemm_bench"), "--threads", context.threads,
               "--cpu", context.options.get("cpu", "host"), *(each.name for each in works)]
    # One process times both sides in turns and names each line's contestant.
    return Benchmark(works=works, ours=Contestant("rxc", command),
                     peers=[Contestant("openblas", ["true"])], targets=["rxc_gemm_bench"])
