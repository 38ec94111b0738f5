#!/usr/bin/env python3
"""compare_perplexity.py REPORT ROW GOLDEN: the row's parameters and perplexity against the golden's."""

import json
import math
import sys

PRINTED_DIGITS = 6

report, row, golden = sys.argv[1:]
expected = json.load(open(golden))
cells = next(line.split() for line in open(report) if line.startswith(row + " "))
parameters, perplexity = int(cells[1].replace(",", "")), float(cells[3])
assert parameters == expected["unique_parameters"], (parameters, expected["unique_parameters"])
exact = expected["perplexity"]
# One unit of the last digit that is printed: half of it is the rounding, the other half is for the errors of f32, which the peer's
# logits put at 6e-8 of a perplexity of 40 (golden/gemma/README.md). A sum that loses small exponentials is 2e-5 off and fails.
tolerance = 10 ** (math.floor(math.log10(exact)) + 1 - PRINTED_DIGITS)
print(f"{row}: {perplexity}, f64 {exact}, differs by {perplexity - exact:.2g}, allowed {tolerance:.2g}")
assert abs(perplexity - exact) <= tolerance
