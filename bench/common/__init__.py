"""What a bench.py describes, and the parts of the runner (bench/README.md is the interface)."""
from .model import Benchmark, Contestant, Context, Work
from .promised import promised

__all__ = ["Benchmark", "Contestant", "Context", "Work", "promised"]
