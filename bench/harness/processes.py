"""Child processes that cannot outlive the benchmark."""

import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class StartFailed(Exception):
    """A process did not come up; the message holds the end of what it wrote."""


class Processes:
    """Starts processes and, as a context manager, ends all of them, also after Ctrl-C or an error.

    Each child asks the kernel to be killed when this process dies, so that even a SIGKILL leaves nothing behind.
    """

    def __init__(self, log_directory):
        self.log_directory = log_directory
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        # Neither a second Ctrl-C nor the time limit may stop the cleaning up.
        previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGALRM})
        try:
            for process in list(reversed(self.running)):
                self.stop(process)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, previous)

    def start(self, name, command, cpu=None, stdout=None, environment=None):
        """Starts a command, pinned to a CPU if one is given. Its own session: the terminal's Ctrl-C reaches only us."""
        parent = os.getpid()

        def in_child():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})

        log = open(self.log_directory / f"{name}.log", "wb")
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout if stdout is not None else log,
            stderr=log,
            env=environment,
            preexec_fn=in_child,
            start_new_session=True,
        )
        log.close()
        process.name = name
        self.running.append(process)
        return process

    def stop(self, process):
        if process in self.running:
            self.running.remove(process)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout:
            process.stdout.close()

    def log_tail(self, process, lines=15):
        text = (self.log_directory / f"{process.name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_until_answering(self, process, port, path, seconds=30):
        """Returns when GET path is answered with any status below 500."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if process.poll() is not None:
                raise StartFailed(f"{process.name} ended with status {process.returncode}:\n{self.log_tail(process)}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                    return
            except urllib.error.HTTPError as answer:
                if answer.code < 500:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise StartFailed(f"{process.name} did not answer within {seconds} s:\n{self.log_tail(process)}")


def free_port():
    """A port nobody listens on now. Taken by our own child a moment later; loopback only."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
