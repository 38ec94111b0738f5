#!/usr/bin/env python3
"""compare_perplexity.py REPORT ROW GOLDEN: the row's parameters and perplexity against the golden's."""

import json
import sys

# Printed with six digits; f32 sums over 262,144 logits shift the mean by 2e-5 (transformers f32: the same).
TOLERANCE = 1e-4

report, row, golden = sys.argv[1:]
expected = json.load(open(golden))
cells = next(line.split() for line in open(report) if line.startswith(row + " "))
parameters, perplexity = int(cells[1].replace(",", "")), float(cells[3])
assert parameters == expected["unique_parameters"], (parameters, expected["unique_parameters"])
error = abs(perplexity / expected["perplexity"] - 1)
print(f"{row}: {perplexity}, f64 {expected['perplexity']}, relative error {error:.2g}")
assert error <= TOLERANCE
