"""Load windows: one load generator run against one row, with what the row's process used meanwhile."""

import dataclasses
import json
import subprocess

from . import machine
from .bodies import chat_request

REPLY_BYTES = 1000
FRAMES, FRAME_GAP_US = 64, 20_000
STALL_US = 10 * FRAME_GAP_US
KIB = 1024


@dataclasses.dataclass(frozen=True)
class Plan:
    """How long everything lasts, in seconds; rates per second; warm_up_passes: fewest and most."""

    rounds: int
    warm_up_passes: tuple
    warm_up_pass: float
    full_small: float
    full_large: float
    open_small: float
    open_large: float
    streams: float
    deadline: float
    rate: int = 200
    stream_rate: int = 30
    connections: int = 64
    open_connections: int = 16
    max_requests: int = 200_000

    def round_seconds(self, rows):
        drain = FRAMES * FRAME_GAP_US / 1e6
        return rows * (self.full_small + self.full_large + self.open_small + self.open_large + self.streams + drain + 0.6)


QUICK = Plan(rounds=3, warm_up_passes=(2, 5), warm_up_pass=5, full_small=2, full_large=1.5, open_small=4, open_large=2.5, streams=2, deadline=290)
SMOKE = Plan(rounds=1, warm_up_passes=(1, 1), warm_up_pass=1.5, full_small=0.5, full_large=0.5, open_small=1, open_large=1, streams=0.5, deadline=150)
# Warm-up goes on while the CPU time per request still changes by more than this from pass to pass.
SETTLED = 0.1


@dataclasses.dataclass(frozen=True)
class Window:
    """One kind of load. rate 0: closed loop."""

    name: str
    body: str
    seconds: float
    rate: float
    connections: int
    frames: int = 0


def windows(plan):
    return [
        Window("full_small", "small", plan.full_small, 0, plan.connections),
        Window("open_small", "small", plan.open_small, plan.rate, plan.open_connections),
        Window("full_large", "large", plan.full_large, 0, plan.connections // 2),
        Window("open_large", "large", plan.open_large, plan.rate, plan.open_connections),
        Window("stream", "stream", plan.streams, plan.stream_rate, 4 * plan.connections, FRAMES),
    ]


def warm_up_windows(plan):
    """One pass: load of all kinds; unpaced streams, since paced ones give a JVM's compiler too little to see."""
    unit = plan.warm_up_pass / 12
    return [
        Window("warm_large", "large", 3 * unit, 0, plan.connections // 4),
        Window("warm_stream", "burst", 3 * unit, 0, plan.connections // 4, FRAMES),
        Window("warm_open", "small", 1 * unit, plan.rate, plan.open_connections),
        Window("warm_small", "small", 5 * unit, 0, plan.connections),
    ]


def write_bodies(work):
    paced, burst = f"frames={FRAMES};gap_us={FRAME_GAP_US};", f"frames={FRAMES};gap_us=0;"
    for name, size, options, stream in (
        ("small", KIB, f"reply={REPLY_BYTES};", False),
        ("large", 100 * KIB, f"reply={REPLY_BYTES};", False),
        ("stream", KIB, paced, True),
        ("burst", KIB, burst, True),
    ):
        (work / f"body-{name}.json").write_bytes(chat_request(size, options, stream))


class Bench:
    """Runs windows. `flaws` collects everything that makes the run invalid."""

    def __init__(self, processes, work, build, plan, cpu):
        self.processes, self.work, self.build, self.plan, self.cpu = processes, work, build, plan, cpu
        self.flaws = []

    def run(self, row, window, cold=False):
        """Result of one window: the load generator's JSON plus CPU seconds of the proxy."""
        command = [
            self.build / "load", "--port", row.port, "--body", self.work / f"body-{window.body}.json",
            "--seconds", window.seconds, "--connections", window.connections, "--expect", row.expect,
            "--max-requests", self.plan.max_requests,
        ]
        if window.rate:
            command += ["--rate", window.rate, "--samples"]
        if window.frames:
            command += ["--frames", window.frames, "--stall-us", STALL_US]
        else:
            command += ["--length", REPLY_BYTES]
        where = f"{row.name}, {window.name}"
        cpu_before = self.cpu_seconds(row, where)
        process = self.processes.start("load", command, cpu=self.cpu, stdout=subprocess.PIPE)
        # The load generator ends by itself, at the latest 5 s after its last request.
        text, _ = process.communicate()
        cpu_after = self.cpu_seconds(row, where)
        self.processes.stop(process)
        if process.returncode:
            self.flaws.append(f"{where}: the load generator failed: {self.processes.log_tail(process)}")
            return None
        result = json.loads(text)
        self.judge(where, result, cold)
        result["cpu_seconds"] = cpu_after - cpu_before if row.process and cpu_before and cpu_after else None
        return result

    def cpu_seconds(self, row, where):
        if row.process is None:
            return None
        if row.process.poll() is not None:
            self.flaws.append(f"{where}: the proxy is gone (status {row.process.returncode})")
            return None
        return machine.cpu_seconds(row.process.pid)

    def judge(self, where, result, cold):
        """Wrong answers are flaws. A process that is still compiling may be late: what it did not finish is none."""
        if cold and set(result["errors"]) <= {"timeout"}:
            return
        if result["error_total"]:
            self.flaws.append(f"{where}: {result['error_total']} errors {result['errors']}, first: {result['first_error']}")
        elif result["right"] != result["begun"] or not result["begun"]:
            self.flaws.append(f"{where}: {result['begun']} requests begun, {result['right']} right answers")

    def warm_up(self, row):
        """Passes of load until a request costs what it cost in the pass before. A plain proxy has nothing to compile: one pass.

        Returns microseconds of CPU per 1 KiB request, pass by pass.
        """
        fewest, most = (1, 1) if row.name == "nginx" else self.plan.warm_up_passes
        costs = []
        while len(costs) < most:
            for window in warm_up_windows(self.plan):
                result = self.run(row, window, cold=True)
                if self.flaws:
                    return costs
            costs.append(round(result["cpu_seconds"] * 1e6 / max(1, result["right"]), 1))
            if len(costs) >= max(fewest, 2) and abs(costs[-1] - costs[-2]) <= SETTLED * costs[-2]:
                break
        return costs
