#!/usr/bin/env python3
"""Tests of the benchmark runner (bench/common) with small scripts as contestants: no build, no peer."""
import importlib.util
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from common import Benchmark, Contestant, Context, Work, machine, process, report, rounds  # noqa: E402

CEILINGS = {"fma_gflops": 100.0, "copy_gbs": 20.0, "read_gbs": 25.0}
MACHINE = {"cpu": "test", "features": [], "ceilings": {"1": CEILINGS}, "disturbed": False}


def script(name, text, env=None):
    return Contestant(name, [sys.executable, "-c", text], env or {})


def prints(name, *entries):
    return script(name, "".join(f"print({json.dumps(json.dumps(e))})\n" for e in entries))


class RunnerTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        path = Path(self.folder.name)
        self.context = Context(path, path, path, path, threads=1)

    def race(self, ours, peer, count=1, works=(Work("w", flops=2e9, bytes=1e9),)):
        benchmark = Benchmark(list(works), ours, [peer])
        return benchmark, rounds.run_rounds(benchmark, self.context, works, count, lambda text: None)

    def results(self, *args, **more):
        benchmark, series = self.race(*args, **more)
        return report.results(benchmark, self.context, benchmark.works, series, MACHINE)

    def test_ratio_is_peer_over_ours(self):
        [entry] = self.results(prints("rxc", {"work": "w", "seconds": 0.5}),
                               prints("peer", {"work": "w", "seconds": 1.5}), count=2)
        self.assertEqual(entry["ratio"], {"median": 3, "min": 3, "max": 3})
        self.assertEqual(entry["rounds"], 2)
        self.assertGreater(entry["ours"]["rss"], 1 << 20)

    def test_ratio_is_taken_within_a_round(self):
        ours, peer = rounds.Series([1, 4, 2]), rounds.Series([2, 8, 8])
        self.assertEqual(rounds.ratios(ours, peer), {"median": 2, "min": 2, "max": 4})

    def test_order_turns_around_every_round(self):
        log = Path(self.folder.name) / "log"
        def logs(name):
            return script(name, f"open({str(log)!r}, 'a').write('{name} ')\n"
                                "print('{\"work\": \"w\", \"seconds\": 1}')")
        self.race(logs("a"), logs("b"), count=3)
        self.assertEqual(log.read_text(), "a b b a a b ")

    def test_floor_is_the_larger_bound(self):
        self.assertEqual(machine.floor(Work("w", flops=2e11, bytes=25e9), CEILINGS), 2)
        self.assertEqual(machine.floor(Work("w", flops=1e11, bytes=75e9), CEILINGS), 3)
        self.assertIsNone(machine.floor(Work("w"), CEILINGS))

    def test_floor_of_reads_is_the_read_bandwidth(self):
        ceilings = {"fma_gflops": 0, "copy_gbs": 40, "read_gbs": 20}
        self.assertEqual(machine.floor(Work("w", bytes=40e9), ceilings), 1)
        self.assertEqual(machine.floor(Work("w", bytes=40e9, reads=True), ceilings), 2)

    def test_probes_that_differ_mark_the_machine_as_disturbed(self):
        slow = {**CEILINGS, "fma_gflops": 80.0}
        both = machine.best_of({"ceilings": {"1": slow}}, {"ceilings": {"1": CEILINGS}})
        self.assertEqual(both, ({"1": CEILINGS}, True))
        close = {**CEILINGS, "fma_gflops": 90.0}
        self.assertFalse(machine.best_of({"ceilings": {"1": close}}, {"ceilings": {"1": CEILINGS}})[1])

    def test_openblas_chooses_its_kernels_itself(self):
        os.environ["OPENBLAS_CORETYPE"] = "Haswell"
        self.addCleanup(os.environ.pop, "OPENBLAS_CORETYPE")
        env = process.environment(Contestant("c", [], {"KEPT": "yes"}), threads=3)
        self.assertNotIn("OPENBLAS_CORETYPE", env)
        self.assertEqual((env["OMP_NUM_THREADS"], env["KEPT"]), ("3", "yes"))

    def test_other_lines_are_ignored(self):
        found = process.measurements("c", 'Loading\n{"progress": 1}\n[1]\n{"work": "w", "seconds": 1}\n')
        self.assertEqual(found, [{"work": "w", "seconds": 1}])

    def test_time_must_be_a_positive_number(self):
        for value in ("0", "-1", '"1"', "Infinity", "NaN"):
            with self.assertRaisesRegex(process.ContestantError, "no positive number"):
                process.measurements("c", f'{{"work": "w", "seconds": {value}}}')

    def test_one_process_may_measure_for_two(self):
        [entry] = self.results(prints("rxc", {"work": "w", "seconds": 1},
                                      {"work": "w", "contestant": "peer", "seconds": 2}), script("peer", ""))
        self.assertEqual(entry["ratio"]["median"], 2)

    def test_failure_shows_the_last_lines(self):
        failing = script("rxc", "import sys\nsys.exit('no such model')")
        with self.assertRaisesRegex(process.ContestantError, "(?s)rxc: exit status 1.*no such model"):
            self.race(failing, script("peer", ""))

    def test_missing_program_is_named(self):
        with self.assertRaisesRegex(process.ContestantError, "cannot start .*absent"):
            self.race(Contestant("rxc", [self.folder.name + "/absent"]), script("peer", ""))

    def test_missing_work_is_an_error(self):
        with self.assertRaisesRegex(process.ContestantError, "peer measured w 0 times in 1 rounds"):
            self.race(prints("rxc", {"work": "w", "seconds": 1}), script("peer", ""))

    def test_skipped_work_is_reported_and_has_no_row(self):
        ours = prints("rxc", {"work": "w", "skipped": "needs AVX-512"})
        benchmark, series = self.race(ours, prints("peer", {"work": "w", "seconds": 1}))
        self.assertEqual(report.skipped(series), ["rxc skipped w: needs AVX-512"])
        self.assertEqual(report.results(benchmark, self.context, benchmark.works, series, MACHINE), [])

    def test_contestant_runs_its_works_alone(self):
        peer = Contestant("peer", prints("", {"work": "v", "seconds": 1}).command, works=("v",), bytes={"v": 5e8})
        none = Contestant("none", ["absent"], works=())
        works = [Work("w", bytes=1e9), Work("v", bytes=1e9)]
        benchmark = Benchmark(works, prints("rxc", {"work": "w", "seconds": 1}, {"work": "v", "seconds": 1}), [peer, none])
        series = rounds.run_rounds(benchmark, self.context, works, 2, lambda text: None)
        [entry] = report.results(benchmark, self.context, works, series, MACHINE)
        self.assertEqual((entry["work"], entry["peer"]), ("v", "peer"))
        self.assertEqual(entry["peer_floor"], {"bytes": 5e8, "seconds": 0.02})
        self.assertIn("peer floor ms", report.table([entry]))

    def test_contestant_may_know_its_memory_better(self):
        [entry] = self.results(prints("rxc", {"work": "w", "seconds": 1, "rss": 3e6}),
                               prints("peer", {"work": "w", "seconds": 1, "rss": 4e6}))
        self.assertEqual((entry["ours"]["rss"], entry["theirs"]["rss"]), (3e6, 4e6))
        self.assertIn("MB ours", report.table([entry], memory=True))

    def test_every_benchmark_says_what_it_does(self):
        for path in sorted((ROOT / "bench").glob("*/bench.py")):
            spec = importlib.util.spec_from_file_location(path.parent.name, path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found = module.benchmark(Context(ROOT, ROOT / "build", ROOT, path.parent, threads=2))
            with self.subTest(path.parent.name):
                self.assertTrue(module.benchmark.__doc__)
                # What computes nothing that a machine bounds (compile time) has no floor anywhere.
                floors = [machine.floor(work, CEILINGS) for work in found.works]
                self.assertIn(len([each for each in floors if each]), (0, len(floors)))
                self.assertTrue(all(any(map(peer.runs, found.works)) for peer in found.peers))

    def test_table_shows_ratio_floor_and_error(self):
        text = report.table(self.results(prints("rxc", {"work": "w", "seconds": 0.08, "error": 1e-7}),
                                         prints("peer", {"work": "w", "seconds": 0.16})))
        for cell in ("w", "peer", "2.00", "[2.00, 2.00]", "1000", "2000", "40", "50%", "1.0e-07"):
            self.assertIn(cell, text)

    def test_lines_can_be_read_again(self):
        path = Path(self.folder.name) / "results" / "x.jsonl"
        entries = self.results(prints("rxc", {"work": "w", "seconds": 1}), prints("peer", {"work": "w", "seconds": 1}))
        report.write(entries, path)
        report.write(entries, path)
        self.assertEqual([json.loads(line) for line in path.read_text().splitlines()], entries * 2)

    def test_names_are_unique(self):
        with self.assertRaisesRegex(ValueError, "two works"):
            Benchmark([Work("w"), Work("w")], script("a", ""), [])
        with self.assertRaisesRegex(ValueError, "two contestants"):
            Benchmark([Work("w")], script("a", ""), [script("a", "")])


if __name__ == "__main__":
    unittest.main()
