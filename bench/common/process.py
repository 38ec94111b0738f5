"""Runs one contestant once and reads what it measured."""
import json
import os
import subprocess
import tempfile

# A value left in the user's shell would choose OpenBLAS kernels that do not fit this CPU.
FORGOTTEN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREAD_VARIABLES = ("RXC_BENCH_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ContestantError(Exception):
    """A contestant failed or printed what no contestant may print."""


def environment(contestant, threads):
    env = {key: value for key, value in os.environ.items() if key not in FORGOTTEN}
    env.update({name: str(threads) for name in THREAD_VARIABLES})
    env.update(contestant.env)
    return env


def run_contestant(contestant, threads, folder):
    """The JSON objects it printed, each with `contestant` filled in and `rss`, the largest resident
    memory of the process in bytes."""
    command = [str(part) for part in contestant.command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        try:
            process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err,
                                       env=environment(contestant, threads))
        except OSError as problem:
            raise ContestantError(f"{contestant.name}: cannot start {command[0]}: {problem.strerror}") from None
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, messages = out.read(), err.read()
    if process.returncode:
        tail = "\n".join((text + messages).splitlines()[-20:])
        raise ContestantError(f"{contestant.name}: exit status {process.returncode} of {' '.join(command)}\n{tail}")
    return [{"contestant": contestant.name, "rss": usage.ru_maxrss * 1024, **entry}
            for entry in measurements(contestant.name, text)]


def measurements(name, text):
    """The lines of `text` that are JSON objects with a `work`."""
    entries = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict) or "work" not in entry:
            continue
        if "skipped" not in entry and not positive(entry.get("seconds")):
            raise ContestantError(f"{name}: `seconds` is no positive number in {line}")
        entries.append(entry)
    return entries


def positive(value):
    return isinstance(value, (int, float)) and 0 < value < float("inf")
