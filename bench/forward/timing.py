"""What the contestants in Python share: the tokens, the sizes of Main.cpp, and how they time."""
import argparse
import json
import time
from statistics import median

PREFILL, PROMPT, STEPS, REPETITIONS = 512, 64, 32, 3


def parser():
    """The options that every contestant gets."""
    options = argparse.ArgumentParser()
    for name in ("--gguf", "--golden", "--work", "--kind"):
        options.add_argument(name, required=True)
    return options


class Golden:
    def __init__(self, path):
        self.values = json.loads(open(path).read())
        self.tokens = self.values["tokens"]

    def error(self, logits):
        """Root mean square of the differences of `logits` [positions, vocabulary] from the golden's probes."""
        squares = [(float(logits[position][word]) - exact) ** 2
                   for position, row in zip(self.values["probe_positions"], self.values["probe_logits"])
                   if position < len(logits)
                   for word, exact in zip(self.values["probe_ids"], row)]
        return (sum(squares) / len(squares)) ** 0.5


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def prefill(name, kind, golden, run):
    """`run(tokens, last_only)` gives logits that are computed, [positions, vocabulary]."""
    tokens, last_only = golden.tokens[:PREFILL], kind == "last"
    logits = run(tokens, last_only)
    entry = {"work": name} if last_only else {"work": name, "error": golden.error(logits)}
    del logits
    entry["seconds"] = median(seconds_of(lambda: run(tokens, last_only)) for _ in range(REPETITIONS))
    print(json.dumps(entry))


def decode(name, golden, append):
    """`append(tokens, start)` reads more tokens of every text and computes the logits after the last."""
    append(golden.tokens[:PROMPT], 0)
    append(golden.tokens[PROMPT:PROMPT + 1], PROMPT)  # warms up
    print(json.dumps({"work": name, "seconds": median(
        seconds_of(lambda at=at: append(golden.tokens[at:at + 1], at))
        for at in range(PROMPT + 1, PROMPT + STEPS + 1))}))
