"""What the generators of goldens share: a judge in float64 and a peer in f32 are asked for the logits of the
same tokens, and the judge's numbers are written with the peer's error beside them.

A judge or peer has `hidden(ids)`, the final normalised state of every token, and `logits(hidden)`. The
judge's `hidden` also takes a list `trace` and appends the residual stream after the embedding and after
each layer.
"""
import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import torch
import transformers

CHUNK = 64  # rows of logits held at a time: 128 MB in f64 at 262,144 words
PROBE_VOCABULARY = 64
PROBE_POSITIONS = 24


class Goldens:
    """`source`: facts that every file repeats."""

    def __init__(self, out, source, judge, peer, vocabulary):
        """`vocabulary`: how many words have a logit."""
        self.out, self.source, self.judge, self.peer = Path(out), source, judge, peer
        self.vocabulary = vocabulary

    def write(self, name, golden):
        made_by = {"float64": f"numpy {np.__version__}",
                   "peer": f"transformers {transformers.__version__} f32 on torch {torch.__version__}",
                   "cpu": cpu_name()}
        lines = [f"{json.dumps(key)}: {json.dumps(plain(value))}"
                 for key, value in {**self.source, "made_by": made_by, **golden}.items()]
        (self.out / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        print(f"{name}.json: {', '.join(f'{k} {v}' for k, v in golden.items() if np.isscalar(v))}", flush=True)

    def prompt(self, name, ids):
        """Every position of one prompt; `next` scores the following token, so one id is not read."""
        x, y = ids[:-1], ids[1:]
        trace = []
        h, peer_h = self.judge.hidden(x, trace=trace), self.peer.hidden(x)
        probe_ids = probe_vocabulary(y, self.vocabulary)
        probe_rows = np.unique(np.linspace(0, len(x) - 1, PROBE_POSITIONS).round().astype(int))
        columns = {"argmax": [], "gap": [], "log_sum_exp": [], "next_nll": []}
        error, probes, peer_probes = ErrorSum(), [], []
        for rows in chunks(len(x)):
            logits, peer_logits = self.judge.logits(h[rows]), self.peer.logits(peer_h[rows])
            best, gap = best_and_gap(logits)
            lse = log_sum_exp(logits)
            for column, values in zip(columns.values(), (
                    best, gap, lse, lse - logits[np.arange(len(lse)), y[rows]])):
                column.extend(values)
            error.add(logits, peer_logits)
            here = probe_rows[(probe_rows >= rows.start) & (probe_rows < rows.stop)] - rows.start
            probes.append(logits[np.ix_(here, probe_ids)])
            peer_probes.append(peer_logits[np.ix_(here, probe_ids)])
        probes, peer_probes = np.concatenate(probes), np.concatenate(peer_probes)
        self.write(name, {
            "tokens": x, "next": y, **columns,
            "probe_positions": probe_rows, "probe_ids": probe_ids, "probe_logits": probes,
            "peer_error": error.result(), "peer_probe_error": ErrorSum().add(probes, peer_probes).result(),
            "trace": [{"rms": np.sqrt(np.mean(r[-1] ** 2)), "first": r[-1][:8]} for r in trace]})

    def argmax(self, windows, about):
        """The likeliest token at every position of each window of tokens."""
        rows = []
        for ids in windows:
            h, peer_h = self.judge.hidden(ids), self.peer.hidden(ids)
            best, gap, peer_best = [], [], []
            for rows_here in chunks(len(ids)):
                chunk_best, chunk_gap = best_and_gap(self.judge.logits(h[rows_here]))
                best.extend(chunk_best)
                gap.extend(chunk_gap)
                peer_best.extend(self.peer.logits(peer_h[rows_here]).argmax(axis=1))
            rows.append({"tokens": ids, "argmax": best, "gap": gap,
                         "peer_differs_at": np.flatnonzero(np.array(best) != peer_best)})
        self.write("argmax", {**about, "positions": sum(map(len, windows)),
                              "smallest_gap": min(min(w["gap"]) for w in rows), "windows": rows})

    def top(self, text, ids, pieces):
        """The ten likeliest tokens after a prompt."""
        logits = self.judge.logits(self.judge.hidden(ids)[-1:])
        best = np.argsort(-logits[0], kind="stable")[:10]
        probability = np.exp(logits[0, best] - log_sum_exp(logits)[0])
        self.write("top", {"text": text, "tokens": ids, "top": [
            {"id": i, "piece": pieces[i], "logit": logits[0, i], "probability": p}
            for i, p in zip(best, probability)]})


class ErrorSum:
    """Root mean square and maximum of a difference that arrives in chunks."""

    def __init__(self):
        self.count, self.squares, self.logit_squares, self.largest = 0, 0.0, 0.0, 0.0

    def add(self, exact, approximate):
        difference = approximate - exact
        self.count += exact.size
        self.squares += float(np.sum(difference**2))
        self.logit_squares += float(np.sum(exact**2))
        self.largest = max(self.largest, float(abs(difference).max()))
        return self

    def result(self):
        return {"rms": np.sqrt(self.squares / self.count), "max": self.largest,
                "rms_of_logits": np.sqrt(self.logit_squares / self.count)}


def log_sum_exp(logits):
    top = logits.max(axis=1, keepdims=True)
    return top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))


def best_and_gap(logits):
    """Arg-max (the lowest id on a tie) and how far the second value lies below it, per row."""
    best = logits.argmax(axis=1)
    rows = np.arange(len(logits))
    top = logits[rows, best]
    logits[rows, best] = -np.inf
    gap = top - logits.max(axis=1)
    logits[rows, best] = top
    return best, gap


def probe_vocabulary(following, vocabulary):
    """Half of them spread over the vocabulary, half tokens that really follow somewhere."""
    spread = np.linspace(0, vocabulary - 1, PROBE_VOCABULARY // 2).astype(int)
    used = [i for i in dict.fromkeys(following.tolist()) if i not in spread]
    return np.sort(np.concatenate([spread, used[:PROBE_VOCABULARY - len(spread)]]))


def chunks(count):
    return [slice(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def cpu_name():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def plain(value):
    """numpy scalars and arrays as JSON values; floats keep all their digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value
