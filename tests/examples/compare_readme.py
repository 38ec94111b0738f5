#!/usr/bin/env python3
"""compare_readme.py REPORT README: the table and the claims that the README shows against those of a run."""

import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import perplexity  # noqa: E402


def tables(text):
    """name -> (parameters, bytes, perplexity) of the rows, and claim -> verdict."""
    rows = re.findall(r"^(source|(?:tied|relaxed), [^\n]*?)  +([\d,]+)  +([\d,]+)  +(\S+)$", text, re.M)
    claims = re.findall(r'^claim "(.+)" (holds|fails):', text, re.M)
    return {name: (params, size, float(value)) for name, params, size, value in rows}, dict(claims)


def problems(found, shown):
    for name, (params, size, value) in shown[0].items():
        if name not in found[0]:
            yield f"no row {name}"
            continue
        counted = found[0][name]
        if counted[:2] != (params, size):
            yield f"{name}: {counted[:2]}, README {(params, size)}"
        if not perplexity.same(counted[2], value):
            yield f"{name}: perplexity {counted[2]}, README {value}"
    yield from (f"no row {name} in the README" for name in found[0] if name not in shown[0])
    yield from (f"claim {claim}: {found[1].get(claim)}, README {verdict}"
                for claim, verdict in shown[1].items() if found[1].get(claim) != verdict)


found, shown = (tables(open(path).read()) for path in sys.argv[1:])
wrong = list(problems(found, shown))
print(f"{len(shown[0])} rows, {len(shown[1])} claims\n" + "\n".join(wrong))
sys.exit(1 if wrong or len(shown[0]) != 17 or len(shown[1]) < 3 else 0)
