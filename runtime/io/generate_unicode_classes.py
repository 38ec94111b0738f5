#!/usr/bin/env python3
"""Writes UnicodeClassTable.inc: the code points that pre-tokenisers tell apart.

    python generate_unicode_classes.py > UnicodeClassTable.inc

Letters and numbers are the general categories L* and N*; white space is the property White_Space,
which Python's str.isspace() does not match exactly (it adds U+001C..U+001F).
"""

import sys
import unicodedata

WHITE_SPACE = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B),
               0x2028, 0x2029, 0x202F, 0x205F, 0x3000]


def ranges(points):
    result = []
    for point in points:
        if result and result[-1][1] == point - 1:
            result[-1][1] = point
        else:
            result.append([point, point])
    return result


def table(name, points):
    rows = ranges(points)
    print(f"constexpr CodePointRange {name}[] = {{")
    for start in range(0, len(rows), 4):
        print("    " + " ".join(f"{{0x{a:04X}, 0x{b:04X}}}," for a, b in rows[start:start + 4]))
    print("};")


def category(letter):
    return [p for p in range(0x110000) if unicodedata.category(chr(p))[0] == letter]


print(f"// Unicode {unicodedata.unidata_version}. Written by generate_unicode_classes.py: do not edit.")
table("letterRanges", category("L"))
table("numberRanges", category("N"))
table("whiteSpaceRanges", WHITE_SPACE)
sys.stdout.flush()
