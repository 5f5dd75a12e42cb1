"""Where the CPU goes: one mode of the gateway under load with Java Flight Recorder."""

import collections
import json
import os
import re
import subprocess
from pathlib import Path

from . import machine, measure, rows
from .processes import Processes

OWN = "dev.fresnel."
ELSEWHERE = "(no Fresnel method on the stack)"
LAMBDA = re.compile(r"lambda\$(.+)\$\d+")
SAMPLE_SECONDS = 0.005
VIEWS = ("cpu-time-hot-methods", "gc-pauses")
RECORD_SECONDS = 20


def name_of(frame):
    """package.Class.method, a lambda as the method it stands in."""
    owner = frame["method"]["type"]["name"].replace("/", ".")
    return owner.split("$$Lambda")[0] + "." + LAMBDA.sub(r"\1", frame["method"]["name"])


def owner_of(frame):
    """The first three parts of the package: who is at work at the very top of the stack."""
    return ".".join(frame["method"]["type"]["name"].replace("/", ".").split(".")[:3])


def events_of(jfr, recording, kind):
    """(stack with the top first, values) of all events of a kind that have a stack."""
    text = subprocess.run(
        [str(jfr), "print", "--json", "--stack-depth", "128", "--events", kind, str(recording)],
        check=True, capture_output=True, text=True).stdout
    found = []
    for event in json.loads(text)["recording"]["events"]:
        trace = event["values"].get("stackTrace")
        if trace and trace["frames"]:
            found.append((trace["frames"], event["values"]))
    return found


def own_methods(frames):
    """Fresnel's methods on a stack, the innermost first. A lambda's synthetic class is left out, its method is not."""
    named = (name_of(frame) for frame in frames if "$$Lambda" not in frame["method"]["type"]["name"])
    return [name.removeprefix(OWN) for name in named if name.startswith(OWN)]


def print_shares(heading, counts, lines=25):
    print(f"\n{heading}")
    total = counts.total()
    for name, count in counts.most_common(lines):
        print(f"{100 * count / total:6.1f} %  {name}")


def print_own_methods(jfr, recording, result):
    """CPU and allocation by Fresnel's own methods, which the JDK's views do not show: they name the top of the stack, mostly
    the JDK or netty, and the question is which part of Fresnel it works for."""
    samples = events_of(jfr, recording, "jdk.CPUTimeSample")
    within, innermost, owners, allocated = (collections.Counter() for _ in range(4))
    for frames, _ in samples:
        own = own_methods(frames)
        within.update(set(own))
        innermost[own[0] if own else ELSEWHERE] += 1
        owners[owner_of(frames[0])] += 1
    for frames, values in events_of(jfr, recording, "jdk.ObjectAllocationSample"):
        own = own_methods(frames)
        allocated[own[0] if own else ELSEWHERE] += values["weight"]
    print(f"{len(samples)} samples cover {len(samples) * SAMPLE_SECONDS:.1f} s of {result['cpu_seconds']:.1f} s CPU; "
          "the rest is the compiler, garbage collection, and lost samples.")
    print("\nFresnel's methods, with all they call")
    for name, count in within.most_common(30):
        print(f"{100 * count / max(1, len(samples)):6.1f} %  {name}")
    print_shares("Innermost Fresnel method of each CPU sample", innermost)
    print_shares("Top of the stack, by package", owners, 12)
    print_shares(f"Allocation, {allocated.total() / max(1, result['right']) / 1024:.1f} KiB per request, by innermost Fresnel method", allocated, 15)


def run(options, root, work, gateway):
    """Warm-up, then RECORD_SECONDS of load while recording; prints the views. The recording stays in target/bench."""
    rows.build_tools(root / "bench/src", work)
    measure.write_bodies(work)
    cpus = machine.placement()
    recording = work / f"{options.profile}-{options.workload}.jfr"
    recording.unlink(missing_ok=True)
    body = {"small": "small", "large": "large", "stream": "burst"}[options.workload]
    frames = measure.FRAMES if options.workload == "stream" else 0
    with Processes(work) as processes:
        mock_port = rows.start_mock(processes, work, root / "bench/conf/lens.json", cpus["mock"])
        row = rows.start_gateway(processes, gateway, options.profile, root / "bench/conf", work, mock_port, cpus["proxy"])
        bench = measure.Bench(processes, work, work, measure.QUICK, cpus["load"])
        java = Path(os.readlink(f"/proc/{row.process.pid}/exe"))
        jcmd, jfr = java.with_name("jcmd"), java.with_name("jfr")
        if not jcmd.exists() or not jfr.exists():
            raise machine.MissingTool("jcmd and jfr are needed to record: run Fresnel with a JDK, not a runtime.")
        bench.warm_up(row)
        pid = str(row.process.pid)
        start = [str(jcmd), pid, "JFR.start", "name=bench", "settings=profile", "jdk.CPUTimeSample#enabled=true", f"jdk.CPUTimeSample#throttle={SAMPLE_SECONDS * 1000:.0f}ms"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        result = bench.run(row, measure.Window("profile", body, RECORD_SECONDS, 0, 32, frames))
        subprocess.run([str(jcmd), pid, "JFR.stop", "name=bench", f"filename={recording}"], check=True, stdout=subprocess.DEVNULL)
    if bench.flaws:
        print("INVALID:\n  " + "\n  ".join(bench.flaws))
        return 1
    print(f"{row.title}, {options.workload}: {result['right'] / result['seconds']:,.0f} requests/s, "
          f"{result['cpu_seconds'] * 1e6 / result['right']:.1f} µs CPU each while recording")
    print_own_methods(jfr, recording, result)
    for view in VIEWS:
        subprocess.run([str(jfr), "view", "--width", "160", view, str(recording)])
    return 0
