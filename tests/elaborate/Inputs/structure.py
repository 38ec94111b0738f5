"""structure.py: the structure of an rx program on standard input, without its equations.

A weight of layer N of the file is written N, so that tying, means and corrections are seen as lists of layers.
"""

import re
import sys

KEPT = re.compile(r"^ *(%\S+ = )?rx\.(model|part|stack|loop|param|depth|forward|apply|program) ")
WEIGHT = re.compile(r"\bblk\.(\d+)\.[a-z_]+\.weight")

for line in sys.stdin:
    if KEPT.match(line):
        line = WEIGHT.sub(r"\1", re.sub(r"%\S+ = ", "", line))
        print(re.sub(r'@"([^"]*)"', r"@\1", line).rstrip().rstrip("{").rstrip())
