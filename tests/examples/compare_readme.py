#!/usr/bin/env python3
"""compare_readme.py REPORT README: the table and the claims that the README shows against those of a run."""

import math
import re
import sys

# Of the mean negative log likelihood, which is what a model computes; perplexity is its exponential. Another CPU adds f32 numbers
# in another order, and a model that sharing has broken amplifies that: it is on the whole the same model all the same.
RELATIVE = 1e-4


def tables(text):
    """name -> (parameters, bytes, perplexity) of the rows, and claim -> verdict."""
    rows = re.findall(r"^(source|(?:tied|relaxed), [^\n]*?)  +([\d,]+)  +([\d,]+)  +(\S+)$", text, re.M)
    claims = re.findall(r'^claim "(.+)" (holds|fails):', text, re.M)
    return {name: (params, size, float(perplexity)) for name, params, size, perplexity in rows}, dict(claims)


def problems(found, shown):
    for name, (params, size, perplexity) in shown[0].items():
        if name not in found[0]:
            yield f"no row {name}"
            continue
        counted = found[0][name]
        if counted[:2] != (params, size):
            yield f"{name}: {counted[:2]}, README {(params, size)}"
        ours, theirs = math.log(counted[2]), math.log(perplexity)
        if abs(ours - theirs) > RELATIVE * theirs:
            yield f"{name}: perplexity {counted[2]}, README {perplexity}"
    yield from (f"no row {name} in the README" for name in found[0] if name not in shown[0])
    yield from (f"claim {claim}: {found[1].get(claim)}, README {verdict}"
                for claim, verdict in shown[1].items() if found[1].get(claim) != verdict)


found, shown = (tables(open(path).read()) for path in sys.argv[1:])
wrong = list(problems(found, shown))
print(f"{len(shown[0])} rows, {len(shown[1])} claims\n" + "\n".join(wrong))
sys.exit(1 if wrong or len(shown[0]) != 17 or len(shown[1]) < 3 else 0)
