#!/usr/bin/env python3
"""Greedy texts of the real model against tests/golden/gemma/greedy.json, which was computed in float64.

    greedy_tokens.py run GOLDEN COMMAND..    runs the command with its prompts as further arguments
    greedy_tokens.py check GOLDEN TEXTS      compares the lines of `rxc generate --json`, token by token
"""

import json
import subprocess
import sys

END = {1, 106}  # tokens that end a text or a turn: the golden goes on after them


def expected(run):
    tokens = []
    for token in run["continuation"]:
        tokens.append(token)
        if token in END:
            break
    return tokens


def main():
    runs = json.load(open(sys.argv[2]))["runs"]
    if sys.argv[1] == "run":
        sys.exit(subprocess.run(sys.argv[3:] + [run["text"] for run in runs]).returncode)
    texts = [json.loads(line) for line in open(sys.argv[3])]
    assert [text["prompt"] for text in texts] == [run["text"] for run in runs]
    for text, run in zip(texts, runs):
        wanted = expected(run)
        assert text["tokens"] == wanted, f"{text['prompt']}\n{text['tokens']}\ninstead of\n{wanted}"
        assert text["ended"] == ("end of text" if wanted[-1] in END else "length"), text["ended"]
    print(f"{len(texts)} texts, {sum(len(text['tokens']) for text in texts)} tokens as in float64")


main()
