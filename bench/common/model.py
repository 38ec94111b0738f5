"""A benchmark as data."""
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Work:
    """One repetition of it needs `flops` operations (2 per multiply-add) and moves `bytes`; if it
    `reads`, all of them come from memory."""
    name: str
    flops: float = 0
    bytes: float = 0
    reads: bool = False


@dataclass(frozen=True)
class Contestant:
    """A command that prints one JSON object per work."""
    name: str
    command: list
    env: dict = field(default_factory=dict)
    works: tuple = None  # names of those it runs; None: all
    bytes: dict = field(default_factory=dict)  # by work, what it moves where that differs from the work's bytes

    def runs(self, work):
        return self.works is None or work.name in self.works


@dataclass(frozen=True)
class Benchmark:
    works: list
    ours: Contestant
    peers: list
    targets: list = field(default_factory=list)
    requirements: list = field(default_factory=list)
    prepare: object = None  # called once, before the first round, with everything built and installed
    memory: bool = False  # whether the table shows resident memory

    def __post_init__(self):
        names = [work.name for work in self.works]
        if len(set(names)) < len(names):
            raise ValueError(f"two works have the same name: {', '.join(names)}")
        contestants = [contestant.name for contestant in (self.ours, *self.peers)]
        if len(set(contestants)) < len(contestants):
            raise ValueError(f"two contestants have the same name: {', '.join(contestants)}")


@dataclass(frozen=True)
class Context:
    root: Path
    build: Path
    cache: Path
    folder: Path
    threads: int
    options: dict = field(default_factory=dict)
    only: tuple = ()

    @property
    def venv(self):
        return self.cache / "bench-venv"

    @property
    def python(self):
        return str(self.venv / "bin" / "python")

    def binary(self, name):
        return str(self.build / "bin" / name)

    def selected(self, work):
        return not self.only or any(part in work for part in self.only)
