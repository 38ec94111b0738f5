"""run_state.py REPORT.json EXPRESSION: fails unless the Python expression holds.

In it: report (the file), cells (every cell), count(origin), claims, state.
"""

import json
import sys

report = json.load(open(sys.argv[1]))


def find_cells(node):
    if isinstance(node, dict):
        if "origin" in node:
            yield node
        for value in node.values():
            yield from find_cells(value)
    elif isinstance(node, list):
        for value in node:
            yield from find_cells(value)


cells = list(find_cells(report["reports"]))
claims = [claim for one in report["reports"] for claim in one["claims"]]


def count(origin):
    return sum(cell["origin"] == origin for cell in cells)


if not eval(sys.argv[2], {"report": report, "cells": cells, "claims": claims, "count": count, "state": report["state"]}):
    sys.exit(f"{sys.argv[2]} does not hold in\n{json.dumps(report, indent=1)}")
