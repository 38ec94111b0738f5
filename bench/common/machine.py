"""What the machine can do, and the floor that follows from it."""
import json
import subprocess

DISTURBED = 0.15  # two probes of a quiet machine agree within this


def probe(context):
    """The output of rx-probe for one thread and for the benchmark's number of threads."""
    counts = sorted({1, context.threads})
    out = subprocess.run([context.binary("rx-probe"), *map(str, counts)], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def best_of(before, after):
    """The better figure of two probes, per thread count; and whether they differ too much to trust."""
    ceilings, disturbed = {}, False
    for threads, first in before["ceilings"].items():
        second = after["ceilings"][threads]
        ceilings[threads] = {key: max(first[key], second[key]) for key in first}
        disturbed |= any(abs(first[key] - second[key]) > DISTURBED * ceilings[threads][key] for key in first)
    return ceilings, disturbed


def floor(work, ceilings):
    """Seconds below which this work cannot be done with these ceilings; None if nothing bounds it.
    A copy counts reads and writes and may exceed the read bandwidth: the higher of the two bounds
    what is not reads alone."""
    moving = ["read_gbs"] if work.reads else ["copy_gbs", "read_gbs"]
    bandwidth = max(ceilings[key] for key in moving) * 1e9
    compute = work.flops / (ceilings["fma_gflops"] * 1e9) if ceilings["fma_gflops"] else 0
    return max(work.bytes / bandwidth, compute) or None
