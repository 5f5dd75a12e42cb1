"""Facts about this machine and what its processes use, read from the kernel."""

import os
import platform
import re
import resource
import shutil
import subprocess
import time
from pathlib import Path


class MissingTool(Exception):
    """Something the benchmark needs is not there; the message says how to get it."""


def cpu_seconds(pid):
    """CPU time of a process so far, user and system, all threads, also those that have ended; seconds.

    The process CPU clock (clock_getcpuclockid(3)) counts in nanoseconds what /proc/PID/stat counts in ticks of 10 ms.
    Summing /proc/PID/task/*/schedstat would lose threads that ended in between, as a JVM's compiler threads do.
    """
    return time.clock_gettime(((~pid) << 3) | 2)


def memory_mib(pid):
    """Resident set of a process now and at its highest, in MiB."""
    text = Path(f"/proc/{pid}/status").read_text()

    def field(name):
        return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M).group(1)) / 1024

    return {"rss_mib": round(field("VmRSS"), 1), "peak_rss_mib": round(field("VmHWM"), 1)}


def placement():
    """Which CPU each part is pinned to: the proxy alone on one, mock and load on another; None where there is only one."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        return {"proxy": None, "mock": None, "load": None}
    return {"proxy": cpus[0], "mock": cpus[1], "load": cpus[2] if len(cpus) > 2 else cpus[1]}


def cpu_ticks():
    """CPU time of the whole machine since it started: (all, not idle), in ticks."""
    fields = [int(f) for f in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(fields), sum(fields) - fields[3] - fields[4]


class OtherWork:
    """How much of the machine is used by others between two moments: a measure of how far figures can be trusted."""

    def __init__(self, own_pids):
        """own_pids: running processes whose CPU time is ours, beside this process and its children that have ended."""
        self.own_pids = own_pids
        self.all, self.used = cpu_ticks()
        self.own = self.own_seconds()

    def own_seconds(self):
        ended, self_ = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
        running = sum(cpu_seconds(pid) for pid in self.own_pids)
        return running + ended.ru_utime + ended.ru_stime + self_.ru_utime + self_.ru_stime

    def share(self):
        """Of all CPU time since construction, 0 to 1."""
        everything, used = cpu_ticks()
        own = (self.own_seconds() - self.own) * os.sysconf("SC_CLK_TCK")
        return max(0.0, (used - self.used - own) / max(1, everything - self.all))


def busy_share(seconds=1.0):
    """Share of CPU time that others use right now."""
    watch = OtherWork([])
    time.sleep(seconds)
    return watch.share()


def describe():
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.M)
    memory = int(re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.M).group(1)) // 1024
    return {
        "cpu": model.group(1).strip() if model else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_mib": memory,
        "kernel": re.match(r"[\d.]*\d", platform.release()).group(),
        "load_average": list(os.getloadavg()),
    }


def first_line(command):
    """First non-empty line a version command prints, or "absent"."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return "absent"
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[0].strip() if lines else "unknown"


def git_commit(root):
    """Short commit id, with "+changes" if tracked files differ from it."""
    commit = first_line(["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"])
    changed = subprocess.run(
        ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/benchmarks.md"],
        capture_output=True, text=True,
    ).stdout.strip()
    return commit + ("+changes" if changed else "")


def find_nginx():
    """nginx's program, or None. Debian keeps it in /usr/sbin, which is not on every path."""
    return shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
