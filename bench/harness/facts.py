"""Everything needed to know what figures are figures of, and whether they may be published."""

import datetime
import sys

from . import machine

# Share of the machine that others may use before figures are called noisy, and before they are not published.
NOISY, TOO_NOISY = 0.05, 0.25


def known(root, gateway, plan, rounds_done, other_work, command):
    """For target/*.json."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "command": command,
        "commit": machine.git_commit(root),
        "machine": machine.describe(),
        "other_work_share": other_work and round(other_work, 3),
        "versions": {
            "fresnel": gateway.version if gateway else "not measured",
            "java": gateway.java if gateway else "not used",
            "java_options": gateway.java_options if gateway else "",
            "nginx": machine.first_line([machine.find_nginx() or "nginx", "-v"]),
            "gcc": machine.first_line(["gcc", "--version"]),
            "python": sys.version.split()[0],
        },
        "plan": {**vars(plan), "rounds_done": rounds_done},
    }


def for_people(facts, cpus, *programs):
    """The facts as a short list for the document. programs: names of versions to tell beside Fresnel's and Java's."""
    described, versions, plan = facts["machine"], facts["versions"], facts["plan"]
    pinned = "not pinned" if cpus["proxy"] is None else f"proxy alone on CPU {cpus['proxy']}, mock on CPU {cpus['mock']}, load generators on CPU {cpus['load']}"
    noisy = " **Noisy.**" if facts["other_work_share"] > NOISY else ""
    others = "".join(f"; {versions[program]}" for program in programs)
    return {
        "Command": f"`{facts['command']}`, {facts['date']}, commit `{facts['commit']}`, {plan['rounds_done']} rounds",
        "Machine": f"{described['cpu']}, {described['cpus']} CPUs, {described['memory_mib'] / 1024:.0f} GiB, Linux {described['kernel']}; {pinned}; "
                   f"other work used {facts['other_work_share'] * 100:.0f} % of it during the rounds.{noisy}",
        "Versions": f"{versions['fresnel']}; {versions['java']}, `{versions['java_options']}`{others}",
    }
