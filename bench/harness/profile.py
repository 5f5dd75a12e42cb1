"""Where the CPU goes: one mode of the gateway under load with Java Flight Recorder."""

import collections
import json
import os
import subprocess
from pathlib import Path

from . import machine, measure, rows
from .processes import Processes

OWN = "dev.fresnel."
VIEWS = ("hot-methods", "cpu-time-hot-methods", "allocation-by-site", "gc-pauses")
RECORD_SECONDS = 20


def own_methods(jfr, recording):
    """CPU samples by Fresnel's own methods: with all they call, and by the innermost of them. In percent of all samples.

    The JDK's views name the method at the very top of the stack, which is mostly the JDK's or netty's; the question is
    which part of Fresnel it works for. Samples without a Fresnel frame are Vert.x, netty and the store at their own work.
    """
    text = subprocess.run(
        [str(jfr), "print", "--json", "--stack-depth", "128", "--events", "jdk.CPUTimeSample", str(recording)],
        check=True, capture_output=True, text=True).stdout
    within, innermost, total = collections.Counter(), collections.Counter(), 0
    for event in json.loads(text)["recording"]["events"]:
        trace = event["values"].get("stackTrace")
        if not trace:
            continue
        total += 1
        frames = [f["method"]["type"]["name"].replace("/", ".") + "." + f["method"]["name"] for f in trace["frames"]]
        own = [frame.removeprefix(OWN) for frame in frames if frame.startswith(OWN)]
        within.update(set(own))
        innermost[own[0] if own else "(no Fresnel method on the stack)"] += 1
    return total, within, innermost


def print_own_methods(jfr, recording, lines=30):
    total, within, innermost = own_methods(jfr, recording)
    for heading, counts in (("Fresnel's methods, with all they call", within), ("Innermost Fresnel method of each sample", innermost)):
        print(f"\n{heading} ({total} samples)")
        for name, count in counts.most_common(lines):
            print(f"{100 * count / total:6.1f} %  {name}")


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
        start = [str(jcmd), pid, "JFR.start", "name=bench", "settings=profile", "jdk.CPUTimeSample#enabled=true", "jdk.CPUTimeSample#throttle=5ms"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        result = bench.run(row, measure.Window("profile", body, RECORD_SECONDS, 0, 32, frames))
        subprocess.run([str(jcmd), pid, "JFR.stop", "name=bench", f"filename={recording}"], check=True, stdout=subprocess.DEVNULL)
    if bench.flaws:
        print("INVALID:\n  " + "\n  ".join(bench.flaws))
        return 1
    print(f"{row.title}, {options.workload}: {result['right'] / result['seconds']:,.0f} requests/s, "
          f"{result['cpu_seconds'] * 1e6 / result['right']:.1f} µs CPU each while recording")
    print_own_methods(jfr, recording)
    for view in VIEWS:
        subprocess.run([str(jfr), "view", "--width", "160", view, str(recording)])
    return 0
