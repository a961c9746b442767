"""Runs programs and measures what they and all their descendants use."""

import ctypes
import os
import resource
import signal
import subprocess
import tempfile
import time

# From <sys/prctl.h>: what a descendant leaves behind becomes a child of this process, so its time is counted too.
PR_SET_CHILD_SUBREAPER = 36
# When what is measured now has to be done, by the clock that only goes forward; see `time_left`.
_deadline = None
# How long what a program left behind may go on, in seconds.
LONGEST_ORPHAN = 10


def allow(minutes):
    """Gives everything that is started from now on so many minutes, all of it together."""
    global _deadline
    _deadline = time.monotonic() + 60 * minutes


def time_left():
    """Returns the seconds that are left; None without a limit."""
    return None if _deadline is None else max(0.0, _deadline - time.monotonic())


class NotRun(Exception):
    """Something could not be measured; the text says why."""


class Measured:
    """Measures everything that is started and ends within its block: wall and processor seconds, and foreign load."""

    wall = cpu = foreign = 0.0

    def __enter__(self):
        self._before = (time.monotonic(), _children_cpu(), _busy())
        return self

    def __exit__(self, *_):
        _wait_for_orphans()
        wall, cpu, busy = self._before
        self.wall = time.monotonic() - wall
        self.cpu = _children_cpu() - cpu
        others = max(0.0, _busy() - busy - self.cpu)
        self.foreign = others / (self.wall * os.cpu_count()) if self.wall > 0 else 0.0

    def figures(self):
        """Returns the three measures by name; `foreign` is the share of the machine that other programs used."""
        return {"wall_seconds": self.wall, "cpu_seconds": self.cpu, "foreign_load": self.foreign}


def adopt_orphans():
    """Makes the time of processes that outlive their parents count as time of the program that started them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def environment(**changes):
    """Returns this process's environment without settings of Muniment's and of the thread count, plus `changes`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUNIMENT")}
    kept.pop("OMP_THREAD_LIMIT", None)
    return kept | changes


def start(command, **options):
    """Starts `command` in a process group of its own, without input. What it prints goes to unnamed files."""
    options.setdefault("env", environment())
    # Files, because nobody empties a pipe while the caller looks at something else.
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True, **options)
    except OSError as cause:
        raise NotRun(f"{command[0]} cannot be started: {cause}") from cause
    process.printed = (out, err)
    return process


def finish(process, wanted=(0,)):
    """Waits for `process` and returns its standard output. Raises NotRun for an exit code that is not wanted."""
    name = os.path.basename(process.args[0])
    try:
        process.wait(time_left())
    except subprocess.TimeoutExpired as cause:
        raise NotRun(f"{name} did not end in the time for this part (BENCH_PART_MINUTES)") from cause
    finally:
        # Also when somebody pressed Ctrl-C: nothing goes on behind the back of a person.
        stop(process)
    out, err = (_contents(file) for file in process.printed)
    if process.returncode not in wanted:
        last = (err.strip().splitlines() or ["without a message"])[-1]
        raise NotRun(f"{name} ended with exit code {process.returncode}: {last}")
    return out


def stop(process):
    """Ends a process and its group at once, if it has not ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(command, wanted=(0,), **options):
    """Runs `command` to its end and returns its standard output."""
    return finish(start(command, **options), wanted)


def _contents(file):
    with file:
        file.seek(0)
        return file.read().decode("utf-8", errors="replace")


def _children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy():
    """Returns the seconds that all processors together were not idle, since the start of the machine."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _wait_for_orphans():
    deadline = time.monotonic() + LONGEST_ORPHAN
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return
