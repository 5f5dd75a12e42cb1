"""Does the benchmark notice what it promises to notice? Run: python3 -m unittest discover bench

Needs gcc; takes about 15 s; nginx and the gateway are not needed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from harness import measure, neighbour, report, rows  # noqa: E402
from harness.bodies import chat_request  # noqa: E402
from harness.processes import Processes  # noqa: E402

BUILD = ROOT / "target" / "bench"
PLAIN = measure.Window("plain", "small", 0.5, 400, 4)
STREAM = measure.Window("stream", "burst", 0.5, 200, 16, measure.FRAMES)


def setUpModule():
    rows.build_tools(ROOT / "bench/src", BUILD)


class LoadGeneratorTest(unittest.TestCase):
    def flaws(self, fault, window, expect=None):
        with tempfile.TemporaryDirectory() as directory, Processes(Path(directory)) as processes:
            work = Path(directory)
            measure.write_bodies(work)
            port = rows.start_mock(processes, BUILD, ROOT / "bench/conf/lens.json", None, fault)
            row = rows.direct(port)
            row.expect = expect or row.expect
            bench = measure.Bench(processes, work, BUILD, measure.SMOKE, None)
            bench.run(row, window)
            return " ".join(bench.flaws)

    def test_accepts_right_answers(self):
        self.assertEqual("", self.flaws(None, PLAIN))
        self.assertEqual("", self.flaws(None, STREAM))

    def test_notices_a_status_other_than_200(self):
        self.assertIn("'status'", self.flaws("status", PLAIN))

    def test_notices_a_body_of_another_length(self):
        self.assertIn("'length'", self.flaws("short", PLAIN))

    def test_notices_an_answer_that_is_cut(self):
        self.assertIn("'closed'", self.flaws("cut", PLAIN))

    def test_notices_a_stream_that_is_cut(self):
        self.assertIn("'closed'", self.flaws("cut", STREAM))

    def test_notices_a_lost_frame(self):
        self.assertIn("'frames'", self.flaws("lose-frame", STREAM))

    def test_notices_a_doubled_frame(self):
        self.assertIn("'frames'", self.flaws("double-frame", STREAM))

    def test_notices_a_missing_done(self):
        self.assertIn("'done'", self.flaws("no-done", STREAM))

    def test_notices_another_model_or_a_missing_lens(self):
        delegated = rows.answer_text(rows.SMALL, "fp_lens")
        self.assertIn("'content'", self.flaws(None, PLAIN, delegated))
        self.assertIn("'content'", self.flaws(None, STREAM, delegated))

    def test_ends_although_nothing_answers(self):
        with tempfile.TemporaryDirectory() as directory:
            body = Path(directory) / "body"
            body.write_bytes(b"{}")
            done = subprocess.run(
                [BUILD / "load", "--port", "1", "--body", body, "--seconds", "1"], capture_output=True, text=True, timeout=20)
            self.assertIn("connect", json.loads(done.stdout)["errors"])


class NeighbourTest(unittest.TestCase):
    def load(self, body, *more, fault=None):
        with tempfile.TemporaryDirectory() as directory, Processes(Path(directory)) as processes:
            work = Path(directory)
            neighbour.write_bodies(work)
            port = rows.start_mock(processes, BUILD, ROOT / "bench/conf/lens.json", None, fault)
            done = subprocess.run(
                [BUILD / "load", "--port", str(port), "--body", work / f"body-{body}.json", "--seconds", "0.5", "--connections", "32", *more],
                capture_output=True, text=True, timeout=20, check=True)
            return json.loads(done.stdout)

    def test_the_mock_thinks_before_it_answers(self):
        result = self.load("quiet", "--rate", "100", "--samples", "--length", "1000")
        self.assertEqual(result["begun"], result["right"])
        self.assertGreaterEqual(min(result["latency_us"]["samples"]), neighbour.THINKING_US)

    def test_the_mock_thinks_before_it_streams(self):
        result = self.load("quiet-stream", "--rate", "40", "--samples", "--frames", str(neighbour.FRAMES))
        self.assertEqual(result["begun"], result["right"])
        self.assertGreaterEqual(min(result["first_frame_us"]["samples"]), neighbour.THINKING_US)

    def test_counts_refusals_apart_and_goes_on(self):
        result = self.load("large", "--max-requests", "500", "--refused", "500", "--length", "1000", fault="status")
        self.assertEqual({}, result["errors"])
        self.assertEqual(10, result["refused"])
        self.assertEqual(490, result["right"])

    def test_an_answer_that_is_late_is_a_flaw_of_the_quiet_tenant_only(self):
        street = neighbour.Street(None, None, None, None, neighbour.SMOKE, None)
        late = {"begun": 2, "right": 1, "refused": 0, "errors": {"timeout": 1}, "first_error": "late"}
        street.judge(late, "noisy tenant", late_allowed=True)
        self.assertEqual([], street.flaws)
        street.judge(late | {"errors": {"content": 1}}, "noisy tenant", late_allowed=True)
        street.judge(late, "quiet tenant", late_allowed=False)
        self.assertEqual(2, len(street.flaws))

    def test_is_met_in_every_round_or_says_that_it_is_not(self):
        def of(*p99_beside):
            # 100 answers of 100 ms, all but two of them also beside the noise.
            alone = [[100] * 100 for _ in p99_beside]
            return neighbour.changed(alone, [[100] * 98 + [p99] * 2 for p99 in p99_beside], 99)

        self.assertEqual("yes", neighbour.verdict(of(110, 119)))
        self.assertEqual("yes, not in every round", neighbour.verdict(of(110, 110, 110, 115, 125) | {"ratio": 1.15}))
        self.assertEqual("no", neighbour.verdict(of(120, 120)))
        self.assertAlmostEqual(1.1, of(110, 110)["ratio"])
        self.assertEqual({"median": 1.5, "min": 1, "max": 2}, of(100, 200)["ratio_rounds"])


class BodiesTest(unittest.TestCase):
    def test_has_the_exact_size_and_is_the_same_every_time(self):
        for size in (1024, 102400):
            body = chat_request(size, "reply=1000;", False)
            self.assertEqual(size, len(body))
            self.assertEqual(body, chat_request(size, "reply=1000;", False))
            self.assertEqual("bench-large", json.loads(body)["model"])


def result(cpu, right, latencies):
    return {"cpu_seconds": cpu, "right": right, "seconds": 1.0, "late": 0, "latency_us": {"samples": latencies}}


class FiguresTest(unittest.TestCase):
    def test_forms_ratios_within_a_round(self):
        # The second round ran on a machine twice as slow; the ratio is 1.5 in both.
        rounds = [
            {"direct": {"w": result(None, 10, [1])}, "nginx": {"w": result(0.1, 100, [2])}, "x": {"w": result(0.15, 100, [3])}},
            {"direct": {"w": result(None, 10, [1])}, "nginx": {"w": result(0.2, 100, [2])}, "x": {"w": result(0.3, 100, [3])}},
        ]
        ratio = report.Figures(rounds, ["direct", "nginx", "x"]).ratio_to_nginx("x", "w")
        self.assertAlmostEqual(1.5, ratio["min"])
        self.assertAlmostEqual(1.5, ratio["max"])

    def test_gives_no_ratio_without_nginx(self):
        rounds = [{"direct": {"w": result(None, 10, [1])}, "x": {"w": result(0.15, 100, [3])}}]
        self.assertIsNone(report.Figures(rounds, ["direct", "x"]).ratio_to_nginx("x", "w"))

    def test_subtracts_direct_from_the_same_quantile(self):
        rounds = [{"direct": {"w": result(None, 4, [1, 2, 3, 4])}, "x": {"w": result(0.1, 4, [11, 22, 33, 44])}}]
        figures = report.Figures(rounds, ["direct", "x"])
        self.assertEqual(20, figures.added("x", "w", "latency_us", 50)["all"])
        self.assertEqual(40, figures.added("x", "w", "latency_us", 99)["all"])

    def test_takes_the_nearest_rank(self):
        self.assertEqual(99, report.percentile(range(1, 101), 99))
        self.assertEqual(7, report.percentile([7], 99))

    def test_replaces_only_what_stands_between_the_markers(self):
        document = "before\n<!-- one:begin -->\nold\n<!-- one:end -->\n<!-- two:begin -->\nkept\n<!-- two:end -->\nafter\n"
        self.assertEqual(
            "before\nNEW\n<!-- two:begin -->\nkept\n<!-- two:end -->\nafter\n", report.replace_section(document, "NEW", "one"))
        with self.assertRaises(ValueError):
            report.replace_section("no markers", "NEW", "one")


class CleaningUpTest(unittest.TestCase):
    def children_after(self, stop):
        """Starts a process that owns a child that ignores SIGTERM, stops it with `stop`, returns whether the child lives."""
        program = (
            "import sys, pathlib, time; sys.path.insert(0, sys.argv[1])\n"
            "from harness.processes import Processes\n"
            "with Processes(pathlib.Path(sys.argv[2])) as p:\n"
            "    c = p.start('child', ['sh', '-c', 'trap \"\" TERM; echo ready; while :; do sleep 0.1; done'], stdout=-1)\n"
            "    c.stdout.readline(); print(c.pid, flush=True); time.sleep(60)\n")
        with tempfile.TemporaryDirectory() as directory:
            owner = subprocess.Popen(
                [sys.executable, "-c", program, ROOT / "bench", directory], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            child = int(owner.stdout.readline())
            owner.send_signal(stop)
            owner.wait(20)
            owner.stdout.close()
            for _ in range(100):
                if not Path(f"/proc/{child}").exists() or "State:\tZ" in Path(f"/proc/{child}/status").read_text():
                    return False
                time.sleep(0.05)
            os.kill(child, signal.SIGKILL)
            return True

    def test_leaves_nothing_after_ctrl_c(self):
        self.assertFalse(self.children_after(signal.SIGINT))

    def test_leaves_nothing_after_being_killed(self):
        self.assertFalse(self.children_after(signal.SIGKILL))


if __name__ == "__main__":
    unittest.main()
