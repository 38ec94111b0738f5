#!/usr/bin/env python3
"""torch's side: the same rows by eager ops, as models are written."""
import json
import os
import sys
import time
from statistics import median

import torch
import torch.nn.functional as F

HEADS = 4


def uniform(*shape):
    return torch.rand(*shape) * 2 - 1


def norm(t):
    x, g = uniform(t, 640), uniform(640)
    return lambda: F.rms_norm(x, (640,), g, 1e-6)


def residual_norm(t):
    x, u, g = uniform(t, 640), uniform(t, 640), uniform(640)

    def run():
        z = x + u
        return z, F.rms_norm(z, (640,), g, 1e-6)
    return run


def softmax(t):
    x = uniform(t, 2048)
    return lambda: torch.softmax(x, -1)


def gate(t):
    x, u = uniform(t, 2048), uniform(t, 2048)
    return lambda: F.gelu(x, approximate="tanh") * u


def rope(t):
    """As transformers writes it: tables of the width of a head."""
    x, cos, sin = uniform(HEADS, t, 256), uniform(t, 256), uniform(t, 256)
    return lambda: x * cos + torch.cat((-x[..., 128:], x[..., :128]), -1) * sin


def seconds_of(run):
    """As Main.cpp: the median of about half a second of calls, without the first three."""
    times, total = [], 0
    while len(times) < 8 or total < 0.5:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
        total += times[-1]
    return median(times[3:])


@torch.inference_mode()
def main():
    torch.set_num_threads(int(os.environ["RXC_BENCH_THREADS"]))
    for work in sys.argv[1:]:
        name, rows = work.rsplit("_", 1)
        torch.manual_seed(1)
        print(json.dumps({"work": work, "seconds": seconds_of(globals()[name](int(rows)))}), flush=True)


main()
