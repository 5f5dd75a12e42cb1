"""The noisy neighbour: what a quiet tenant's latency becomes when another tenant sends all it can through the same gateway."""

import dataclasses
import json
import shutil
import statistics
import subprocess
import time

from . import machine, measure, rows
from .bodies import chat_request
from .processes import free_port
from .report import number, percentile

KIB = 1024
# What "hardly changes" means: the quiet tenant's p99 grows by less than this part of itself.
ALLOWED = 0.2
# How long a model thinks before it answers, at the least.
THINKING_US = 100_000
FRAMES, FRAME_GAP_US = 16, 20_000
QUIET_RATE, QUIET_CONNECTIONS = 100, 64
PROBE_RATE, PROBE_CONNECTIONS = 50, 32
SECTION = "neighbour"


@dataclasses.dataclass(frozen=True)
class Noise:
    """One way to be noisy, in a closed loop over all connections. contested: what the tenants share and this one takes."""

    name: str
    contested: str
    title: str
    tenant: str
    body: str
    connections: int
    frames: int = 0
    quiet_body: str = "quiet"
    quiet_frames: int = 0


NOISES = (
    Noise("requests", "requests limit", "far over its limits: 600 requests per minute, 16 at once; every other one is refused",
          "many-requests", "thinking", 128),
    Noise("streams", "streams limit", "far over its limit of 16 streams at once; the quiet tenant streams too",
          "many-streams", "streams", 128, FRAMES, "quiet-stream", FRAMES),
    Noise("connections", "upstream connections", "no limits; 320 requests at once for 128 connections and 128 places in their queue",
          "noisy", "thinking", 320),
    Noise("long-streams", "upstream connections", "no limits; streams of 2 s on all connections it can get",
          "noisy", "long-streams", 192, 40),
    Noise("cpu", "CPU", "no limits; requests of 100 KiB whose tokens are estimated, answered at once",
          "noisy", "large", 32),
    Noise("cpu-bodies", "CPU", "no limits; requests of 1 MiB, answered at once",
          "noisy", "huge", 16),
)


@dataclasses.dataclass(frozen=True)
class Plan:
    """Seconds. The noise begins `lead` before the quiet tenant's window and goes on until behind it."""

    rounds: int
    window: float
    lead: float
    warm_up_passes: int
    deadline: float


QUICK = Plan(rounds=4, window=4, lead=1, warm_up_passes=3, deadline=480)
SMOKE = Plan(rounds=1, window=1, lead=0.5, warm_up_passes=1, deadline=120)


def write_bodies(work):
    reply = f"reply={measure.REPLY_BYTES};"
    thinking = f"delay_us={THINKING_US};"
    for name, size, options, stream in (
        ("quiet", KIB, thinking + reply, False),
        ("quiet-stream", KIB, f"{thinking}frames={FRAMES};gap_us={FRAME_GAP_US};", True),
        ("thinking", KIB, thinking + reply, False),
        ("streams", KIB, f"{thinking}frames={FRAMES};gap_us={FRAME_GAP_US};", True),
        ("long-streams", KIB, "frames=40;gap_us=50000;", True),
        ("large", 100 * KIB, reply, False),
        ("huge", KIB * KIB, reply, False),
    ):
        (work / f"body-{name}.json").write_bytes(chat_request(size, options, stream))


def start_gateway(processes, gateway, conf_dir, work, mock_port, cpu):
    directory = work / "fresnel-neighbour"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    port = free_port()
    conf = rows.fill(conf_dir / "neighbour.yaml.in", directory / "fresnel.yaml", {
        "DIR": directory, "PORT": port, "ADMIN_PORT": free_port(), "MOCK_PORT": mock_port,
    })
    process = processes.start(
        "fresnel-neighbour", [*gateway.command, "serve", "--config", conf], cpu=cpu, stdout=subprocess.DEVNULL,
        environment=gateway.environment)
    processes.wait_until_answering(process, port, "/v1/models", seconds=60)
    gateway.look_at(process)
    return rows.Row("fresnel-neighbour", "Fresnel", port, rows.answer_text(rows.LARGE, "fp_bare"), process)


class Street:
    """Where all of them live: runs windows of the quiet tenant, alone or beside a noisy one. `flaws` makes the run invalid."""

    def __init__(self, processes, work, row, mock_port, plan, cpu):
        self.processes, self.work, self.row, self.mock_port, self.plan, self.cpu = processes, work, row, mock_port, plan, cpu
        self.flaws = []

    def load(self, name, port, body, seconds, connections, frames, *more):
        command = [
            self.work / "load", "--port", port, "--body", self.work / f"body-{body}.json", "--seconds", seconds,
            "--connections", connections, "--expect", self.row.expect, "--max-requests", 10_000_000, *more,
            *(["--frames", frames] if frames else ["--length", measure.REPLY_BYTES]),
        ]
        return self.processes.start(name, command, cpu=self.cpu, stdout=subprocess.PIPE)

    def result(self, process, where, late_allowed):
        """What a load generator says at its end. late_allowed: of a process that is still compiling, and of the noise, which may
        still wait for its turn when its time is over."""
        text, _ = process.communicate()
        self.processes.stop(process)
        if process.returncode:
            self.flaws.append(f"{where}: the load generator failed: {self.processes.log_tail(process)}")
            return None
        result = json.loads(text)
        self.judge(result, where, late_allowed)
        return result

    def judge(self, result, where, late_allowed):
        """Wrong answers are flaws, and missing ones unless they may be late."""
        errors = result["errors"]
        if late_allowed and set(errors) <= {"timeout"}:
            return
        if errors or result["right"] + result["refused"] != result["begun"] or not result["begun"]:
            self.flaws.append(f"{where}: {result['begun']} requests begun, {result['right']} right answers, "
                              f"errors {errors}, first: {result['first_error']}")

    def window(self, noise, beside, cold=False):
        """The quiet tenant's latency, and that of a probe that goes past the gateway, straight to the mock."""
        where = f"{noise.name}, {'beside' if beside else 'alone'}"
        cpu = machine.cpu_seconds(self.row.process.pid)
        began = time.monotonic()
        neighbour = None
        if beside:
            neighbour = self.load(
                "load-noisy", self.row.port, noise.body, self.plan.lead + self.plan.window + 0.3, noise.connections, noise.frames,
                "--key", f"sk-{noise.tenant}", "--refused", 429)
            time.sleep(self.plan.lead)
        quiet = self.load(
            "load-quiet", self.row.port, noise.quiet_body, self.plan.window, QUIET_CONNECTIONS, noise.quiet_frames,
            "--key", "sk-quiet", "--rate", QUIET_RATE, "--samples")
        probe = self.load(
            "load-probe", self.mock_port, noise.quiet_body, self.plan.window, PROBE_CONNECTIONS, noise.quiet_frames,
            "--rate", PROBE_RATE, "--samples")
        results = {"quiet": self.result(quiet, f"{where}, quiet tenant", late_allowed=cold), "probe": self.result(probe, f"{where}, probe", late_allowed=cold)}
        if neighbour:
            results["noisy"] = self.result(neighbour, f"{where}, noisy tenant", late_allowed=True)
        if self.row.process.poll() is not None:
            self.flaws.append(f"{where}: the gateway is gone (status {self.row.process.returncode})")
        else:
            results["gateway_cpu_share"] = (machine.cpu_seconds(self.row.process.pid) - cpu) / (time.monotonic() - began)
        return results

    def warm_up(self):
        """Every kind of noise and both kinds of quiet requests, so that the JVM has compiled what the rounds run."""
        for _ in range(self.plan.warm_up_passes):
            for noise in NOISES:
                self.window(noise, beside=True, cold=True)
                if self.flaws:
                    return


    def measure(self, began):
        """The rounds: the quiet tenant alone and beside each kind of noise, by turns. Fewer than planned if time runs out."""
        rounds = []
        drain = max(noise.frames * 0.05 for noise in NOISES)
        round_seconds = len(NOISES) * (2 * self.plan.window + self.plan.lead + drain)
        for turn in range(self.plan.rounds):
            if self.flaws or self.plan.deadline - (time.monotonic() - began) < round_seconds:
                break
            this = {}
            for noise in NOISES:
                print(f"round {turn + 1}/{self.plan.rounds}: {noise.name}", flush=True)
                this[noise.name] = {"alone": self.window(noise, beside=False), "beside": self.window(noise, beside=True)}
                if self.flaws:
                    return rounds
            rounds.append(this)
        if not rounds:
            self.flaws.append("no round was completed")
        return rounds


def samples(rounds, name, who, beside):
    """Latencies of all rounds: of a stream until its first frame, else until the answer is whole."""
    results = [r[name]["beside" if beside else "alone"][who] for r in rounds]
    kind = "first_frame_us" if "first_frame_us" in results[0] else "latency_us"
    return [result[kind]["samples"] for result in results]


def changed(alone, beside, p):
    """A quantile alone and beside, over all rounds, and by how much it grew: over all, and in the lowest and highest round."""
    def over_all(rounds):
        return percentile([sample for one in rounds for sample in one], p)

    each = [percentile(b, p) / percentile(a, p) for a, b in zip(alone, beside)]
    return {
        "alone_us": over_all(alone), "beside_us": over_all(beside), "ratio": over_all(beside) / over_all(alone),
        "ratio_rounds": {"median": statistics.median(each), "min": min(each), "max": max(each)},
    }


def verdict(p99):
    """Whether the p99 grew by less than what is allowed: over all rounds together, and in each."""
    if p99["ratio"] >= 1 + ALLOWED:
        return "no"
    return "yes" if p99["ratio_rounds"]["max"] < 1 + ALLOWED else "yes, not in every round"


def figures(rounds):
    result = {}
    for noise in NOISES:
        beside = [r[noise.name]["beside"] for r in rounds]
        noisy = [b["noisy"] for b in beside]
        of = {
            f"{who}_p{p}": changed(samples(rounds, noise.name, who, False), samples(rounds, noise.name, who, True), p)
            for who in ("quiet", "probe") for p in (50, 99)
        }
        result[noise.name] = of | {
            "met": verdict(of["quiet_p99"]),
            "noisy_right_per_second": statistics.median(n["right"] / n["seconds"] for n in noisy),
            "noisy_refused_per_second": statistics.median(n["refused"] / n["seconds"] for n in noisy),
            "gateway_cpu_share": statistics.median(b["gateway_cpu_share"] for b in beside),
        }
    return result


def ms(us):
    return number(us / 1000, 1)


def tables(of):
    def ratio(change):
        spread_of = change["ratio_rounds"]
        return f"{number(change['ratio'], 2)} [{number(spread_of['min'], 2)}–{number(spread_of['max'], 2)}]"

    lines = []
    for noise in NOISES:
        f = of[noise.name]
        lines.append([
            f"{noise.contested}: {noise.name}",
            *(f"{ms(f[f'quiet_p{p}']['alone_us'])} / {ms(f[f'quiet_p{p}']['beside_us'])}" for p in (50, 99)),
            ratio(f["quiet_p99"]), f["met"], ratio(f["probe_p99"]),
            number(f["noisy_right_per_second"], 0), number(f["noisy_refused_per_second"], 0), number(f["gateway_cpu_share"], 2),
        ])
    return [(
        f"The quiet tenant alone / beside a noisy one: {QUIET_RATE} requests per second, answered after {THINKING_US // 1000} ms",
        ["contested", "p50 ms", "p99 ms", "p99, times", f"under {1 + ALLOWED:.1f}", "past the gateway, p99, times", "noisy: answers/s", "refused/s", "CPU share"],
        lines,
    )]
