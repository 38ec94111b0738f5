#!/usr/bin/env python3
"""Runs docs/tutorial.md from its first line to its last: tutorial_test.py RXC ROOT FOLDER.

An ```rx block is what mine.rx is from there on. A ```console block is typed in its folder: what follows a line `$ command` is what the
command prints on standard output, or on standard error where it shows an error; then the command must fail. Other blocks are not allowed.

What differs from run to run stands as `...`, in two forms: a line that is nothing else stands for any number of lines, also none;
inside of a line it stands for any text, also none. Numbers with an exponent are perplexities of models that sharing has broken, and may
be those of another CPU (perplexity.py). All the rest is compared as it stands, but for spaces at the ends of lines.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))
import perplexity  # noqa: E402

LARGE = re.compile(r"\d\.\d+e\+\d+")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)


def pattern_of_text(text):
    """A group for every large number."""
    return f"({LARGE.pattern})".join(re.escape(part) for part in LARGE.split(text))


def pattern_of(expected):
    lines = []
    for line in expected.splitlines():
        if line == "...":
            lines.append(r"(?:[^\n]*\n)*")
        else:
            lines.append(".*".join(pattern_of_text(part) for part in line.split("...")) + r"[ ]*\n")
    return "".join(lines)


def fits(expected, printed):
    match = re.fullmatch(pattern_of(expected), printed)
    return match is not None and all(perplexity.same(float(ours), float(theirs))
                                     for ours, theirs in zip(match.groups(), LARGE.findall(expected), strict=True))


def commands_of(block):
    """Pairs of a command and what it prints."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.M)
    assert parts[0] == "", f"a console block begins with a command: {block}"
    return list(zip(parts[1::2], parts[2::2]))


def cache_for(folder):
    """Values are computed here, as a newcomer does; downloads, decompositions and code are those of the machine's cache."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rxc"
    shared, own = Path(os.environ.get("RXC_CACHE") or default), folder / "cache"
    own.mkdir()
    for name in ("packages", "linalg", "objects"):
        (shared / name).mkdir(parents=True, exist_ok=True)
        (own / name).symlink_to((shared / name).resolve())
    return own


def prepare(rxc, root, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(root / "rxc.lock", folder / "rxc.lock")
    shutil.copy(root / "LICENSE", folder / "mine.txt")
    path = os.pathsep.join([str(Path(rxc).resolve().parent), os.environ["PATH"]])
    return {**os.environ, "RXC_CACHE": str(cache_for(folder)), "PATH": path}


def run(command, expected, folder, environment):
    """Nothing, or what is wrong."""
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
    fails = ": error: " in expected
    if (done.returncode != 0) == fails and fits(expected, done.stderr if fails else done.stdout):
        return ""
    return f"$ {command}\nexit code {done.returncode}\n{done.stderr}{done.stdout}expected:\n{expected}"


def check_rule():
    """The comparison itself: what it lets pass, and what not."""
    assert fits("a\n...\nb\n", "a\nb\n") and fits("a\n...\nb\n", "a\nx\ny\nb\n")
    assert fits("t ... s\n", "t 0.5 s  \n") and fits("", "")
    assert fits("p 6.16086e+06 -1.5e+07\n", "p 6.16085e+06 -1.50001e+07\n")
    for expected, printed in [("p 6.16086e+06\n", "p 6.26086e+06\n"), ("p 6.16086e+06\n", "p 45.1\n"), ("p 45.1015\n", "p 45.1014\n"),
                              ("a\n", ""), ("", "a\n"), ("a\n", "a\nb\n"), ("t ... s\n", "t 0.5\ns\n"), ("a.c\n", "abc\n")]:
        assert not fits(expected, printed), (expected, printed)


def main():
    rxc, root, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    check_rule()
    environment = prepare(rxc, root, folder)
    text = (root / "docs/tutorial.md").read_text()
    blocks = BLOCK.findall(text)
    assert 2 * len(blocks) == len(re.findall(r"^```", text, re.M)), "a block is not closed"
    commands, problems = 0, []
    for kind, block in blocks:
        assert kind in ("rx", "console"), f"a block that is not run: {kind}\n{block}"
        if kind == "rx":
            (folder / "mine.rx").write_text(block)
            continue
        for command, expected in commands_of(block):
            commands += 1
            problems.append(run(command, expected, folder, environment))
    problems = [problem for problem in problems if problem]
    print("\n".join(problems + [f"{commands} commands, {len(problems)} failed"]))
    sys.exit(1 if problems or commands < 10 else 0)


main()
