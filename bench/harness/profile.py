"""Where the CPU goes: one mode of the gateway under load with Java Flight Recorder."""

import os
import subprocess
from pathlib import Path

from . import machine, measure, rows
from .processes import Processes

VIEWS = ("hot-methods", "cpu-time-hot-methods", "allocation-by-class", "gc")
RECORD_SECONDS = 20


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
    for view in VIEWS:
        subprocess.run([str(jfr), "view", "--width", "160", view, str(recording)])
    return 0
