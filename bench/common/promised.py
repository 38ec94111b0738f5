"""A peer for works that nobody else does: the time that the project promises."""
import json
import sys

from .model import Contestant


def promised(seconds):
    """`seconds`: by work."""
    lines = "\n".join(json.dumps({"work": work, "seconds": value}) for work, value in seconds.items())
    return Contestant("promised", [sys.executable, "-c", f"print({lines!r})"])
