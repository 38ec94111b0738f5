#!/usr/bin/env python3
"""Logits of the real model against tests/golden/gemma, judged in float64.

    golden_logits.py inputs GOLDEN FOLDER     writes FOLDER/x0.npy, y0.npy, ... : the golden's token rows, and
                                              in the first columns of y the ids whose logits it holds
    golden_logits.py check GOLDEN FOLDER      compares FOLDER/logits0.npy and argmax0.npy, ... with it
    golden_logits.py argmax GOLDEN FOLDER     compares FOLDER/argmax0.npy, ... alone
    golden_logits.py bf16 GOLDEN FOLDER       compares FOLDER/logits0.npy of products of bf16 with it
"""

import json
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tools"))
import npy

PROBES = 64  # columns of y that the program reads
PEER_ERRORS = 2  # rms and maximum may be this many times those of transformers in f32
# rms of the error of products of bf16, relative to that of the logits: each number is rounded by 2^-9 at most, and some layers
# add up; less than the lower bound would mean that nothing was rounded.
BF16_ERRORS = 2**-12, 2**-6


def rows_of(golden):
    """The golden's token rows: a prompt, or windows of a text."""
    return golden["windows"] if "windows" in golden else [golden]


def write_inputs(golden, folder):
    os.makedirs(folder, exist_ok=True)
    for number, row in enumerate(rows_of(golden)):
        length = len(row["tokens"])
        probes = golden.get("probe_ids", [0] * PROBES)
        assert len(probes) == PROBES <= length
        npy.write(f"{folder}/x{number}.npy", (1, length), row["tokens"])
        npy.write(f"{folder}/y{number}.npy", (1, length), probes + [0] * (length - PROBES))


def check_argmax(golden, folder):
    count = equal = 0
    for number, row in enumerate(rows_of(golden)):
        shape, best = npy.read(f"{folder}/argmax{number}.npy")
        assert shape == (1, len(row["tokens"])), shape
        for position, (ours, exact) in enumerate(zip(best, row["argmax"])):
            count += 1
            equal += ours == exact
            if ours != exact:
                print(f"row {number}, position {position}: {ours:.0f}, float64 {exact}, gap {row['gap'][position]:.2g}")
    print(f"argmax: {equal} of {count} positions equal, smallest gap {min(min(r['gap']) for r in rows_of(golden)):.2g}")
    # Every gap is far above any error of f32 (README.md of the goldens), so all must agree.
    assert equal == count


def probe_errors(golden, folder):
    """rms and maximum."""
    shape, logits = npy.read(f"{folder}/logits0.npy")
    assert shape == (1, len(golden["tokens"]), PROBES), shape
    differences = [logits[position * PROBES + column] - exact
                   for position, row in zip(golden["probe_positions"], golden["probe_logits"])
                   for column, exact in enumerate(row)]
    rms = math.sqrt(sum(d * d for d in differences) / len(differences))
    largest = max(map(abs, differences))
    peer = golden["peer_probe_error"]
    print(f"{len(differences)} logits: rms error {rms:.3g} (peer {peer['rms']:.3g}), max {largest:.3g} (peer {peer['max']:.3g})")
    return rms, largest


def check_probes(golden, folder):
    rms, largest = probe_errors(golden, folder)
    assert rms <= PEER_ERRORS * golden["peer_probe_error"]["rms"]
    assert largest <= PEER_ERRORS * golden["peer_probe_error"]["max"]


def check_bf16(golden, folder):
    least, most = BF16_ERRORS
    assert least <= probe_errors(golden, folder)[0] / golden["peer_probe_error"]["rms_of_logits"] <= most


def main():
    command, path, folder = sys.argv[1:]
    golden = json.load(open(path))
    if command == "inputs":
        write_inputs(golden, folder)
        return
    if command == "bf16":
        check_bf16(golden, folder)
        return
    check_argmax(golden, folder)
    if command == "check" and "probe_logits" in golden:
        check_probes(golden, folder)


main()
