"""shared_once.py BUNDLE: every program of the bundle holds each parameter of its model once.

That is: its buffers of weights have as many elements as the report says the model has parameters, no two of the manifest are made
of the same, and no instruction copies one. Then the same is asked of the bundle with a copy added, in three ways: each must be found.
"""

import copy
import json
import math
import re
import sys
from pathlib import Path


def elements(buffer_type):
    """f32[8, 2] in panels<f32, 32>"""
    dims = re.match(r"\w+\[([0-9, ]*)\]", buffer_type).group(1)
    return math.prod(int(dim) for dim in dims.split(",") if dim.strip())


def weights_of(program):
    names = {buffer["name"] for buffer in program["buffers"] if buffer["kind"] == "parameter"}
    return names.union(*(table["buffers"] for table in program["tables"]))


def copied_weights(program):
    aliases = {code["to"] for code in program["code"] if code["op"] == "entry"}
    weights = aliases | {i for i, buffer in enumerate(program["buffers"]) if buffer["kind"] == "parameter"}
    return [code for code in program["code"] if code["op"] == "copy" and code["from"] in weights]


def problems(manifest, plan):
    found = []
    buffers = {buffer["name"]: buffer for buffer in manifest["buffers"]}
    made_of = [(b.get("file"), b.get("tensor"), b.get("via"), tuple(b.get("inputs", []))) for b in buffers.values()]
    from_others = [each for each in made_of if each[0] or each[3]]
    if len(set(from_others)) != len(from_others):
        found.append("two buffers are made of the same")
    for row in [row for report in manifest["experiment"]["reports"] for show in report["shows"] for row in show["rows"]]:
        published, step = row["cells"][0]["value"], row["cells"][1]["step"]
        program = plan["programs"][step]
        held = sum(elements(buffers[name]["type"]) for name in weights_of(program))
        if held != published:
            found.append(f"{step} holds {held} elements of {published} parameters")
        found += [f"{step} copies a parameter at {code['location']}" for code in copied_weights(program)]
    return found


def with_copies(manifest, plan):
    """The bundle with one shared entry of a table as a buffer of its own; with its buffer made twice; with an instruction that copies."""
    step = manifest["experiment"]["reports"][0]["shows"][0]["rows"][-1]["cells"][1]["step"]
    for way in ("entry", "buffer", "instruction"):
        manifest_, plan_ = copy.deepcopy(manifest), copy.deepcopy(plan)
        program = plan_["programs"][step]
        table = next(table for table in program["tables"] if len(table["trips"]) == 1)
        twin = next(dict(b) for b in manifest["buffers"] if b["name"] == table["buffers"][0])
        twin["name"] += ".copy"
        if way != "instruction":
            manifest_["buffers"].append(twin)
        if way == "entry":
            table["trips"] = [2, *table["trips"]]
            table["buffers"] = table["buffers"] + [twin["name"]] + table["buffers"][1:]
        if way == "instruction":
            entry = next(code for code in program["code"] if code["op"] == "entry")
            program["code"].append({"op": "copy", "from": entry["to"], "to": 0, "location": "here"})
        yield way, manifest_, plan_


def main():
    bundle = Path(sys.argv[1])
    manifest, plan = (json.loads((bundle / name).read_text()) for name in ("manifest.json", "plan.json"))
    found = problems(manifest, plan)
    unnoticed = [way for way, *changed in with_copies(manifest, plan) if not problems(*changed)]
    print("\n".join(found + [f"a copy is not found: {way}" for way in unnoticed]) or "each parameter once")
    sys.exit(1 if found or unnoticed else 0)


main()
