"""Ours and the peers in turns, and what the rounds add up to."""
from dataclasses import dataclass, field
from statistics import median

from .process import ContestantError, run_contestant


@dataclass
class Series:
    """What one contestant measured of one work, one entry a round."""
    seconds: list = field(default_factory=list)
    rss: int = 0
    error: float = None
    skipped: str = None

    def add(self, entry):
        if "skipped" in entry:
            self.skipped = entry["skipped"]
            return
        self.seconds.append(entry["seconds"])
        self.rss = max(self.rss, entry["rss"])
        if "error" in entry:
            self.error = max(self.error or 0, entry["error"])

    def summary(self):
        result = {"median": median(self.seconds), "min": min(self.seconds), "rss": self.rss}
        return result if self.error is None else {**result, "error": self.error}


def run_rounds(benchmark, context, works, count, progress):
    """(contestant, work) -> Series. The order turns around from round to round, so that a machine
    that slows down or heats up favours nobody."""
    series = {}
    contestants = [benchmark.ours, *benchmark.peers]
    for round_number in range(count):
        order = contestants if round_number % 2 == 0 else contestants[::-1]
        for contestant in order:
            if not any(map(contestant.runs, works)):
                continue
            progress(f"round {round_number + 1}/{count}: {contestant.name}")
            for entry in run_contestant(contestant, context.threads, context.root):
                series.setdefault((entry["contestant"], entry["work"]), Series()).add(entry)
    check_complete(series, benchmark, works, count)
    return series


def check_complete(series, benchmark, works, count):
    for contestant in (benchmark.ours, *benchmark.peers):
        for work in filter(contestant.runs, works):
            found = series.get((contestant.name, work.name), Series())
            if not found.skipped and len(found.seconds) != count:
                raise ContestantError(f"{contestant.name} measured {work.name} {len(found.seconds)} times "
                                      f"in {count} rounds")


def ratios(ours, theirs):
    """Peer over ours, round by round."""
    each = [b / a for a, b in zip(ours.seconds, theirs.seconds)]
    return {"median": median(each), "min": min(each), "max": max(each)}
