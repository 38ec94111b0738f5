"""The table for a person and the lines for a machine."""
import json
from dataclasses import replace

from .machine import floor
from .rounds import ratios


def results(benchmark, context, works, series, machine):
    """One entry per work and peer that both measured. `machine`: cpu, features, ceilings, disturbed, options."""
    entries = []
    for work in works:
        for peer in benchmark.peers:
            if not (benchmark.ours.runs(work) and peer.runs(work)):
                continue
            ours, theirs = series[benchmark.ours.name, work.name], series[peer.name, work.name]
            if ours.skipped or theirs.skipped:
                continue
            ceilings = machine["ceilings"][str(context.threads)]
            moved = peer.bytes.get(work.name, work.bytes)
            entries.append({
                "work": work.name, "peer": peer.name, "threads": context.threads,
                "ours": ours.summary(), "theirs": theirs.summary(), "ratio": ratios(ours, theirs),
                "rounds": len(ours.seconds),
                "floor": {"bytes": work.bytes, "flops": work.flops, "seconds": floor(work, ceilings)},
                "peer_floor": {"bytes": moved, "seconds": floor(replace(work, bytes=moved), ceilings)}, **machine})
    return entries


def skipped(series):
    return [f"{contestant} skipped {work}: {s.skipped}"
            for (contestant, work), s in series.items() if s.skipped]


def write(entries, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for entry in entries:
            file.write(json.dumps(entry) + "\n")


HEADER = ("work", "peer", "ours ms", "(min)", "peer ms", "(min)", "ratio", "[min, max]",
          "MB moved", "MFLOP", "floor ms", "of floor")


def table(entries, memory=False):
    """`memory`: with the largest resident memory of both sides."""
    rows = [HEADER] + [row(entry) for entry in entries]
    if any(entry["peer_floor"] != {k: entry["floor"][k] for k in ("bytes", "seconds")} for entry in entries):
        rows = [(*rows[0], "peer floor ms")] + [
            (*r, number((e["peer_floor"]["seconds"] or 0) * 1e3)) for r, e in zip(rows[1:], entries)]
    if memory:
        rows = [(*rows[0], "MB ours", "peer")] + [
            (*r, *(number(e[side]["rss"] / 1e6) for side in ("ours", "theirs"))) for r, e in zip(rows[1:], entries)]
    errors = any("error" in entry[side] for entry in entries for side in ("ours", "theirs"))
    if errors:
        rows = [(*rows[0], "error ours", "peer")] + [
            (*r, error(e["ours"]), error(e["theirs"])) for r, e in zip(rows[1:], entries)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    # Names to the left, numbers to the right.
    return "\n".join("  ".join(cell.ljust(w) if i < 2 else cell.rjust(w)
                               for i, (cell, w) in enumerate(zip(r, widths))) for r in rows)


def row(entry):
    ours, theirs, ratio, bound = entry["ours"], entry["theirs"], entry["ratio"], entry["floor"]
    limit = bound["seconds"]
    return (entry["work"], entry["peer"],
            number(ours["median"] * 1e3), f"({number(ours['min'] * 1e3)})",
            number(theirs["median"] * 1e3), f"({number(theirs['min'] * 1e3)})",
            f"{ratio['median']:.2f}", f"[{ratio['min']:.2f}, {ratio['max']:.2f}]",
            number(bound["bytes"] / 1e6), number(bound["flops"] / 1e6),
            number(limit * 1e3) if limit else "-", f"{limit / ours['median']:.0%}" if limit else "-")


def number(value):
    """Three significant digits, without an exponent in the usual range."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{value:.2e}"


def error(summary):
    return f"{summary['error']:.1e}" if "error" in summary else "-"


def machine_lines(machine):
    lines = [f"{machine['cpu']} ({', '.join(machine['features'])})"]
    if machine.get("options"):
        lines.append(", ".join(f"{key}={value}" for key, value in machine["options"].items()))
    for threads, c in machine["ceilings"].items():
        lines.append(f"{threads} thread{'s' if threads != '1' else ''}: FMA {c['fma_gflops']:.0f} GF/s, "
                     f"copy {c['copy_gbs']:.1f} GB/s (read + write), read {c['read_gbs']:.1f} GB/s")
    if machine.get("disturbed"):
        lines.append("disturbed: the probes before and after differ by more than 15 %; trust the ratios, not the times")
    return "\n".join(lines)
