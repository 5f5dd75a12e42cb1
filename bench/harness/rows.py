"""What is measured: one row for each way a request can take from the load generator to the mock."""

import dataclasses
import json
import shutil
import subprocess
import urllib.request
from pathlib import Path

from . import machine
from .processes import StartFailed, free_port

LARGE, SMALL = "bench-large", "bench-small"
GATEWAY_MODES = ("off", "rules", "delegated")


@dataclasses.dataclass
class Row:
    """One way, ready to take load.

    expect is the text each right answer contains: the model that answered and whether it saw the lens.
    """

    name: str
    title: str
    port: int
    expect: str
    process: subprocess.Popen | None = None


@dataclasses.dataclass
class Gateway:
    """How to start Fresnel. java and java_options are those of the first process started, read from the kernel."""

    command: list
    environment: dict
    version: str
    java: str = "unknown"
    java_options: str = ""

    def look_at(self, process):
        words = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode().split("\0")
        self.java = machine.first_line([f"/proc/{process.pid}/exe", "-version"])
        # Properties name folders of this machine and change nothing that is measured.
        self.java_options = " ".join(w for w in words[1:] if w.startswith("-X"))


def fill(template, target, values):
    text = template.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    target.write_text(text)
    return target


def answer_text(model, lens):
    return f'"model":"{model}","system_fingerprint":"{lens}"'


def start_mock(processes, build, lens_file, cpu, fault=None):
    """The provider. Returns its port."""
    command = [build / "mock", "--lens", lens_file] + (["--fault", fault] if fault else [])
    process = processes.start("mock", command, cpu=cpu, stdout=subprocess.PIPE)
    line = process.stdout.readline().decode().split()
    if len(line) != 2 or line[0] != "port":
        raise StartFailed(f"mock: {processes.log_tail(process)}")
    return int(line[1])


def direct(mock_port):
    return Row("direct", "direct to the mock", mock_port, answer_text(LARGE, "fp_bare"))


def start_nginx(processes, nginx, conf_dir, work, mock_port, cpu):
    port = free_port()
    conf = fill(conf_dir / "nginx.conf.in", work / "nginx.conf", {"DIR": work, "PORT": port, "MOCK_PORT": mock_port})
    process = processes.start("nginx", [nginx, "-p", work, "-c", conf], cpu=cpu)
    processes.wait_until_answering(process, port, "/v1/models")
    return Row("nginx", "nginx", port, answer_text(LARGE, "fp_bare"), process)


def start_gateway(processes, gateway, mode, conf_dir, work, mock_port, cpu):
    """Fresnel in one of GATEWAY_MODES. Its log lines are written, and go nowhere."""
    directory = work / f"fresnel-{mode}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    port, admin = free_port(), free_port()
    # "rules" goes direct by decision: every rule is asked, and a worker that is no cheaper is never worth it.
    cheap = mode != "rules"
    conf = fill(conf_dir / "fresnel.yaml.in", directory / "fresnel.yaml", {
        "DIR": directory, "PORT": port, "ADMIN_PORT": admin, "MOCK_PORT": mock_port,
        # Without a budget mode off has nothing to estimate, so it does not; the other modes count money.
        "BUDGET": "" if mode == "off" else "budget: { daily: 1000000 }",
        "MODE": "off" if mode == "off" else "rules",
        "THRESHOLD": 0 if mode == "delegated" else 100000000,
        "SMALL_INPUT": 0.15 if cheap else 2.50, "SMALL_OUTPUT": 0.60 if cheap else 10.00,
    })
    process = processes.start(
        f"fresnel-{mode}", [*gateway.command, "serve", "--config", conf], cpu=cpu, stdout=subprocess.DEVNULL,
        environment=gateway.environment)
    processes.wait_until_answering(process, port, "/v1/models", seconds=60)
    gateway.look_at(process)
    delegated = mode == "delegated"
    title = {"off": "Fresnel, mode off", "rules": "Fresnel, rules, goes direct", "delegated": "Fresnel, delegated, lens cached"}[mode]
    expect = answer_text(SMALL, "fp_lens") if delegated else answer_text(LARGE, "fp_bare")
    return Row(f"fresnel-{mode}", title, port, expect, process)


def mock_stats(mock_port):
    with urllib.request.urlopen(f"http://127.0.0.1:{mock_port}/v1/stats", timeout=5) as answer:
        return json.load(answer)


def build_tools(source, build):
    """Compiles mock and load unless the programs are newer than their sources."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    build.mkdir(parents=True, exist_ok=True)
    for name in ("mock", "load"):
        program, text = build / name, source / f"{name}.c"
        if program.exists() and program.stat().st_mtime > text.stat().st_mtime:
            continue
        if not compiler:
            raise machine.MissingTool(
                "A C compiler is needed for the mock and the load generator: apt-get install gcc libc6-dev, or bench/run --install.")
        done = subprocess.run([compiler, "-O2", "-g", "-Wall", "-Wextra", "-o", program, text], capture_output=True, text=True)
        if done.returncode:
            raise machine.MissingTool(f"{text.name} does not compile:\n{done.stderr}")
