#!/usr/bin/env python3
"""compare_top.py REPORT GOLDEN COUNT: ids and probabilities of the COUNT most likely tokens against the golden's f64 pass."""

import json
import sys

report, golden, count = sys.argv[1:]
shown = [(int(cells[-2]), float(cells[-1])) for cells in (line.split() for line in open(report)) if len(cells) >= 3 and cells[-2].isdigit()]
expected = [(token["id"], token["probability"]) for token in json.load(open(golden))["top"]][:int(count)]
assert len(shown) == len(expected) == int(count), (shown, expected)
for (id, probability), (expected_id, expected_probability) in zip(shown, expected):
    assert id == expected_id, (id, expected_id)
    assert abs(probability - expected_probability) <= 0.00006, (id, probability, expected_probability)
